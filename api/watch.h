/* Watching the catalogue: has CURRENT been replaced since the last look? */
#ifndef QIAO_API_WATCH_H
#define QIAO_API_WATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct qiaoi_watch {
    char path[4200];
    bool exists;
    dev_t device;
    ino_t inode;
    int64_t seconds, nanoseconds; /* of its change */
    off_t size;
} qiaoi_watch;

/* Remembers what is there now. */
void qiaoi_watch_init(qiaoi_watch *watch, const char *data_dir);
/* True once after each replacement. */
bool qiaoi_watch_changed(qiaoi_watch *watch);

#endif
