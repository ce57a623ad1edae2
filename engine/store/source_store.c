/*
 * Source store: the truth of what was received. Tables in DIR/source.mdb:
 *   entry     kind byte + id -> content hash, sequence, flags (24 bytes): says in one small look-up whether a record
 *             changed
 *   record    kind byte + id -> JSON (source_value.c); none for a tombstone
 *   state     key -> bytes
 *   feedback  see source_feedback.c
 *   meta      "format" -> version, "counts" -> four numbers
 *
 * All changes between two commits are one LMDB transaction: after a crash all of
 * them are there or none. A change that fails makes the whole batch fail at its commit, so a half-written record can
 * never be committed.
 */
#include "store/source_internal.h"

#include <stdio.h>
#include <string.h>

#define PATH_SIZE 4096
#define FORMAT 1
#define STATE_KEY_MAX 500
#define ENTRY_SIZE 24
#define COUNTS_SIZE 32
#define TOMBSTONE 1

/* kind and id as a key: projects before needs, then by id. */
typedef struct record_key {
    char bytes[QIAO_ID_MAX + 1];
    size_t length;
} record_key;

/* --- keys and values --- */

static qiao_status
make_key(qiao_kind kind, const char *id, record_key *out, qiao_error *err)
{
    size_t length = strlen(id);

    if (length == 0 || length > QIAO_ID_MAX)
        return qiao_fail(err, QIAO_E_INPUT, "an id must have 1 to %d bytes, this one has %zu: %.64s", QIAO_ID_MAX,
                         length, id);
    out->bytes[0] = (char)kind;
    memcpy(out->bytes + 1, id, length);
    out->length = length + 1;
    return QIAO_OK;
}

static qiao_bytes
key_bytes(const record_key *k)
{
    return (qiao_bytes){k->bytes, k->length};
}

static qiao_bytes
text_bytes(const char *text)
{
    return (qiao_bytes){text, strlen(text)};
}

static void
put_u64(unsigned char *at, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        at[i] = (unsigned char)(value >> (8 * i));
}

static uint64_t
get_u64(const unsigned char *at)
{
    uint64_t value = 0;

    for (int i = 0; i < 8; i++)
        value |= (uint64_t)at[i] << (8 * i);
    return value;
}

qiao_status
qiaoi_source_damaged(qiao_error *err)
{
    return qiao_fail(err, QIAO_E_CORRUPT, "the source store contradicts itself");
}

qiao_status
qiaoi_source_facts_read(qiao_bytes value, qiaoi_source_facts *out, qiao_error *err)
{
    const unsigned char *at = value.data;

    if (value.length != ENTRY_SIZE)
        return qiaoi_source_damaged(err);
    *out = (qiaoi_source_facts){get_u64(at), get_u64(at + 8), (get_u64(at + 16) & TOMBSTONE) != 0};
    return QIAO_OK;
}

static qiao_status
decode_counts(qiao_bytes value, qiao_source_counts *out, qiao_error *err)
{
    const unsigned char *at = value.data;

    if (value.length != COUNTS_SIZE)
        return qiaoi_source_damaged(err);
    *out = (qiao_source_counts){get_u64(at), get_u64(at + 8), get_u64(at + 16), get_u64(at + 24)};
    return QIAO_OK;
}

/* --- opening --- */

static qiao_status
open_tables(qiao_kv_txn *txn, qiaoi_source_tables *out, qiao_error *err)
{
    qiao_status status = qiao_kv_database(txn, "entry", &out->entry, err);

    if (status == QIAO_OK)
        status = qiao_kv_database(txn, "record", &out->record, err);
    if (status == QIAO_OK)
        status = qiao_kv_database(txn, "state", &out->state, err);
    if (status == QIAO_OK)
        status = qiao_kv_database(txn, "meta", &out->meta, err);
    if (status != QIAO_OK)
        return status;
    status = qiao_kv_database(txn, "feedback", &out->feedback, err);
    out->has_feedback = status == QIAO_OK;
    return status == QIAO_E_NOTFOUND ? QIAO_OK : status;
}

static qiao_status
check_format(qiao_kv_txn *txn, const qiaoi_source_tables *t, qiao_error *err)
{
    qiao_bytes value = {NULL, 0};
    qiao_status status = qiao_kv_get(txn, t->meta, text_bytes("format"), &value, err);

    if (status == QIAO_E_NOTFOUND || (status == QIAO_OK && value.length != 8))
        return qiaoi_source_damaged(err);
    if (status == QIAO_OK && get_u64(value.data) != FORMAT) {
        qiao_fail(err, QIAO_E_VERSION, "the source store has format %llu, this program reads format %d",
                  (unsigned long long)get_u64(value.data), FORMAT);
        qiao_error_hint(err, "use the version of the program that wrote it, or import the sources into a new folder");
        return QIAO_E_VERSION;
    }
    return status;
}

static qiao_status
write_counts(qiao_source_store *store, qiao_kv_txn *txn, const qiao_source_counts *counts, qiao_error *err)
{
    unsigned char value[COUNTS_SIZE];

    put_u64(value, counts->projects);
    put_u64(value + 8, counts->needs);
    put_u64(value + 16, counts->tombstones);
    put_u64(value + 24, counts->last_sequence);
    return qiao_kv_put(txn, store->tables.meta, text_bytes("counts"), (qiao_bytes){value, sizeof value}, err);
}

/* The tables of a store that was just created; a store that has them is only checked. */
static qiao_status
prepare_for_writing(qiao_source_store *store, qiao_error *err)
{
    unsigned char format[8];
    qiao_bytes value;
    qiao_kv_txn *txn = NULL;
    qiao_status status = qiao_kv_begin(store->kv, true, &txn, err);

    if (status == QIAO_OK)
        status = open_tables(txn, &store->tables, err);
    if (status != QIAO_OK)
        goto done;
    status = qiao_kv_get(txn, store->tables.meta, text_bytes("counts"), &value, err);
    if (status == QIAO_E_NOTFOUND) {
        qiao_source_counts none = {0, 0, 0, 0};

        put_u64(format, FORMAT);
        status = qiao_kv_put(txn, store->tables.meta, text_bytes("format"), (qiao_bytes){format, sizeof format}, err);
        if (status == QIAO_OK)
            status = write_counts(store, txn, &none, err);
    } else if (status == QIAO_OK) {
        status = check_format(txn, &store->tables, err);
    }
    if (status == QIAO_OK) {
        status = qiao_kv_commit(txn, err);
        txn = NULL;
    }

done:
    qiao_kv_abort(txn);
    return status;
}

static qiao_status
fail_absent(const char *data_dir, qiao_error *err)
{
    qiao_fail(err, QIAO_E_NOTFOUND, "there is no source store in %s", data_dir);
    qiao_error_hint(err, "import records first: qiao-indexer import --data %s FILE", data_dir);
    return QIAO_E_NOTFOUND;
}

static qiao_status
prepare_for_reading(qiao_source_store *store, const char *data_dir, qiao_error *err)
{
    qiao_kv_txn *txn = NULL;
    qiao_status status = qiao_kv_begin(store->kv, false, &txn, err);

    if (status == QIAO_OK)
        status = open_tables(txn, &store->tables, err);
    if (status == QIAO_E_NOTFOUND) /* killed while it was being created */
        status = fail_absent(data_dir, err);
    if (status == QIAO_OK)
        status = check_format(txn, &store->tables, err);
    qiao_kv_abort(txn);
    return status;
}

static qiao_status
join(const char *folder, const char *name, char out[PATH_SIZE], qiao_error *err)
{
    int n = snprintf(out, PATH_SIZE, "%s/%s", folder, name);

    if (n < 0 || n >= PATH_SIZE)
        return qiao_fail(err, QIAO_E_LIMIT, "the path is longer than 4,095 bytes: %.80s...", folder);
    return QIAO_OK;
}

qiao_status
qiaoi_source_lock(const char *data_dir, qiao_lock **out, qiao_error *err)
{
    char path[PATH_SIZE];
    qiao_status status = qiao_file_make_directories(data_dir, err);

    if (status == QIAO_OK)
        status = join(data_dir, "indexer.lock", path, err);
    return status == QIAO_OK ? qiao_lock_take(path, out, err) : status;
}

static qiao_status
open_store(qiao_source_store *store, const char *data_dir, bool write, qiao_error *err)
{
    qiao_kv_options options = {.read_only = !write, .max_databases = 8};
    char path[PATH_SIZE];
    qiao_status status = join(data_dir, "source.mdb", path, err);

    if (status == QIAO_OK && write) {
        status = qiaoi_source_lock(data_dir, &store->lock, err);
        store->packer = qiaoi_packer_new();
        if (status == QIAO_OK && store->packer == NULL)
            status = qiao_fail_memory(err);
    }
    if (status == QIAO_OK && !write && !qiao_file_exists(path))
        status = fail_absent(data_dir, err);
    if (status == QIAO_OK)
        status = qiao_kv_open(path, &options, &store->kv, err);
    if (status == QIAO_OK)
        status = write ? prepare_for_writing(store, err) : prepare_for_reading(store, data_dir, err);
    return status;
}

qiao_status
qiao_source_store_open(const char *data_dir, bool write, qiao_source_store **out, qiao_error *err)
{
    qiao_source_store *store = qiao_calloc(1, sizeof *store);
    qiao_status status;

    *out = NULL;
    if (store == NULL)
        return qiao_fail_memory(err);
    status = open_store(store, data_dir, write, err);
    if (status != QIAO_OK) {
        qiao_source_store_close(store);
        return status;
    }
    *out = store;
    return QIAO_OK;
}

void
qiao_source_store_close(qiao_source_store *store)
{
    if (store == NULL)
        return;
    qiao_kv_abort(store->batch);
    qiao_kv_close(store->kv);
    qiaoi_packer_free(store->packer);
    qiao_lock_release(store->lock);
    qiao_free(store->folder);
    qiao_free(store);
}

/* --- changes --- */

qiao_status
qiaoi_source_counts_read(qiao_source_store *store, qiao_kv_txn *txn, qiao_source_counts *out, qiao_error *err)
{
    qiao_bytes value;
    qiao_status status = qiao_kv_get(txn, store->tables.meta, text_bytes("counts"), &value, err);

    if (status == QIAO_E_NOTFOUND)
        return qiaoi_source_damaged(err);
    return status == QIAO_OK ? decode_counts(value, out, err) : status;
}

qiao_status
qiaoi_source_begin_batch(qiao_source_store *store, qiao_error *err)
{
    qiao_status status;

    if (store->lock == NULL)
        return qiao_fail(err, QIAO_E_USAGE, "the source store was opened for reading only");
    if (store->batch != NULL)
        return QIAO_OK;
    status = qiao_kv_begin(store->kv, true, &store->batch, err);
    if (status == QIAO_OK)
        status = qiaoi_source_counts_read(store, store->batch, &store->counts, err);
    if (status != QIAO_OK) {
        qiao_kv_abort(store->batch);
        store->batch = NULL;
    }
    return status;
}

/* QIAO_E_NOTFOUND (err untouched) where the store never saw it. */
static qiao_status
find_entry(qiao_source_store *store, const record_key *k, qiaoi_source_facts *out, qiao_error *err)
{
    qiao_bytes value = {NULL, 0};
    qiao_status status = qiao_kv_get(store->batch, store->tables.entry, key_bytes(k), &value, err);

    return status == QIAO_OK ? qiaoi_source_facts_read(value, out, err) : status;
}

static qiao_status
write_entry(qiao_source_store *store, const record_key *k, uint64_t hash, bool tombstone, qiao_error *err)
{
    unsigned char value[ENTRY_SIZE];

    put_u64(value, hash);
    put_u64(value + 8, store->counts.last_sequence + 1);
    put_u64(value + 16, tombstone ? TOMBSTONE : 0);
    return qiao_kv_put(store->batch, store->tables.entry, key_bytes(k), (qiao_bytes){value, sizeof value}, err);
}

static uint64_t *
count_of(qiao_source_store *store, qiao_kind kind)
{
    return kind == QIAO_PROJECT ? &store->counts.projects : &store->counts.needs;
}

static void
count_change(qiao_source_store *store, qiao_kind kind, qiao_change change, bool was_tombstone)
{
    switch (change) {
    case QIAO_CHANGE_NEW:
        *count_of(store, kind) += 1;
        store->counts.tombstones -= was_tombstone ? 1 : 0;
        break;
    case QIAO_CHANGE_REMOVED:
        *count_of(store, kind) -= 1;
        store->counts.tombstones += 1;
        break;
    case QIAO_CHANGE_CHANGED:
        break;
    case QIAO_CHANGE_UNCHANGED:
        return;
    }
    store->counts.last_sequence += 1;
}

qiao_status
qiao_source_store_put(qiao_source_store *store, const qiao_record *record, qiao_change *change_out, qiao_error *err)
{
    qiaoi_source_facts old = {0, 0, true};
    record_key k;
    qiao_bytes value;
    qiao_change change;
    bool known;
    qiao_status status = make_key(record->kind, record->id, &k, err);

    if (status == QIAO_OK)
        status = qiaoi_source_begin_batch(store, err);
    if (status != QIAO_OK)
        return status;
    status = find_entry(store, &k, &old, err);
    known = status == QIAO_OK;
    if (status != QIAO_OK && status != QIAO_E_NOTFOUND)
        return status;
    if (known && !old.tombstone && old.hash == record->content_hash) {
        *change_out = QIAO_CHANGE_UNCHANGED;
        return QIAO_OK;
    }
    change = old.tombstone ? QIAO_CHANGE_NEW : QIAO_CHANGE_CHANGED;
    status = qiaoi_pack(store->packer, record->canonical, record->canonical_length, &value, err);
    if (status == QIAO_OK)
        status = qiao_kv_put(store->batch, store->tables.record, key_bytes(&k), value, err);
    if (status == QIAO_OK)
        status = write_entry(store, &k, record->content_hash, false, err);
    if (status != QIAO_OK)
        return status;
    count_change(store, record->kind, change, known && old.tombstone);
    *change_out = change;
    return QIAO_OK;
}

qiao_status
qiao_source_store_remove(qiao_source_store *store, qiao_kind kind, const char *id, qiao_change *change_out,
                         qiao_error *err)
{
    qiaoi_source_facts old = {0, 0, true};
    record_key k;
    qiao_status status = make_key(kind, id, &k, err);

    if (status == QIAO_OK)
        status = qiaoi_source_begin_batch(store, err);
    if (status != QIAO_OK)
        return status;
    status = find_entry(store, &k, &old, err);
    if (status == QIAO_E_NOTFOUND || (status == QIAO_OK && old.tombstone)) {
        *change_out = QIAO_CHANGE_UNCHANGED;
        return QIAO_OK;
    }
    if (status == QIAO_OK)
        status = qiao_kv_delete(store->batch, store->tables.record, key_bytes(&k), err);
    if (status == QIAO_E_NOTFOUND)
        return qiaoi_source_damaged(err);
    if (status == QIAO_OK)
        status = write_entry(store, &k, old.hash, true, err);
    if (status != QIAO_OK)
        return status;
    count_change(store, kind, QIAO_CHANGE_REMOVED, false);
    *change_out = QIAO_CHANGE_REMOVED;
    return QIAO_OK;
}

qiao_status
qiao_source_store_commit(qiao_source_store *store, qiao_error *err)
{
    qiao_kv_txn *batch = store->batch;
    qiao_status status;

    if (batch == NULL)
        return QIAO_OK;
    store->batch = NULL;
    status = write_counts(store, batch, &store->counts, err);
    if (status != QIAO_OK) {
        qiao_kv_abort(batch);
        return status;
    }
    status = qiao_kv_commit(batch, err);
    qiao_kv_release(store->kv); /* or a large import would map the whole store */
    return status;
}

/* --- state --- */

qiao_status
qiaoi_source_state_key(const char *name, qiao_bytes *out, qiao_error *err)
{
    size_t length = strlen(name);

    if (length == 0 || length > STATE_KEY_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "a state key must have 1 to %d bytes, this one has %zu", STATE_KEY_MAX,
                         length);
    *out = (qiao_bytes){name, length};
    return QIAO_OK;
}

qiao_status
qiao_source_store_set_state(qiao_source_store *store, const char *name, const char *value, size_t length,
                            qiao_error *err)
{
    qiao_bytes key = {NULL, 0};
    qiao_status status = qiaoi_source_state_key(name, &key, err);

    if (status == QIAO_OK)
        status = qiaoi_source_begin_batch(store, err);
    if (status != QIAO_OK)
        return status;
    if (value != NULL)
        return qiao_kv_put(store->batch, store->tables.state, key, (qiao_bytes){value, length}, err);
    status = qiao_kv_delete(store->batch, store->tables.state, key, err);
    return status == QIAO_E_NOTFOUND ? QIAO_OK : status;
}
