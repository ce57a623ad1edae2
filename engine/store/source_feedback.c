/*
 * Verdicts in the source store: table feedback, hash (32 hex digits) of need, project and person -> sequence (8 bytes)
 * and the verdict as JSON. A store from before there were verdicts has no such table; the first change makes it.
 */
#include "qiao/feedback.h"
#include "store/source_internal.h"

#include <string.h>

#define KEY_SIZE 32u
#define HEAD 8u

static void
make_key(const qiao_feedback *feedback, char out[KEY_SIZE + 1])
{
    char text[sizeof feedback->need + sizeof feedback->project + sizeof feedback->by];
    size_t length = 0;

    for (int part = 0; part < 3; part++) {
        const char *from = part == 0 ? feedback->need : part == 1 ? feedback->project : feedback->by;
        size_t n = strlen(from) + 1;

        memcpy(text + length, from, n);
        length += n;
    }
    qiao_hash128_hex(text, length, out);
}

static qiao_status
read_value(qiao_bytes value, qiao_feedback *out, uint64_t *sequence_out, qiao_error *err)
{
    if (value.length <= HEAD)
        return qiaoi_source_damaged(err);
    *sequence_out = 0;
    for (unsigned i = 0; i < HEAD; i++)
        *sequence_out |= (uint64_t)((const unsigned char *)value.data)[i] << (8 * i);
    return qiao_feedback_parse((const char *)value.data + HEAD, value.length - HEAD, out, err) == QIAO_OK
               ? QIAO_OK
               : qiaoi_source_damaged(err);
}

static bool
same_verdict(const qiao_feedback *a, const qiao_feedback *b)
{
    return a->accepted == b->accepted && a->reason == b->reason && strcmp(a->at, b->at) == 0;
}

static qiao_status
write_value(qiao_source_store *store, const char *key, const qiao_feedback *feedback, qiao_error *err)
{
    uint64_t sequence = store->counts.last_sequence + 1;
    qiao_buffer value = {0};
    qiao_status st;

    for (unsigned i = 0; i < HEAD; i++)
        qiao_buffer_char(&value, (char)(unsigned char)(sequence >> (8 * i)));
    qiao_feedback_write(feedback, &value);
    st = qiao_buffer_check(&value, err);
    if (st == QIAO_OK)
        st = qiao_kv_put(store->batch, store->tables.feedback, (qiao_bytes){key, KEY_SIZE},
                         (qiao_bytes){value.data, value.length}, err);
    qiao_buffer_done(&value);
    if (st == QIAO_OK)
        store->counts.last_sequence = sequence;
    return st;
}

qiao_status
qiao_source_store_put_feedback(qiao_source_store *store, const qiao_feedback *feedback, qiao_change *change_out,
                               qiao_error *err)
{
    char key[KEY_SIZE + 1];
    qiao_feedback old = {.at = ""};
    uint64_t sequence;
    qiao_bytes value;
    qiao_status st = qiaoi_source_begin_batch(store, err);

    if (st != QIAO_OK)
        return st;
    make_key(feedback, key);
    *change_out = QIAO_CHANGE_NEW;
    st = qiao_kv_get(store->batch, store->tables.feedback, (qiao_bytes){key, KEY_SIZE}, &value, err);
    if (st == QIAO_OK) {
        st = read_value(value, &old, &sequence, err);
        *change_out = same_verdict(feedback, &old) || strcmp(feedback->at, old.at) < 0 ? QIAO_CHANGE_UNCHANGED
                                                                                       : QIAO_CHANGE_CHANGED;
    } else if (st == QIAO_E_NOTFOUND) {
        st = QIAO_OK;
    }
    return st == QIAO_OK && *change_out != QIAO_CHANGE_UNCHANGED ? write_value(store, key, feedback, err) : st;
}

/* The sequence moves on: a build must see that something changed. */
qiao_status
qiao_source_store_remove_feedback(qiao_source_store *store, const qiao_feedback *feedback, qiao_change *change_out,
                                  qiao_error *err)
{
    char key[KEY_SIZE + 1];
    qiao_bytes value;
    qiao_status st = qiaoi_source_begin_batch(store, err);

    *change_out = QIAO_CHANGE_UNCHANGED;
    if (st != QIAO_OK)
        return st;
    make_key(feedback, key);
    st = qiao_kv_get(store->batch, store->tables.feedback, (qiao_bytes){key, KEY_SIZE}, &value, err);
    if (st == QIAO_E_NOTFOUND)
        return QIAO_OK;
    if (st == QIAO_OK)
        st = qiao_kv_delete(store->batch, store->tables.feedback, (qiao_bytes){key, KEY_SIZE}, err);
    if (st == QIAO_OK) {
        store->counts.last_sequence++;
        *change_out = QIAO_CHANGE_REMOVED;
    }
    return st;
}

static qiao_status
walk(qiao_kv_cursor *cursor, qiao_feedback_visit visit, void *context, qiao_error *err)
{
    qiao_bytes key, value;
    qiao_status st = qiao_kv_cursor_seek(cursor, (qiao_bytes){NULL, 0}, &key, &value, err);

    while (st == QIAO_OK) {
        qiao_feedback feedback;
        uint64_t sequence = 0;

        st = read_value(value, &feedback, &sequence, err);
        if (st == QIAO_OK)
            st = visit(&feedback, sequence, context, err);
        if (st != QIAO_OK)
            return st;
        st = qiao_kv_cursor_next(cursor, &key, &value, err);
    }
    return st == QIAO_E_NOTFOUND ? QIAO_OK : st;
}

qiao_status
qiao_source_store_each_feedback(qiao_source_store *store, qiao_feedback_visit visit, void *context, qiao_error *err)
{
    qiao_kv_cursor *cursor = NULL;
    qiao_kv_txn *txn = NULL;
    qiao_status st;

    if (!store->tables.has_feedback)
        return QIAO_OK;
    st = qiao_kv_begin(store->kv, false, &txn, err);
    if (st == QIAO_OK)
        st = qiao_kv_cursor_open(txn, store->tables.feedback, &cursor, err);
    if (st == QIAO_OK)
        st = walk(cursor, visit, context, err);
    qiao_kv_cursor_close(cursor);
    qiao_kv_abort(txn);
    return st;
}
