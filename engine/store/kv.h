/*
 * Key-value environments: the thin layer over LMDB that the stores are written in. kv.c is the only file that includes
 * <lmdb.h>.
 *
 * Ownership and threads: one qiao_kv per file and process (LMDB forbids opening a file twice in a process). A read
 * transaction may move between threads but is used by one at a time; a write transaction stays on its thread, and there
 * is one at a time. Values returned by get and cursors are borrowed from the map: valid until the transaction ends (for
 * write transactions: until the next write). Errors: QIAO_E_IO, QIAO_E_NOSPACE (disk or map full), QIAO_E_CORRUPT,
 * QIAO_E_VERSION, QIAO_E_NOMEM, QIAO_E_LOCKED; get and cursors answer QIAO_E_NOTFOUND without touching err (a normal
 * outcome).
 */
#ifndef QIAO_STORE_KV_H
#define QIAO_STORE_KV_H

#include "qiao/status.h"
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct qiao_kv qiao_kv;
typedef struct qiao_kv_txn qiao_kv_txn;
typedef struct qiao_kv_cursor qiao_kv_cursor;
typedef unsigned qiao_kv_db; /* handle of a named database inside an environment */

typedef struct qiao_kv_options {
    bool read_only; /* the file must exist */
    bool immutable; /* nobody writes it any more: no lock file, no reader slots (implies read_only) */
    bool bulk; /* a file being built: no sync per commit; call qiao_kv_sync at the end. close removes the lock file */
    uint64_t map_size;      /* bytes of address space; 0 = 64 GiB (sparse: costs nothing); immutable: the file's size */
    unsigned max_databases; /* 0 = 32 */
} qiao_kv_options;

typedef struct qiao_bytes {
    const void *data;
    size_t length;
} qiao_bytes;

/*
 * path: the data file itself (a lock file path + "-lock" appears beside it unless immutable).
 * QIAO_E_NOTFOUND where it must exist; QIAO_E_CORRUPT also for a file that was cut short; QIAO_E_LOCKED when this
 * process has it open already (not for immutable files, which may be open any number of times).
 */
qiao_status qiao_kv_open(const char *path, const qiao_kv_options *options, qiao_kv **out, qiao_error *err) QIAO_CHECK;
void qiao_kv_close(qiao_kv *kv);
/* Walks every page of the newest snapshot without mapping it, so that damage is an error and no crash. For verify and
 * after a fault. */
qiao_status qiao_kv_check(const char *path, qiao_error *err) QIAO_CHECK;
qiao_status qiao_kv_sync(qiao_kv *kv, qiao_error *err) QIAO_CHECK;
/* For who goes through more than memory should hold: the pages read so far leave the memory of the process, not the
 * page cache. What transactions hold stays valid and is mapped again when it is read. */
void qiao_kv_release(qiao_kv *kv);
/* Compacting copy to a new file (hot: readers and the writer go on); fsynced. */
qiao_status qiao_kv_copy(qiao_kv *kv, const char *path, qiao_error *err) QIAO_CHECK;

qiao_status qiao_kv_begin(qiao_kv *kv, bool write, qiao_kv_txn **out, qiao_error *err) QIAO_CHECK;
/* Frees txn in every case. On failure nothing was written; a transaction in which a put or delete failed does not
 * commit. */
qiao_status qiao_kv_commit(qiao_kv_txn *txn, qiao_error *err) QIAO_CHECK;
void qiao_kv_abort(qiao_kv_txn *txn); /* also ends a read transaction; NULL is fine */

/*
 * Open (and in a write transaction create) a named database. Its handle is valid for the life of kv once the
 * transaction ends (a write transaction: commits), but not in transactions begun before: open all handles first, then
 * begin what uses them. QIAO_E_NOTFOUND.
 */
qiao_status qiao_kv_database(qiao_kv_txn *txn, const char *name, qiao_kv_db *out, qiao_error *err) QIAO_CHECK;
qiao_status qiao_kv_get(qiao_kv_txn *txn, qiao_kv_db db, qiao_bytes key, qiao_bytes *value_out,
                        qiao_error *err) QIAO_CHECK;
qiao_status qiao_kv_put(qiao_kv_txn *txn, qiao_kv_db db, qiao_bytes key, qiao_bytes value, qiao_error *err) QIAO_CHECK;
/* Keys must come in ascending order (QIAO_E_INTERNAL otherwise); fastest way to fill. Keys have 1 to 511 bytes
 * (QIAO_E_LIMIT). */
qiao_status qiao_kv_append(qiao_kv_txn *txn, qiao_kv_db db, qiao_bytes key, qiao_bytes value,
                           qiao_error *err) QIAO_CHECK;
/* As append, but returns room for the value in the map to be filled by the caller before the next call. */
qiao_status qiao_kv_append_reserve(qiao_kv_txn *txn, qiao_kv_db db, qiao_bytes key, size_t length, void **room_out,
                                   qiao_error *err) QIAO_CHECK;
qiao_status qiao_kv_delete(qiao_kv_txn *txn, qiao_kv_db db, qiao_bytes key,
                           qiao_error *err) QIAO_CHECK; /* QIAO_E_NOTFOUND if absent */
qiao_status qiao_kv_count(qiao_kv_txn *txn, qiao_kv_db db, uint64_t *count_out, qiao_error *err) QIAO_CHECK;

qiao_status qiao_kv_cursor_open(qiao_kv_txn *txn, qiao_kv_db db, qiao_kv_cursor **out, qiao_error *err) QIAO_CHECK;
void qiao_kv_cursor_close(qiao_kv_cursor *cursor); /* before its transaction ends */
/* first key >= key (key.length 0: the first of all) */
qiao_status qiao_kv_cursor_seek(qiao_kv_cursor *cursor, qiao_bytes key, qiao_bytes *key_out, qiao_bytes *value_out,
                                qiao_error *err) QIAO_CHECK;
qiao_status qiao_kv_cursor_next(qiao_kv_cursor *cursor, qiao_bytes *key_out, qiao_bytes *value_out,
                                qiao_error *err) QIAO_CHECK;

#ifdef __cplusplus
}
#endif
#endif
