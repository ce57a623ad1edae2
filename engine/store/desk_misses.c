/*
 * The log of what was looked for and not found. A row is one day's count of one question; the key begins with the day,
 * so that what is too old stands first. These rows are no part of the audit trail: they say nothing of who asked.
 */
#include "store/desk_internal.h"

#include "qiao/file.h"

#include <string.h>

#define KEY_SIZE 12u /* day, hash of the question */

static void
put_be32(unsigned char *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(value >> (24 - 8 * i));
}

static uint32_t
get_be32(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void
make_key(const qiao_desk_miss *miss, unsigned char key[KEY_SIZE])
{
    uint64_t hash = qiao_hash64(miss->question, miss->length, 0);

    put_be32(key, miss->day);
    qiaoi_put_be64(key + 4, hash);
}

/* The value: the count, then the question. */
static qiao_status
add_miss(qiao_desk *desk, qiao_kv_txn *txn, const qiao_desk_miss *miss, qiao_error *err)
{
    unsigned char key[KEY_SIZE], count[8];
    uint64_t before = 0;
    qiao_buffer value = {0};
    qiao_bytes old;
    qiao_status st;

    make_key(miss, key);
    st = qiao_kv_get(txn, desk->tables.miss, (qiao_bytes){key, KEY_SIZE}, &old, err);
    if (st != QIAO_OK && st != QIAO_E_NOTFOUND)
        return st;
    if (st == QIAO_OK && old.length >= 8)
        before = qiaoi_get_be64(old.data);
    qiaoi_put_be64(count, before + miss->count);
    qiao_buffer_append(&value, count, sizeof count);
    qiao_buffer_append(&value, miss->question, miss->length);
    st = qiao_buffer_check(&value, err);
    if (st == QIAO_OK)
        st = qiao_kv_put(txn, desk->tables.miss, (qiao_bytes){key, KEY_SIZE}, (qiao_bytes){value.data, value.length},
                         err);
    qiao_buffer_done(&value);
    return st;
}

/* The first key; QIAO_E_NOTFOUND where there is none. */
static qiao_status
first_key(qiao_desk *desk, qiao_kv_txn *txn, unsigned char out[KEY_SIZE], qiao_error *err)
{
    qiao_kv_cursor *cursor = NULL;
    qiao_bytes key, value;
    qiao_status st = qiao_kv_cursor_open(txn, desk->tables.miss, &cursor, err);

    if (st == QIAO_OK)
        st = qiao_kv_cursor_seek(cursor, (qiao_bytes){NULL, 0}, &key, &value, err);
    if (st == QIAO_OK && key.length != KEY_SIZE)
        st = qiaoi_desk_damaged("the log of what was not found", err);
    if (st == QIAO_OK)
        memcpy(out, key.data, KEY_SIZE);
    qiao_kv_cursor_close(cursor);
    return st;
}

/* Takes out what is older than the bound, and the oldest past the most. */
static qiao_status
prune(qiao_desk *desk, qiao_kv_txn *txn, uint32_t today, qiao_error *err)
{
    uint64_t count = 0;
    qiao_status st = qiao_kv_count(txn, desk->tables.miss, &count, err);

    while (st == QIAO_OK) {
        unsigned char key[KEY_SIZE];

        st = first_key(desk, txn, key, err);
        if (st != QIAO_OK || (count <= QIAO_DESK_MISSES_MAX && get_be32(key) + QIAO_DESK_MISS_DAYS > today))
            break;
        st = qiao_kv_delete(txn, desk->tables.miss, (qiao_bytes){key, KEY_SIZE}, err);
        count--;
    }
    return st == QIAO_E_NOTFOUND ? QIAO_OK : st;
}

qiao_status
qiao_desk_add_misses(qiao_desk *desk, const qiao_desk_miss *misses, size_t count, uint32_t today, qiao_error *err)
{
    qiao_kv_txn *txn = NULL;
    qiao_status st = qiao_kv_begin(desk->kv, true, &txn, err);

    for (size_t i = 0; st == QIAO_OK && i < count; i++)
        st = add_miss(desk, txn, &misses[i], err);
    if (st == QIAO_OK)
        st = prune(desk, txn, today, err);
    if (st == QIAO_OK)
        return qiao_kv_commit(txn, err);
    qiao_kv_abort(txn);
    return st;
}

static qiao_status
walk(qiao_desk *desk, qiao_kv_txn *txn, uint32_t from, qiao_desk_miss_visit visit, void *context, qiao_error *err)
{
    qiao_kv_cursor *cursor = NULL;
    unsigned char start[KEY_SIZE] = {0};
    qiao_bytes key, value;
    qiao_status st = qiao_kv_cursor_open(txn, desk->tables.miss, &cursor, err);

    put_be32(start, from);
    if (st == QIAO_OK)
        st = qiao_kv_cursor_seek(cursor, (qiao_bytes){start, KEY_SIZE}, &key, &value, err);
    while (st == QIAO_OK) {
        qiao_desk_miss miss;

        if (key.length != KEY_SIZE || value.length < 8) {
            st = qiaoi_desk_damaged("the log of what was not found", err);
            break;
        }
        miss = (qiao_desk_miss){.day = get_be32(key.data),
                                .question = (const char *)value.data + 8,
                                .length = value.length - 8,
                                .count = qiaoi_get_be64(value.data)};
        st = visit(&miss, context, err);
        if (st == QIAO_OK)
            st = qiao_kv_cursor_next(cursor, &key, &value, err);
    }
    qiao_kv_cursor_close(cursor);
    return st == QIAO_E_NOTFOUND ? QIAO_OK : st;
}

qiao_status
qiao_desk_misses(qiao_desk *desk, uint32_t from, qiao_desk_miss_visit visit, void *context, qiao_error *err)
{
    qiao_kv_txn *txn = NULL;
    qiao_status st = qiao_kv_begin(desk->kv, false, &txn, err);

    if (st == QIAO_OK)
        st = walk(desk, txn, from, visit, context, err);
    qiao_kv_abort(txn);
    return st;
}
