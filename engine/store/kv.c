/*
 * LMDB behind kv.h; the only file that includes <lmdb.h>. What is worked around here, once:
 *   - threads move between transactions (MDB_NOTLS) and a killed reader's slot is cleared (mdb_reader_check);
 *   - opening one file twice in a process would drop its locks: a list of open files refuses it (kv_guard.c);
 *   - a file cut short would raise SIGBUS when read: its length is checked first (kv_file.c);
 *   - the lock file is mapped, and writing to a hole of it on a full disk would raise SIGBUS: its room is reserved
 * first;
 *   - a header that cannot be written (a full or failing disk at the last call of a commit) makes LMDB refuse whatever
 *     follows, reading too: the file is then opened again, as soon as no transaction is left;
 *   - a kill while a file is created would leave one that never opens again: it is made beside and renamed.
 * MDB_WRITEMAP is never used: with it a full disk kills the process.
 */
#include "store/kv.h"

#include "qiao/file.h"
#include "store/kv_file.h"
#include "store/kv_guard.h"
#include "store/kv_residence.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATH_SIZE QIAOI_KV_PATH_SIZE
#define DEFAULT_MAP ((uint64_t)64 << 30)
#define SMALLEST_MAP ((uint64_t)1 << 20)
#define DEFAULT_DATABASES 32
#define READER_SLOTS 510
#define TABLES_KEPT 64
#define TABLE_NAME_SIZE 32
#define FILE_MODE 0660 /* less the umask: records of enterprises are not for every user of the machine */

struct qiao_kv {
    MDB_env *env;
    char *path;
    bool immutable, bulk;
    pthread_mutex_t handles; /* mdb_dbi_open must not run twice at a time */
    pthread_mutex_t life;    /* of what follows, and of env once it is open */
    unsigned users;          /* calls and transactions that rely on env */
    qiao_kv_options options;
    struct {
        char name[TABLE_NAME_SIZE];
        MDB_dbi dbi;
    } tables[TABLES_KEPT]; /* that were opened: opened again, they must have the same handles */
    unsigned table_count;
    qiaoi_kv_opened opened;
    qiaoi_residence residence; /* found when it is asked for */
    bool residence_known;
};

struct qiao_kv_txn {
    qiao_kv *kv;
    MDB_txn *txn;
    bool write;
    qiao_status failed; /* first failure of a change: such a transaction does not commit */
};

struct qiao_kv_cursor {
    qiao_kv *kv;
    MDB_cursor *cursor;
};

static qiao_status
fail_full(const qiao_kv *kv, qiao_error *err)
{
    qiao_fail(err, QIAO_E_NOSPACE, "%s has used up its address range", kv->path);
    qiao_error_hint(err, "remove what is not needed, or open it with a larger map size; nothing was lost");
    return QIAO_E_NOSPACE;
}

static qiao_status
fail_dead(const qiao_kv *kv, qiao_error *err)
{
    qiao_fail(err, QIAO_E_IO, "an earlier write to %s failed and it cannot be used until it is opened again", kv->path);
    qiao_error_hint(err, "check the disk and start the program again");
    return QIAO_E_IO;
}

/* LMDB's answer as a status with a message. */
static qiao_status
fail_lmdb(const qiao_kv *kv, int code, qiao_error *err)
{
    switch (code) {
    case MDB_MAP_FULL:
        return fail_full(kv, err);
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_INCOMPATIBLE:
        return qiao_fail(err, QIAO_E_CORRUPT, "%s is damaged (LMDB code %d)", kv->path, code);
    case MDB_VERSION_MISMATCH:
        return qiao_fail(err, QIAO_E_VERSION, "%s was written by another version of LMDB", kv->path);
    case MDB_PANIC:
        return fail_dead(kv, err);
    case MDB_MAP_RESIZED:
        return qiao_fail(err, QIAO_E_STALE, "another process made %s larger; open it again", kv->path);
    case MDB_READERS_FULL:
        return qiao_fail(err, QIAO_E_LIMIT, "%s has too many readers at a time", kv->path);
    case MDB_DBS_FULL:
        return qiao_fail(err, QIAO_E_LIMIT, "%s was opened for fewer tables", kv->path);
    case MDB_TXN_FULL:
        return qiao_fail(err, QIAO_E_LIMIT, "too many changes of %s at a time; commit more often", kv->path);
    case MDB_BAD_VALSIZE:
        return qiao_fail(err, QIAO_E_LIMIT, "a key of %s must have 1 to 511 bytes", kv->path);
    default:
        break;
    }
    if (code == EIO && qiaoi_kv_disk_is_full(kv->path))
        code = ENOSPC;
    if (code > 0)
        return qiao_fail_errno(err, code, "cannot use %s", kv->path);
    return qiao_fail(err, QIAO_E_INTERNAL, "%s gave an unexpected answer (LMDB code %d)", kv->path, code);
}

static qiao_status
fail_dropped(const qiao_kv *kv, qiao_status first, qiao_error *err)
{
    return qiao_fail(err, first, "the changes of %s were dropped, since one of them failed", kv->path);
}

static qiao_status
fail_change(qiao_kv_txn *txn, int code, qiao_error *err)
{
    qiao_status status;

    if (txn->failed != QIAO_OK)
        return fail_dropped(txn->kv, txn->failed, err);
    status = fail_lmdb(txn->kv, code, err);
    if (code != MDB_BAD_VALSIZE)
        txn->failed = status;
    return status;
}

/* --- opening --- */

static qiao_status
open_environment(qiao_kv *kv, const char *path, const qiao_kv_options *options, unsigned flags, qiao_error *err)
{
    unsigned databases = options->max_databases != 0 ? options->max_databases : DEFAULT_DATABASES;
    uint64_t map_size = options->map_size;
    int dead, code = mdb_env_create(&kv->env);

    if (code != 0) {
        kv->env = NULL;
        return fail_lmdb(kv, code, err);
    }
    if (map_size == 0 && !options->immutable)
        map_size = DEFAULT_MAP;
    if (map_size != 0 && map_size < SMALLEST_MAP)
        map_size = SMALLEST_MAP;
    if (map_size > SIZE_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "%s is too large to be mapped", path);
    if (map_size != 0)
        code = mdb_env_set_mapsize(kv->env, (size_t)map_size);
    if (code == 0)
        code = mdb_env_set_maxdbs(kv->env, databases);
    if (code == 0)
        code = mdb_env_set_maxreaders(kv->env, READER_SLOTS);
    if (code == 0)
        code = mdb_env_open(kv->env, path, MDB_NOSUBDIR | MDB_NOTLS | flags, FILE_MODE);
    if (code == 0 && (flags & MDB_NOLOCK) == 0)
        code = mdb_reader_check(kv->env, &dead);
    return code == 0 ? QIAO_OK : fail_lmdb(kv, code, err);
}

/* An empty store beside, renamed into place: no reader and no crash ever meets half of one. */
static qiao_status
create_file(qiao_kv *kv, const qiao_kv_options *options, qiao_error *err)
{
    char beside[PATH_SIZE];
    int n = snprintf(beside, sizeof beside, "%s.new", kv->path);
    qiao_status status;

    if (n < 0 || n >= PATH_SIZE)
        return qiao_fail(err, QIAO_E_LIMIT, "the path is longer than 4,095 bytes: %.80s...", kv->path);
    if (unlink(beside) != 0 && errno != ENOENT)
        return qiao_fail_errno(err, errno, "cannot remove %s", beside);
    status = open_environment(kv, beside, options, MDB_NOLOCK, err);
    mdb_env_close(kv->env);
    kv->env = NULL;
    if (status == QIAO_OK)
        status = qiao_file_sync(beside, err);
    if (status == QIAO_OK)
        status = qiao_file_rename(beside, kv->path, err);
    if (status != QIAO_OK)
        unlink(beside);
    return status;
}

/* Pages of the newest snapshot that are beyond the end of the file may only be free ones: a look at all pages tells. */
static qiao_status
check_length(qiao_kv *kv, qiao_error *err)
{
    qiaoi_kv_header header;
    qiao_kv_txn *txn = NULL;
    qiao_status status = qiao_kv_begin(kv, false, &txn, err); /* keeps a writer from reusing what is looked at */

    if (status == QIAO_OK)
        status = qiaoi_kv_header_read(kv->path, &header, err);
    if (status == QIAO_OK && header.file_size / header.page_size <= header.last_page)
        status = qiaoi_kv_pages_check(kv->path, err);
    qiao_kv_abort(txn);
    return status;
}

static qiao_status
open_checked(qiao_kv *kv, const qiao_kv_options *options, qiao_error *err)
{
    bool write = !options->read_only && !options->immutable;
    unsigned flags = write ? 0 : MDB_RDONLY;
    qiaoi_kv_header header;
    qiao_status status = QIAO_OK;

    if (options->immutable)
        flags |= MDB_NOLOCK;
    if (options->bulk)
        flags |= MDB_NOSYNC | MDB_NOMETASYNC;
    if (write && !qiao_file_exists(kv->path))
        status = create_file(kv, options, err);
    if (status == QIAO_OK)
        status = qiaoi_kv_header_read(kv->path, &header, err);
    if (status == QIAO_OK && !options->immutable)
        status = qiaoi_kv_register(&kv->opened, kv->path, err);
    if (status == QIAO_OK && !options->immutable)
        status = qiaoi_kv_reserve_lock_file(kv->path, FILE_MODE, err);
    if (status == QIAO_OK)
        status = open_environment(kv, kv->path, options, flags, err);
    if (status == QIAO_OK)
        status = check_length(kv, err);
    return status;
}

qiao_status
qiao_kv_open(const char *path, const qiao_kv_options *options, qiao_kv **out, qiao_error *err)
{
    qiao_kv *kv = qiao_calloc(1, sizeof *kv);
    qiao_status status;

    *out = NULL;
    if (kv == NULL)
        return qiao_fail_memory(err);
    if (pthread_mutex_init(&kv->handles, NULL) != 0 || pthread_mutex_init(&kv->life, NULL) != 0) {
        qiao_free(kv);
        return qiao_fail_memory(err);
    }
    kv->options = *options;
    kv->immutable = options->immutable;
    kv->bulk = options->bulk && !options->immutable && !options->read_only;
    kv->path = qiao_strdup(path);
    status = kv->path != NULL ? open_checked(kv, options, err) : qiao_fail_memory(err);
    if (status != QIAO_OK) {
        qiao_kv_close(kv);
        return status;
    }
    *out = kv;
    return QIAO_OK;
}

void
qiao_kv_close(qiao_kv *kv)
{
    char path[PATH_SIZE];

    if (kv == NULL)
        return;
    mdb_env_close(kv->env);
    if (kv->bulk && kv->opened.registered && qiaoi_kv_lock_path(kv->path, path, NULL) == QIAO_OK)
        unlink(path); /* what is built is handed on without it */
    qiaoi_kv_unregister(&kv->opened);
    pthread_mutex_destroy(&kv->handles);
    pthread_mutex_destroy(&kv->life);
    qiao_free(kv->path);
    qiao_free(kv);
}

qiao_status
qiao_kv_check(const char *path, qiao_error *err)
{
    return qiaoi_kv_pages_check(path, err);
}

void
qiao_kv_release(qiao_kv *kv)
{
    MDB_envinfo facts;
    MDB_stat pages;
    mdb_filehandle_t fd;

    if (kv->env == NULL)
        return;
    if (!kv->residence_known && mdb_env_get_fd(kv->env, &fd) == 0)
        qiaoi_residence_find(fd, &kv->residence);
    kv->residence_known = true;
    if (mdb_env_info(kv->env, &facts) == 0 && mdb_env_stat(kv->env, &pages) == 0)
        qiaoi_residence_drop(&kv->residence, (facts.me_last_pgno + 1) * pages.ms_psize);
}

qiao_status
qiao_kv_sync(qiao_kv *kv, qiao_error *err)
{
    int code = mdb_env_sync(kv->env, 1);

    return code == 0 ? QIAO_OK : fail_lmdb(kv, code, err);
}

static void
enter(qiao_kv *kv)
{
    pthread_mutex_lock(&kv->life);
    kv->users++;
    pthread_mutex_unlock(&kv->life);
}

static void
leave(qiao_kv *kv)
{
    pthread_mutex_lock(&kv->life);
    kv->users--;
    pthread_mutex_unlock(&kv->life);
}

qiao_status
qiao_kv_copy(qiao_kv *kv, const char *path, qiao_error *err)
{
    qiao_status status = QIAO_OK;
    int code, fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);

    if (fd < 0)
        return qiao_fail_errno(err, errno, "cannot create %s", path);
    enter(kv);
    code = kv->env != NULL ? mdb_env_copyfd2(kv->env, fd, MDB_CP_COMPACT) : MDB_PANIC;
    if (code == MDB_INCOMPATIBLE) /* pages leaked by a very large transaction: copy them as they are */
        code = ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0 ? mdb_env_copyfd2(kv->env, fd, 0) : errno;
    leave(kv);
    if (code != 0)
        status = fail_lmdb(kv, code, err);
    if (status == QIAO_OK && fsync(fd) != 0)
        status = qiao_fail_errno(err, errno, "cannot sync %s", path);
    if (close(fd) != 0 && status == QIAO_OK)
        status = qiao_fail_errno(err, errno, "cannot close %s", path);
    if (status != QIAO_OK)
        unlink(path);
    return status;
}

/* --- opening again --- */

/* In the order of their handles: LMDB gives out the lowest that is free. */
static int
open_tables_again(qiao_kv *kv)
{
    MDB_txn *txn;
    int code = mdb_txn_begin(kv->env, NULL, MDB_RDONLY, &txn);

    if (code != 0)
        return code;
    for (unsigned i = 0; code == 0 && i < kv->table_count; i++) {
        MDB_dbi dbi;

        code = mdb_dbi_open(txn, kv->tables[i].name, 0, &dbi);
        if (code == 0 && dbi != kv->tables[i].dbi)
            code = MDB_PANIC;
    }
    if (code != 0)
        mdb_txn_abort(txn);
    else
        code = mdb_txn_commit(txn);
    return code;
}

/* With life held, and no user beside the caller. What is on the disk is the last commit that succeeded, or the one that
 * failed at its very end. */
static bool
open_again(qiao_kv *kv)
{
    qiao_error ignored = QIAO_ERROR_INIT;

    mdb_env_close(kv->env);
    kv->env = NULL;
    if (open_environment(kv, kv->path, &kv->options, 0, &ignored) == QIAO_OK && open_tables_again(kv) == 0)
        return true;
    mdb_env_close(kv->env);
    kv->env = NULL; /* the next one tries again */
    return false;
}

/* Begins a transaction; users holds the caller. */
static int
begin_txn(qiao_kv *kv, bool write, MDB_txn **out)
{
    int dead, code = 0;

    if (kv->env == NULL)
        return MDB_PANIC;
    if (write) /* a reader that was killed would keep old pages from being used again */
        code = mdb_reader_check(kv->env, &dead);
    return code == 0 ? mdb_txn_begin(kv->env, NULL, write ? 0 : MDB_RDONLY, out) : code;
}

/* The same where LMDB refuses everything: others that begin fail until those at work have left, then the first one
 * opens the file again. */
static int
begin_again(qiao_kv *kv, bool write, MDB_txn **out)
{
    bool open = false;

    pthread_mutex_lock(&kv->life);
    if (kv->users == 1 && !kv->options.read_only && !kv->immutable && !kv->bulk)
        open = open_again(kv);
    pthread_mutex_unlock(&kv->life);
    return open ? begin_txn(kv, write, out) : MDB_PANIC;
}

/* --- transactions --- */

qiao_status
qiao_kv_begin(qiao_kv *kv, bool write, qiao_kv_txn **out, qiao_error *err)
{
    qiao_kv_txn *txn = qiao_calloc(1, sizeof *txn);
    int code;

    *out = NULL;
    if (txn == NULL)
        return qiao_fail_memory(err);
    txn->kv = kv;
    txn->write = write;
    enter(kv);
    code = begin_txn(kv, write, &txn->txn);
    if (code == MDB_PANIC)
        code = begin_again(kv, write, &txn->txn);
    if (code != 0) {
        leave(kv);
        qiao_free(txn);
        return fail_lmdb(kv, code, err);
    }
    *out = txn;
    return QIAO_OK;
}

qiao_status
qiao_kv_commit(qiao_kv_txn *txn, qiao_error *err)
{
    qiao_kv *kv = txn->kv;
    qiao_status failed = txn->failed;
    int code = 0;

    if (failed != QIAO_OK)
        mdb_txn_abort(txn->txn);
    else
        code = mdb_txn_commit(txn->txn);
    qiao_free(txn);
    leave(kv);
    if (failed != QIAO_OK)
        return fail_dropped(kv, failed, err);
    return code == 0 ? QIAO_OK : fail_lmdb(kv, code, err);
}

void
qiao_kv_abort(qiao_kv_txn *txn)
{
    if (txn == NULL)
        return;
    if (txn->write)
        mdb_txn_abort(txn->txn);
    else if (mdb_txn_commit(txn->txn) != 0) /* writes nothing, but keeps the handles opened in it */
        txn->txn = NULL;
    leave(txn->kv);
    qiao_free(txn);
}

/* A name that does not fit, or one too many, is none that can be opened again: then nothing is. */
static void
remember_table(qiao_kv *kv, const char *name, MDB_dbi dbi)
{
    unsigned at = 0;

    pthread_mutex_lock(&kv->life);
    while (at < kv->table_count && kv->tables[at].dbi < dbi)
        at++;
    if (strlen(name) >= TABLE_NAME_SIZE || (at == TABLES_KEPT)) {
        kv->options.read_only = true;
        at = TABLES_KEPT;
    } else if (at == kv->table_count || kv->tables[at].dbi != dbi) {
        if (kv->table_count == TABLES_KEPT)
            kv->options.read_only = true;
        else
            memmove(&kv->tables[at + 1], &kv->tables[at], (kv->table_count++ - at) * sizeof kv->tables[0]);
    }
    if (at < TABLES_KEPT) {
        snprintf(kv->tables[at].name, TABLE_NAME_SIZE, "%s", name);
        kv->tables[at].dbi = dbi;
    }
    pthread_mutex_unlock(&kv->life);
}

qiao_status
qiao_kv_database(qiao_kv_txn *txn, const char *name, qiao_kv_db *out, qiao_error *err)
{
    MDB_dbi dbi = 0;
    int code;

    pthread_mutex_lock(&txn->kv->handles);
    code = mdb_dbi_open(txn->txn, name, txn->write ? MDB_CREATE : 0, &dbi);
    pthread_mutex_unlock(&txn->kv->handles);
    if (code == MDB_NOTFOUND)
        return qiao_fail(err, QIAO_E_NOTFOUND, "%s has no table %s", txn->kv->path, name);
    if (code != 0)
        return fail_change(txn, code, err);
    remember_table(txn->kv, name, dbi);
    *out = dbi;
    return QIAO_OK;
}

static MDB_val
as_value(qiao_bytes bytes)
{
    return (MDB_val){bytes.length, (void *)(uintptr_t)bytes.data};
}

static qiao_bytes
as_bytes(MDB_val value)
{
    return (qiao_bytes){value.mv_data, value.mv_size};
}

qiao_status
qiao_kv_get(qiao_kv_txn *txn, qiao_kv_db db, qiao_bytes key, qiao_bytes *value_out, qiao_error *err)
{
    MDB_val k = as_value(key), value;
    int code = mdb_get(txn->txn, db, &k, &value);

    if (code == MDB_NOTFOUND)
        return QIAO_E_NOTFOUND;
    if (code != 0)
        return fail_lmdb(txn->kv, code, err);
    *value_out = as_bytes(value);
    return QIAO_OK;
}

qiao_status
qiao_kv_put(qiao_kv_txn *txn, qiao_kv_db db, qiao_bytes key, qiao_bytes value, qiao_error *err)
{
    MDB_val k = as_value(key), v = as_value(value);
    int code = mdb_put(txn->txn, db, &k, &v, 0);

    return code == 0 ? QIAO_OK : fail_change(txn, code, err);
}

static qiao_status
append(qiao_kv_txn *txn, qiao_kv_db db, qiao_bytes key, MDB_val *value, unsigned flags, qiao_error *err)
{
    MDB_val k = as_value(key);
    int code = mdb_put(txn->txn, db, &k, value, MDB_APPEND | flags);

    if (code == MDB_KEYEXIST) {
        txn->failed = txn->failed == QIAO_OK ? QIAO_E_INTERNAL : txn->failed;
        return qiao_fail(err, QIAO_E_INTERNAL, "keys appended to %s are not in ascending order", txn->kv->path);
    }
    return code == 0 ? QIAO_OK : fail_change(txn, code, err);
}

qiao_status
qiao_kv_append(qiao_kv_txn *txn, qiao_kv_db db, qiao_bytes key, qiao_bytes value, qiao_error *err)
{
    MDB_val v = as_value(value);

    return append(txn, db, key, &v, 0, err);
}

qiao_status
qiao_kv_append_reserve(qiao_kv_txn *txn, qiao_kv_db db, qiao_bytes key, size_t length, void **room_out, qiao_error *err)
{
    MDB_val v = {length, NULL};
    qiao_status status = append(txn, db, key, &v, MDB_RESERVE, err);

    if (status == QIAO_OK)
        *room_out = v.mv_data;
    return status;
}

qiao_status
qiao_kv_delete(qiao_kv_txn *txn, qiao_kv_db db, qiao_bytes key, qiao_error *err)
{
    MDB_val k = as_value(key);
    int code = mdb_del(txn->txn, db, &k, NULL);

    if (code == MDB_NOTFOUND)
        return QIAO_E_NOTFOUND;
    return code == 0 ? QIAO_OK : fail_change(txn, code, err);
}

qiao_status
qiao_kv_count(qiao_kv_txn *txn, qiao_kv_db db, uint64_t *count_out, qiao_error *err)
{
    MDB_stat facts;
    int code = mdb_stat(txn->txn, db, &facts);

    if (code != 0)
        return fail_lmdb(txn->kv, code, err);
    *count_out = facts.ms_entries;
    return QIAO_OK;
}

/* --- cursors --- */

qiao_status
qiao_kv_cursor_open(qiao_kv_txn *txn, qiao_kv_db db, qiao_kv_cursor **out, qiao_error *err)
{
    qiao_kv_cursor *cursor = qiao_alloc(sizeof *cursor);
    int code;

    *out = NULL;
    if (cursor == NULL)
        return qiao_fail_memory(err);
    cursor->kv = txn->kv;
    code = mdb_cursor_open(txn->txn, db, &cursor->cursor);
    if (code != 0) {
        qiao_free(cursor);
        return fail_lmdb(txn->kv, code, err);
    }
    *out = cursor;
    return QIAO_OK;
}

void
qiao_kv_cursor_close(qiao_kv_cursor *cursor)
{
    if (cursor == NULL)
        return;
    mdb_cursor_close(cursor->cursor);
    qiao_free(cursor);
}

static qiao_status
step(qiao_kv_cursor *cursor, MDB_val *key, MDB_cursor_op op, qiao_bytes *key_out, qiao_bytes *value_out,
     qiao_error *err)
{
    MDB_val value;
    int code = mdb_cursor_get(cursor->cursor, key, &value, op);

    if (code == MDB_NOTFOUND)
        return QIAO_E_NOTFOUND;
    if (code != 0)
        return fail_lmdb(cursor->kv, code, err);
    *key_out = as_bytes(*key);
    *value_out = as_bytes(value);
    return QIAO_OK;
}

qiao_status
qiao_kv_cursor_seek(qiao_kv_cursor *cursor, qiao_bytes key, qiao_bytes *key_out, qiao_bytes *value_out, qiao_error *err)
{
    MDB_val k = as_value(key);

    return step(cursor, &k, key.length != 0 ? MDB_SET_RANGE : MDB_FIRST, key_out, value_out, err);
}

qiao_status
qiao_kv_cursor_next(qiao_kv_cursor *cursor, qiao_bytes *key_out, qiao_bytes *value_out, qiao_error *err)
{
    MDB_val k = {0, NULL};

    return step(cursor, &k, MDB_NEXT, key_out, value_out, err);
}
