/* The desk's parts, for the files engine/store/desk*.c only. */
#ifndef QIAO_STORE_DESK_INTERNAL_H
#define QIAO_STORE_DESK_INTERNAL_H

#include "qiao/desk.h"
#include "store/kv.h"

/*
 * Tables of DIR/desk.mdb:
 *   row       letter, id                      -> header (desk_row.c), owner, JSON
 *   former    letter, id, 0, revision (8 BE)  -> the same, of each revision but the newest
 *   owner     letter, owner, 0, id            -> one byte
 *   audit     number (8 BE)                   -> JSON
 *   miss      day (4 BE), hash (8)            -> count (8 BE), question
 *   meta      "format", "trail"               -> number; number and digest of the last line
 */
typedef struct qiaoi_desk_tables {
    qiao_kv_db row, former, owner, audit, meta, miss;
} qiaoi_desk_tables;

struct qiao_desk {
    qiao_kv *kv;
    qiaoi_desk_tables tables;
};

#define QIAOI_DESK_KEY_SIZE 512u

typedef struct qiaoi_desk_key {
    unsigned char bytes[QIAOI_DESK_KEY_SIZE];
    size_t length;
} qiaoi_desk_key;

qiao_status qiaoi_desk_damaged(const char *what, qiao_error *err);

/* ---- desk_row.c ---- */

unsigned char qiaoi_desk_letter(qiao_desk_table table);
const char *qiaoi_desk_word(qiao_desk_table table);
/* QIAO_E_LIMIT (over QIAO_DESK_ID_MAX), QIAO_E_INPUT (empty). */
qiao_status qiaoi_desk_row_key(qiao_desk_table table, const char *id, qiaoi_desk_key *out, qiao_error *err) QIAO_CHECK;
void qiaoi_desk_former_key(const qiaoi_desk_key *row, uint64_t revision, qiaoi_desk_key *out);
/* id may be "": the beginning of an owner's rows. */
qiao_status qiaoi_desk_owner_key(qiao_desk_table table, const char *owner, const char *id, qiaoi_desk_key *out,
                                 qiao_error *err) QIAO_CHECK;
qiao_bytes qiaoi_desk_bytes(const qiaoi_desk_key *key);
void qiaoi_put_be64(unsigned char *at, uint64_t value);
uint64_t qiaoi_get_be64(const unsigned char *at);

void qiaoi_desk_row_write(const qiao_desk_row *row, qiao_buffer *out);
/* Copies id, owner and JSON behind each other into buffer, which row then borrows. */
qiao_status qiaoi_desk_row_read(const char *id, size_t id_length, qiao_bytes value, qiao_buffer *buffer,
                                qiao_desk_row *row, qiao_error *err) QIAO_CHECK;

/* ---- desk_audit.c ---- */

typedef struct qiaoi_desk_entry {
    const char *actor, *action;
    qiao_desk_table table;
    const char *id;
    uint64_t revision; /* 0 = nothing was changed */
} qiaoi_desk_entry;

qiao_status qiaoi_desk_audit_add(qiao_desk *desk, qiao_kv_txn *txn, const qiaoi_desk_entry *entry,
                                 qiao_error *err) QIAO_CHECK;

#endif
