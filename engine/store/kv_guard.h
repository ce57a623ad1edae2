/* Traps of LMDB that plain system calls avoid: files opened twice, room for the lock file, full disks. Used by kv.c. */
#ifndef QIAO_STORE_KV_GUARD_H
#define QIAO_STORE_KV_GUARD_H

#include "qiao/status.h"

#include <stdbool.h>
#include <sys/types.h>

#define QIAOI_KV_PATH_SIZE 4096

/* One entry of the list of open files; part of the object that has the file open. */
typedef struct qiaoi_kv_opened {
    bool registered;
    dev_t device;
    ino_t inode;
    struct qiaoi_kv_opened *next;
} qiaoi_kv_opened;

/* QIAO_E_LOCKED where this process has that file open already, under whatever name. */
qiao_status qiaoi_kv_register(qiaoi_kv_opened *opened, const char *path, qiao_error *err) QIAO_CHECK;
void qiaoi_kv_unregister(qiaoi_kv_opened *opened);

/* path-lock; out has QIAOI_KV_PATH_SIZE bytes. */
qiao_status qiaoi_kv_lock_path(const char *path, char *out, qiao_error *err) QIAO_CHECK;
/* Blocks for the whole lock file, so that no page of it, once mapped, can meet a full disk (which would be SIGBUS). */
qiao_status qiaoi_kv_reserve_lock_file(const char *path, mode_t mode, qiao_error *err) QIAO_CHECK;

/* LMDB reports a write that was cut short, which is how a disk fills up, as EIO: this tells the two apart. */
bool qiaoi_kv_disk_is_full(const char *path);

#endif
