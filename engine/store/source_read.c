/* Reading the source store: snapshots of what was committed. Any number of threads, each call with a transaction of its
 * own. */
#include "store/source_internal.h"
#include "store/source_view.h"

#include <string.h>

#define RELEASE_ENTRIES 16384u

struct qiaoi_source_view {
    qiao_source_store *store;
    qiao_kv_txn *txn;
};

typedef struct walk {
    qiao_kv_cursor *entries, *records;
    qiao_bytes record_key, record_value; /* where the records cursor stands */
    qiao_status records_status;
    qiaoi_source_view_visit visit;
    void *context;
} walk;

static bool
same_bytes(qiao_bytes a, qiao_bytes b)
{
    return a.length == b.length && memcmp(a.data, b.data, a.length) == 0;
}

/* Both tables are in the same order, and every entry that is no tombstone has its record. */
static qiao_status
visit_record(walk *w, qiao_bytes entry_key, const qiao_source_entry *entry, qiao_error *err)
{
    qiao_status status;

    if (w->records_status != QIAO_OK && w->records_status != QIAO_E_NOTFOUND)
        return w->records_status;
    if (w->records_status == QIAO_E_NOTFOUND || !same_bytes(w->record_key, entry_key))
        return qiaoi_source_damaged(err);
    status = w->visit(entry, w->record_value, w->context, err);
    if (status == QIAO_OK)
        w->records_status = qiao_kv_cursor_next(w->records, &w->record_key, &w->record_value, err);
    return status;
}

static qiao_status
visit_entry(walk *w, qiao_bytes entry_key, qiao_bytes value, qiao_error *err)
{
    qiao_source_entry out = {.json = NULL};
    char id[QIAO_ID_MAX + 1];
    const char *bytes = entry_key.data;
    qiaoi_source_facts facts;
    qiao_status status = qiaoi_source_facts_read(value, &facts, err);

    if (status != QIAO_OK)
        return status;
    if (entry_key.length < 2 || entry_key.length > QIAO_ID_MAX + 1 ||
        (bytes[0] != QIAO_PROJECT && bytes[0] != QIAO_NEED))
        return qiaoi_source_damaged(err);
    memcpy(id, bytes + 1, entry_key.length - 1);
    id[entry_key.length - 1] = '\0';
    out.kind = bytes[0] == QIAO_PROJECT ? QIAO_PROJECT : QIAO_NEED;
    out.id = id;
    out.content_hash = facts.hash;
    out.sequence = facts.sequence;
    if (facts.tombstone)
        return w->visit(&out, (qiao_bytes){NULL, 0}, w->context, err);
    return visit_record(w, entry_key, &out, err);
}

static qiao_status
walk_entries(walk *w, qiao_error *err)
{
    qiao_bytes first = {NULL, 0}, k, value;
    qiao_status status;

    w->records_status = qiao_kv_cursor_seek(w->records, first, &w->record_key, &w->record_value, err);
    status = qiao_kv_cursor_seek(w->entries, first, &k, &value, err);
    while (status == QIAO_OK) {
        status = visit_entry(w, k, value, err);
        if (status != QIAO_OK)
            return status;
        status = qiao_kv_cursor_next(w->entries, &k, &value, err);
    }
    return status == QIAO_E_NOTFOUND ? QIAO_OK : status;
}

/* ---- snapshots ---- */

qiao_status
qiaoi_source_view_open(qiao_source_store *store, qiaoi_source_view **out, qiao_error *err)
{
    qiaoi_source_view *view = qiao_calloc(1, sizeof *view);
    qiao_status status;

    *out = NULL;
    if (view == NULL)
        return qiao_fail_memory(err);
    view->store = store;
    status = qiao_kv_begin(store->kv, false, &view->txn, err);
    if (status != QIAO_OK) {
        qiao_free(view);
        return status;
    }
    *out = view;
    return QIAO_OK;
}

void
qiaoi_source_view_close(qiaoi_source_view *view)
{
    if (view == NULL)
        return;
    qiao_kv_abort(view->txn);
    qiao_free(view);
}

qiao_status
qiaoi_source_view_each(qiaoi_source_view *view, qiaoi_source_view_visit visit, void *context, qiao_error *err)
{
    const qiaoi_source_tables *tables = &view->store->tables;
    walk w = {.visit = visit, .context = context};
    qiao_status status = qiao_kv_cursor_open(view->txn, tables->entry, &w.entries, err);

    if (status == QIAO_OK)
        status = qiao_kv_cursor_open(view->txn, tables->record, &w.records, err);
    if (status == QIAO_OK)
        status = walk_entries(&w, err);
    qiao_kv_cursor_close(w.records);
    qiao_kv_cursor_close(w.entries);
    return status;
}

/* ---- walks that unpack every record ---- */

typedef struct unpacking {
    qiao_kv *kv;
    uint64_t visited;
    qiaoi_unpacker *unpacker;
    bool tombstones;
    qiao_source_visit visit;
    void *context;
} unpacking;

static qiao_status
visit_unpacked(const qiao_source_entry *entry, qiao_bytes stored, void *context, qiao_error *err)
{
    unpacking *u = context;
    qiao_source_entry whole = *entry;
    qiao_bytes json = {NULL, 0};
    qiao_status status = QIAO_OK;

    if (stored.data == NULL && !u->tombstones)
        return QIAO_OK;
    if (stored.data != NULL)
        status = qiaoi_unpack(u->unpacker, entry->id, stored, &json, err);
    whole.json = json.data;
    whole.length = json.length;
    if (status == QIAO_OK)
        status = u->visit(&whole, u->context, err);
    if (++u->visited % RELEASE_ENTRIES == 0) /* or a walk would map the whole store */
        qiao_kv_release(u->kv);
    return status;
}

qiao_status
qiao_source_store_each(qiao_source_store *store, bool tombstones, qiao_source_visit visit, void *context,
                       qiao_error *err)
{
    unpacking u = {.kv = store->kv, .tombstones = tombstones, .visit = visit, .context = context};
    qiaoi_source_view *view = NULL;
    qiao_status status = qiaoi_source_view_open(store, &view, err);

    if (status != QIAO_OK)
        return status;
    u.unpacker = qiaoi_unpacker_new();
    status = u.unpacker != NULL ? qiaoi_source_view_each(view, visit_unpacked, &u, err) : qiao_fail_memory(err);
    qiaoi_unpacker_free(u.unpacker);
    qiaoi_source_view_close(view);
    return status;
}

qiao_status
qiao_source_store_counts(qiao_source_store *store, qiao_source_counts *out, qiao_error *err)
{
    qiao_source_counts counts;
    qiao_kv_txn *txn;
    qiao_status status = qiao_kv_begin(store->kv, false, &txn, err);

    if (status != QIAO_OK)
        return status;
    status = qiaoi_source_counts_read(store, txn, &counts, err);
    if (status == QIAO_OK)
        *out = counts;
    qiao_kv_abort(txn);
    return status;
}

qiao_status
qiao_source_store_get_state(qiao_source_store *store, const char *name, qiao_buffer *out, qiao_error *err)
{
    qiao_bytes key = {NULL, 0}, value;
    qiao_kv_txn *txn = NULL;
    qiao_status status = qiaoi_source_state_key(name, &key, err);

    if (status == QIAO_OK)
        status = qiao_kv_begin(store->kv, false, &txn, err);
    if (status == QIAO_OK)
        status = qiao_kv_get(txn, store->tables.state, key, &value, err);
    if (status == QIAO_OK) {
        qiao_buffer_append(out, value.data, value.length);
        status = qiao_buffer_check(out, err);
    }
    qiao_kv_abort(txn);
    return status;
}
