/* The desk: opening, reading rows, changing them. See qiao/desk.h. */
#include "store/desk_internal.h"

#include "qiao/file.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define PATH_SIZE 4096
#define FORMAT 1u

qiao_status
qiaoi_desk_damaged(const char *what, qiao_error *err)
{
    return qiao_fail(err, QIAO_E_CORRUPT, "the desk is damaged: %s cannot be read", what);
}

/* ---- opening ---- */

static qiao_status
open_tables(qiao_kv_txn *txn, qiaoi_desk_tables *t, qiao_error *err)
{
    struct {
        const char *name;
        qiao_kv_db *out;
    } tables[] = {{"row", &t->row},     {"former", &t->former}, {"owner", &t->owner},
                  {"audit", &t->audit}, {"meta", &t->meta},     {"miss", &t->miss}};
    qiao_status status = QIAO_OK;

    for (size_t i = 0; i < sizeof tables / sizeof *tables && status == QIAO_OK; i++)
        status = qiao_kv_database(txn, tables[i].name, tables[i].out, err);
    return status;
}

static qiao_status
check_format(qiao_desk *desk, qiao_kv_txn *txn, qiao_error *err)
{
    static const qiao_bytes key = {"format", 6};
    unsigned char number[8];
    qiao_bytes value = {NULL, 0};
    qiao_status status = qiao_kv_get(txn, desk->tables.meta, key, &value, err);

    if (status == QIAO_E_NOTFOUND) {
        qiaoi_put_be64(number, FORMAT);
        return qiao_kv_put(txn, desk->tables.meta, key, (qiao_bytes){number, sizeof number}, err);
    }
    if (status != QIAO_OK)
        return status;
    if (value.length != 8)
        return qiaoi_desk_damaged("its format", err);
    if (qiaoi_get_be64(value.data) != FORMAT)
        return qiao_fail(err, QIAO_E_VERSION, "the desk has format %llu, this program reads format %u",
                         (unsigned long long)qiaoi_get_be64(value.data), FORMAT);
    return QIAO_OK;
}

static qiao_status
prepare(qiao_desk *desk, qiao_error *err)
{
    qiao_kv_txn *txn = NULL;
    qiao_status status = qiao_kv_begin(desk->kv, true, &txn, err);

    if (status == QIAO_OK)
        status = open_tables(txn, &desk->tables, err);
    if (status == QIAO_OK)
        status = check_format(desk, txn, err);
    if (status != QIAO_OK) {
        qiao_kv_abort(txn);
        return status;
    }
    return qiao_kv_commit(txn, err);
}

qiao_status
qiao_desk_open(const char *data_dir, bool create, qiao_desk **out, qiao_error *err)
{
    qiao_kv_options options = {.max_databases = 8};
    char path[PATH_SIZE];
    int n = snprintf(path, sizeof path, "%s/desk.mdb", data_dir);
    qiao_desk *desk;
    qiao_status status = QIAO_OK;

    *out = NULL;
    if (n < 0 || (size_t)n >= sizeof path)
        return qiao_fail(err, QIAO_E_LIMIT, "the path is longer than 4,095 bytes: %.80s...", data_dir);
    if (!create && !qiao_file_exists(path))
        return qiao_fail(err, QIAO_E_NOTFOUND, "there is no desk in %s", data_dir);
    desk = qiao_calloc(1, sizeof *desk);
    if (desk == NULL)
        return qiao_fail_memory(err);
    if (create)
        status = qiao_file_make_directories(data_dir, err);
    if (status == QIAO_OK)
        status = qiao_kv_open(path, &options, &desk->kv, err);
    if (status == QIAO_OK)
        status = prepare(desk, err);
    if (status != QIAO_OK) {
        qiao_desk_close(desk);
        return status;
    }
    *out = desk;
    return QIAO_OK;
}

void
qiao_desk_close(qiao_desk *desk)
{
    if (desk == NULL)
        return;
    qiao_kv_close(desk->kv);
    qiao_free(desk);
}

qiao_status
qiao_desk_copy(qiao_desk *desk, const char *path, qiao_error *err)
{
    if (qiao_file_exists(path))
        return qiao_fail(err, QIAO_E_IO, "%s is there already; name a new file", path);
    return qiao_kv_copy(desk->kv, path, err);
}

/* ---- reading ---- */

static qiao_status
read_row(qiao_desk *desk, qiao_kv_txn *txn, qiao_kv_db table, const qiaoi_desk_key *key, const char *id,
         qiao_buffer *buffer, qiao_desk_row *row, qiao_error *err)
{
    qiao_bytes value = {NULL, 0};
    qiao_status status = qiao_kv_get(txn, table, qiaoi_desk_bytes(key), &value, err);

    (void)desk;
    return status == QIAO_OK ? qiaoi_desk_row_read(id, strlen(id), value, buffer, row, err) : status;
}

qiao_status
qiao_desk_get(qiao_desk *desk, qiao_desk_table table, const char *id, qiao_buffer *buffer, qiao_desk_row *row,
              qiao_error *err)
{
    qiao_kv_txn *txn = NULL;
    qiaoi_desk_key key;
    qiao_status status;

    if (*id == '\0' || strlen(id) > QIAO_DESK_ID_MAX)
        return QIAO_E_NOTFOUND;
    status = qiaoi_desk_row_key(table, id, &key, err);
    if (status == QIAO_OK)
        status = qiao_kv_begin(desk->kv, false, &txn, err);
    if (status == QIAO_OK)
        status = read_row(desk, txn, desk->tables.row, &key, id, buffer, row, err);
    qiao_kv_abort(txn);
    return status;
}

qiao_status
qiao_desk_get_revision(qiao_desk *desk, qiao_desk_table table, const char *id, uint64_t revision, qiao_buffer *buffer,
                       qiao_desk_row *row, qiao_error *err)
{
    qiaoi_desk_key key, former;
    qiao_kv_txn *txn = NULL;
    qiao_status status = qiao_desk_get(desk, table, id, buffer, row, err);

    if (status != QIAO_OK || row->revision == revision)
        return status;
    status = qiaoi_desk_row_key(table, id, &key, err);
    if (status != QIAO_OK)
        return status;
    qiaoi_desk_former_key(&key, revision, &former);
    status = qiao_kv_begin(desk->kv, false, &txn, err);
    if (status == QIAO_OK)
        status = read_row(desk, txn, desk->tables.former, &former, id, buffer, row, err);
    qiao_kv_abort(txn);
    return status;
}

typedef struct walk {
    qiao_desk *desk;
    qiao_kv_txn *txn;
    qiao_kv_cursor *cursor;
    qiao_desk_table table;
    qiaoi_desk_key prefix; /* of the keys walked over */
    bool by_owner;
    qiao_buffer buffer;
} walk;

/* The row that the key walked over stands for; where it is the key of an owner's row, that row is looked up. */
static qiao_status
row_of(walk *w, qiao_bytes key, qiao_bytes value, qiao_desk_row *row, qiao_error *err)
{
    const char *id = (const char *)key.data + w->prefix.length;
    size_t length = key.length - w->prefix.length;
    char name[QIAO_DESK_ID_MAX + 1];
    qiaoi_desk_key own;
    qiao_status status;

    if (length == 0 || length > QIAO_DESK_ID_MAX)
        return qiaoi_desk_damaged("a key", err);
    if (!w->by_owner)
        return qiaoi_desk_row_read(id, length, value, &w->buffer, row, err);
    memcpy(name, id, length);
    name[length] = '\0';
    status = qiaoi_desk_row_key(w->table, name, &own, err);
    if (status == QIAO_OK)
        status = read_row(w->desk, w->txn, w->desk->tables.row, &own, name, &w->buffer, row, err);
    return status == QIAO_E_NOTFOUND ? qiaoi_desk_damaged("the rows of an owner", err) : status;
}

static bool
in_walk(const walk *w, qiao_bytes key)
{
    return key.length > w->prefix.length && memcmp(key.data, w->prefix.bytes, w->prefix.length) == 0;
}

static qiao_status
go(walk *w, const char *after, qiao_desk_visit visit, void *context, qiao_error *err)
{
    qiaoi_desk_key start = w->prefix;
    qiao_bytes key = {NULL, 0}, value = {NULL, 0};
    bool more = true;
    qiao_status status;

    if (after != NULL) {
        size_t n = strlen(after);

        n = n > QIAO_DESK_ID_MAX ? QIAO_DESK_ID_MAX : n;
        memcpy(start.bytes + start.length, after, n);
        start.bytes[start.length + n] = 0; /* the first key behind it */
        start.length += n + 1;
    }
    status = qiao_kv_cursor_seek(w->cursor, qiaoi_desk_bytes(&start), &key, &value, err);
    while (status == QIAO_OK && more && in_walk(w, key)) {
        qiao_desk_row row;

        status = row_of(w, key, value, &row, err);
        if (status == QIAO_OK)
            status = visit(&row, context, &more, err);
        if (status == QIAO_OK && more)
            status = qiao_kv_cursor_next(w->cursor, &key, &value, err);
    }
    return status == QIAO_E_NOTFOUND ? QIAO_OK : status;
}

qiao_status
qiao_desk_each(qiao_desk *desk, qiao_desk_table table, const char *owner, const char *after, qiao_desk_visit visit,
               void *context, qiao_error *err)
{
    walk w = {.desk = desk, .table = table, .by_owner = owner != NULL};
    qiao_status status = QIAO_OK;

    if (owner != NULL) {
        status = qiaoi_desk_owner_key(table, owner, "", &w.prefix, err);
    } else {
        w.prefix.bytes[0] = qiaoi_desk_letter(table);
        w.prefix.length = 1;
    }
    if (status == QIAO_OK)
        status = qiao_kv_begin(desk->kv, false, &w.txn, err);
    if (status == QIAO_OK)
        status = qiao_kv_cursor_open(w.txn, w.by_owner ? desk->tables.owner : desk->tables.row, &w.cursor, err);
    if (status == QIAO_OK)
        status = go(&w, after, visit, context, err);
    qiao_kv_cursor_close(w.cursor);
    qiao_kv_abort(w.txn);
    qiao_buffer_done(&w.buffer);
    return status;
}

static qiao_status
count_row(const qiao_desk_row *row, void *context, bool *more, qiao_error *err)
{
    (void)row;
    (void)more;
    (void)err;
    ++*(uint64_t *)context;
    return QIAO_OK;
}

qiao_status
qiao_desk_count(qiao_desk *desk, qiao_desk_table table, uint64_t *count_out, qiao_error *err)
{
    *count_out = 0;
    return qiao_desk_each(desk, table, NULL, NULL, count_row, count_out, err);
}

/* ---- changing ---- */

static int64_t
now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static qiao_status
check_change(const qiao_desk_change *change, qiao_error *err)
{
    if (change->json != NULL && change->length > QIAO_DESK_JSON_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "what is to be kept has %zu bytes, at most %zu are taken", change->length,
                         QIAO_DESK_JSON_MAX);
    return change->json == NULL && !change->withdraw ? qiao_fail(err, QIAO_E_USAGE, "nothing is given to be written")
                                                     : QIAO_OK;
}

static qiao_status
stale(const qiao_desk_change *change, uint64_t revision, uint64_t *revision_out, qiao_error *err)
{
    *revision_out = revision;
    if (revision == 0)
        return qiao_fail(err, QIAO_E_STALE, "%s is not there any more", change->id);
    if (change->expected == 0)
        return qiao_fail(err, QIAO_E_STALE, "%s is there already", change->id);
    return qiao_fail(err, QIAO_E_STALE, "%s was changed meanwhile: it has revision %llu, not %llu", change->id,
                     (unsigned long long)revision, (unsigned long long)change->expected);
}

typedef struct writing {
    qiao_desk *desk;
    qiao_kv_txn *txn;
    const qiao_desk_change *change;
    qiaoi_desk_key key;
    qiao_buffer old, value;
} writing;

static qiao_status
put_row(writing *w, const qiao_desk_row *row, qiao_kv_db table, const qiaoi_desk_key *key, qiao_error *err)
{
    qiao_buffer_clear(&w->value);
    qiaoi_desk_row_write(row, &w->value);
    return w->value.failed
               ? qiao_buffer_check(&w->value, err)
               : qiao_kv_put(w->txn, table, qiaoi_desk_bytes(key), (qiao_bytes){w->value.data, w->value.length}, err);
}

/* The owner's list of rows; a row that changes hands leaves the former list. */
static qiao_status
put_owner(writing *w, const char *former, const char *owner, qiao_error *err)
{
    qiaoi_desk_key key;
    qiao_status status;

    if (former != NULL && strcmp(former, owner) == 0)
        return QIAO_OK;
    status = qiaoi_desk_owner_key(w->change->table, owner, w->change->id, &key, err);
    if (status == QIAO_OK)
        status = qiao_kv_put(w->txn, w->desk->tables.owner, qiaoi_desk_bytes(&key), (qiao_bytes){"", 1}, err);
    if (status != QIAO_OK || former == NULL)
        return status;
    status = qiaoi_desk_owner_key(w->change->table, former, w->change->id, &key, err);
    return status == QIAO_OK ? qiao_kv_delete(w->txn, w->desk->tables.owner, qiaoi_desk_bytes(&key), err) : status;
}

static qiao_status
write_row(writing *w, uint64_t *revision_out, qiao_error *err)
{
    const qiao_desk_change *change = w->change;
    qiaoi_desk_key former;
    qiao_desk_row old = {0}, row;
    qiao_status status = read_row(w->desk, w->txn, w->desk->tables.row, &w->key, change->id, &w->old, &old, err);
    bool there = status == QIAO_OK;

    if (status != QIAO_OK && status != QIAO_E_NOTFOUND)
        return status;
    if (!there && change->json == NULL)
        return qiao_fail(err, QIAO_E_NOTFOUND, "there is no %s", change->id);
    if (change->expected != QIAO_DESK_ANY && change->expected != (there ? old.revision : 0))
        return stale(change, there ? old.revision : 0, revision_out, err);
    row = (qiao_desk_row){.owner = change->owner != NULL ? change->owner
                                   : there               ? old.owner
                                                         : "",
                          .revision = there ? old.revision + 1 : 1,
                          .changed_ms = now_ms(),
                          .withdrawn = change->withdraw,
                          .json = change->json != NULL ? change->json : old.json,
                          .length = change->json != NULL ? change->length : old.length};
    row.created_ms = there ? old.created_ms : row.changed_ms;
    status = put_owner(w, there ? old.owner : NULL, row.owner, err);
    if (status == QIAO_OK && there) {
        qiaoi_desk_former_key(&w->key, old.revision, &former);
        status = put_row(w, &old, w->desk->tables.former, &former, err);
    }
    if (status == QIAO_OK)
        status = put_row(w, &row, w->desk->tables.row, &w->key, err);
    if (status == QIAO_OK)
        *revision_out = row.revision;
    return status;
}

qiao_status
qiao_desk_write(qiao_desk *desk, const qiao_desk_change *change, uint64_t *revision_out, qiao_error *err)
{
    writing w = {.desk = desk, .change = change};
    uint64_t revision = 0;
    qiao_status status = check_change(change, err);

    if (status == QIAO_OK)
        status = qiaoi_desk_row_key(change->table, change->id, &w.key, err);
    if (status == QIAO_OK)
        status = qiao_kv_begin(desk->kv, true, &w.txn, err);
    if (status == QIAO_OK)
        status = write_row(&w, &revision, err);
    if (status == QIAO_OK) {
        qiaoi_desk_entry entry = {change->actor, change->action, change->table, change->id, revision};

        status = qiaoi_desk_audit_add(desk, w.txn, &entry, err);
    }
    if (status == QIAO_OK)
        status = qiao_kv_commit(w.txn, err);
    else
        qiao_kv_abort(w.txn);
    if (status == QIAO_OK || status == QIAO_E_STALE)
        *revision_out = revision;
    qiao_buffer_done(&w.old);
    qiao_buffer_done(&w.value);
    return status;
}

/* ---- pairs ---- */

qiao_status
qiao_desk_pair_id(const char *need, const char *project, const char *who, char out[QIAO_DESK_ID_MAX + 1],
                  qiao_error *err)
{
    const char *parts[] = {need, project, who};
    size_t length = 0;

    for (size_t i = 0; i < 3 && parts[i] != NULL; i++) {
        size_t n = strlen(parts[i]);

        if (n == 0 || strchr(parts[i], '\t') != NULL)
            return qiao_fail(err, QIAO_E_INPUT, "a pair is named by the ids of a need and a project");
        if (length + 1 + n > QIAO_DESK_ID_MAX)
            return qiao_fail(err, QIAO_E_LIMIT, "an id has at most %u bytes, this one has %zu", QIAO_DESK_ID_MAX,
                             length + 1 + n);
        if (i > 0)
            out[length++] = '\t';
        memcpy(out + length, parts[i], n);
        length += n;
    }
    out[length] = '\0';
    return QIAO_OK;
}

bool
qiao_desk_pair_split(const char *pair_id, char copy[QIAO_DESK_ID_MAX + 1], const char **need_out,
                     const char **project_out)
{
    size_t length = strlen(pair_id);
    char *tab, *end;

    if (length > QIAO_DESK_ID_MAX)
        return false;
    memcpy(copy, pair_id, length + 1);
    tab = strchr(copy, '\t');
    if (tab == NULL)
        return false;
    *tab = '\0';
    end = strchr(tab + 1, '\t');
    if (end != NULL)
        *end = '\0';
    *need_out = copy;
    *project_out = tab + 1;
    return true;
}
