/*
 * The audit trail. A line's digest covers the digest before it and the line up to its own digest, so the trail is one
 * chain: to change a line unseen, all that follow must be changed too, and the last digest, which backups hold.
 */
#include "store/desk_internal.h"

#include "qiao/file.h"
#include "qiao/secret.h"

#include <stdio.h>
#include <string.h>

typedef struct trail {
    uint64_t number;
    char digest[QIAO_DIGEST_HEX_SIZE];
} trail;

static const qiao_bytes trail_key = {"trail", 5};

static qiao_status
read_trail(qiao_desk *desk, qiao_kv_txn *txn, trail *out, qiao_error *err)
{
    qiao_bytes value = {NULL, 0};
    qiao_status status = qiao_kv_get(txn, desk->tables.meta, trail_key, &value, err);

    memset(out, 0, sizeof *out);
    if (status == QIAO_E_NOTFOUND) {
        memset(out->digest, '0', QIAO_DIGEST_HEX_SIZE - 1);
        return QIAO_OK;
    }
    if (status != QIAO_OK)
        return status;
    if (value.length != 8 + QIAO_DIGEST_HEX_SIZE - 1)
        return qiaoi_desk_damaged("the audit trail", err);
    out->number = qiaoi_get_be64(value.data);
    memcpy(out->digest, (const char *)value.data + 8, QIAO_DIGEST_HEX_SIZE - 1);
    return QIAO_OK;
}

static qiao_status
write_trail(qiao_desk *desk, qiao_kv_txn *txn, const trail *now, qiao_error *err)
{
    unsigned char value[8 + QIAO_DIGEST_HEX_SIZE];

    qiaoi_put_be64(value, now->number);
    memcpy(value + 8, now->digest, QIAO_DIGEST_HEX_SIZE);
    return qiao_kv_put(txn, desk->tables.meta, trail_key, (qiao_bytes){value, sizeof value - 1}, err);
}

static void
member(qiao_buffer *out, const char *name, const char *value)
{
    qiao_buffer_printf(out, ",\"%s\":", name);
    qiao_buffer_json_string(out, value, strlen(value));
}

qiao_status
qiaoi_desk_audit_add(qiao_desk *desk, qiao_kv_txn *txn, const qiaoi_desk_entry *entry, qiao_error *err)
{
    unsigned char key[8];
    char at[21];
    qiao_buffer line = {0};
    trail now;
    qiao_status status = read_trail(desk, txn, &now, err);

    if (status != QIAO_OK)
        return status;
    now.number++;
    qiao_clock_utc(at);
    qiao_buffer_printf(&line, "{\"number\":%llu", (unsigned long long)now.number);
    member(&line, "at", at);
    member(&line, "actor", entry->actor);
    member(&line, "action", entry->action);
    member(&line, "table", qiaoi_desk_word(entry->table));
    member(&line, "id", entry->id);
    if (entry->revision != 0)
        qiao_buffer_printf(&line, ",\"revision\":%llu", (unsigned long long)entry->revision);
    member(&line, "before", now.digest);
    if (!line.failed)
        qiao_digest_hex(line.data, line.length, NULL, 0, now.digest);
    member(&line, "digest", now.digest);
    qiao_buffer_char(&line, '}');
    status = qiao_buffer_check(&line, err);
    qiaoi_put_be64(key, now.number);
    if (status == QIAO_OK)
        status = qiao_kv_put(txn, desk->tables.audit, (qiao_bytes){key, 8}, (qiao_bytes){line.data, line.length}, err);
    if (status == QIAO_OK)
        status = write_trail(desk, txn, &now, err);
    qiao_buffer_done(&line);
    return status;
}

qiao_status
qiao_desk_note(qiao_desk *desk, const char *actor, const char *action, qiao_desk_table table, const char *id,
               qiao_error *err)
{
    qiaoi_desk_entry entry = {actor, action, table, id, 0};
    qiao_kv_txn *txn = NULL;
    qiao_status status = qiao_kv_begin(desk->kv, true, &txn, err);

    if (status == QIAO_OK)
        status = qiaoi_desk_audit_add(desk, txn, &entry, err);
    if (status != QIAO_OK) {
        qiao_kv_abort(txn);
        return status;
    }
    return qiao_kv_commit(txn, err);
}

qiao_status
qiao_desk_revision(qiao_desk *desk, uint64_t *revision_out, qiao_error *err)
{
    qiao_kv_txn *txn = NULL;
    trail now = {.number = 0};
    qiao_status status = qiao_kv_begin(desk->kv, false, &txn, err);

    if (status == QIAO_OK)
        status = read_trail(desk, txn, &now, err);
    qiao_kv_abort(txn);
    *revision_out = now.number;
    return status;
}

static qiao_status
walk(qiao_desk *desk, qiao_kv_txn *txn, uint64_t from, qiao_desk_line_visit visit, void *context, qiao_error *err)
{
    qiao_kv_cursor *cursor = NULL;
    unsigned char start[8];
    qiao_bytes key, value;
    bool more = true;
    qiao_status status = qiao_kv_cursor_open(txn, desk->tables.audit, &cursor, err);

    qiaoi_put_be64(start, from);
    if (status == QIAO_OK)
        status = qiao_kv_cursor_seek(cursor, (qiao_bytes){start, 8}, &key, &value, err);
    while (status == QIAO_OK && more) {
        qiao_desk_line line = {0, value.data, value.length};

        if (key.length != 8) {
            status = qiaoi_desk_damaged("the audit trail", err);
            break;
        }
        line.number = qiaoi_get_be64(key.data);
        status = visit(&line, context, &more, err);
        if (status == QIAO_OK && more)
            status = qiao_kv_cursor_next(cursor, &key, &value, err);
    }
    qiao_kv_cursor_close(cursor);
    return status == QIAO_E_NOTFOUND ? QIAO_OK : status;
}

qiao_status
qiao_desk_audit(qiao_desk *desk, uint64_t from, qiao_desk_line_visit visit, void *context, qiao_error *err)
{
    qiao_kv_txn *txn = NULL;
    qiao_status status = qiao_kv_begin(desk->kv, false, &txn, err);

    if (status == QIAO_OK)
        status = walk(desk, txn, from, visit, context, err);
    qiao_kv_abort(txn);
    return status;
}

qiao_status
qiao_desk_trail(qiao_desk *desk, uint64_t *number_out, qiao_error *err)
{
    qiao_kv_txn *txn = NULL;
    trail now = {0};
    qiao_status status = qiao_kv_begin(desk->kv, false, &txn, err);

    if (status == QIAO_OK)
        status = read_trail(desk, txn, &now, err);
    qiao_kv_abort(txn);
    *number_out = now.number;
    return status;
}

/* ---- checking ---- */

typedef struct chain {
    uint64_t number;
    char digest[QIAO_DIGEST_HEX_SIZE];
} chain;

static qiao_status
broken(uint64_t number, qiao_error *err)
{
    return qiao_fail(err, QIAO_E_CORRUPT, "the audit trail is broken at line %llu", (unsigned long long)number);
}

/* The line ends with ,"before":"..","digest":".."}; its text up to ,"digest" is what was digested. */
static qiao_status
check_line(const qiao_desk_line *line, void *context, bool *more, qiao_error *err)
{
    static const char before[] = ",\"before\":\"", digest[] = ",\"digest\":\"";
    const size_t hex = QIAO_DIGEST_HEX_SIZE - 1, tail = sizeof digest - 1 + hex + 2,
                 middle = sizeof before - 1 + hex + 1;
    chain *c = context;
    char own[QIAO_DIGEST_HEX_SIZE], number[40];
    const char *at;
    size_t n;

    (void)more;
    n = (size_t)snprintf(number, sizeof number, "{\"number\":%llu,", (unsigned long long)line->number);
    if (line->number != c->number + 1 || line->length < tail + middle + n || memcmp(line->json, number, n) != 0)
        return broken(c->number + 1, err);
    at = line->json + line->length - tail;
    qiao_digest_hex(line->json, line->length - tail, NULL, 0, own);
    if (memcmp(at, digest, sizeof digest - 1) != 0 || memcmp(at + sizeof digest - 1, own, hex) != 0 ||
        memcmp(at - middle, before, sizeof before - 1) != 0 ||
        memcmp(at - middle + sizeof before - 1, c->digest, hex) != 0)
        return broken(line->number, err);
    memcpy(c->digest, own, sizeof own);
    c->number = line->number;
    return QIAO_OK;
}

static qiao_status
check_rows(qiao_desk *desk, qiao_kv_txn *txn, qiao_error *err)
{
    qiao_kv_cursor *cursor = NULL;
    qiao_buffer buffer = {0};
    qiao_bytes key, value;
    qiao_status status = qiao_kv_cursor_open(txn, desk->tables.row, &cursor, err);

    if (status == QIAO_OK)
        status = qiao_kv_cursor_seek(cursor, (qiao_bytes){NULL, 0}, &key, &value, err);
    while (status == QIAO_OK) {
        qiao_desk_row row;

        status = key.length < 2
                     ? qiaoi_desk_damaged("a row", err)
                     : qiaoi_desk_row_read((const char *)key.data + 1, key.length - 1, value, &buffer, &row, err);
        if (status == QIAO_OK)
            status = qiao_kv_cursor_next(cursor, &key, &value, err);
    }
    qiao_kv_cursor_close(cursor);
    qiao_buffer_done(&buffer);
    return status == QIAO_E_NOTFOUND ? QIAO_OK : status;
}

qiao_status
qiao_desk_verify(qiao_desk *desk, uint64_t *lines_out, qiao_error *err)
{
    qiao_kv_txn *txn = NULL;
    chain c = {0};
    trail last;
    qiao_status status = qiao_kv_begin(desk->kv, false, &txn, err);

    memset(c.digest, '0', QIAO_DIGEST_HEX_SIZE - 1);
    if (status == QIAO_OK)
        status = check_rows(desk, txn, err);
    if (status == QIAO_OK)
        status = walk(desk, txn, 1, check_line, &c, err);
    if (status == QIAO_OK)
        status = read_trail(desk, txn, &last, err);
    if (status == QIAO_OK && (last.number != c.number || memcmp(last.digest, c.digest, sizeof c.digest) != 0))
        status = broken(c.number + 1, err);
    qiao_kv_abort(txn);
    *lines_out = c.number;
    return status;
}
