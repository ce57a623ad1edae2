/* See host_turn.h. Times are those of the clock of the day, so that processes agree on them. */
#include "harvest/host_turn.h"

#include "qiao/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define PATH_BYTES 4096
#define BUSY_MS 50u /* until the turns of others are looked at again */

typedef struct times {
    uint64_t asked_ms, rest_ms; /* since 1970: last asked, left alone until */
} times;

static uint64_t
now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void
path_of(const char *data_dir, const char *origin, const char *ending, char out[PATH_BYTES])
{
    snprintf(out, PATH_BYTES, "%.3900s/hosts/%016" PRIx64 "%.16s", data_dir, qiao_hash64(origin, strlen(origin), 0),
             ending);
}

static int
open_file(const char *path)
{
    return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
}

/* The times of a host, locked: others do the same in a moment. -1 where that cannot be. */
static int
open_times(const char *data_dir, const char *origin, times *out)
{
    char path[PATH_BYTES], text[48] = "";
    int file, locked;
    ssize_t n;

    path_of(data_dir, origin, "", path);
    file = open_file(path);
    if (file < 0)
        return -1;
    do
        locked = flock(file, LOCK_EX);
    while (locked != 0 && errno == EINTR);
    n = pread(file, text, sizeof text - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    *out = (times){0, 0};
    (void)sscanf(text, "%" SCNu64 " %" SCNu64, &out->asked_ms, &out->rest_ms); /* a new file is empty */
    return file;
}

/* Of one length, so that no older digit stays behind. */
static bool
close_times(int file, const times *written)
{
    char text[48];
    int n = written == NULL
                ? 0
                : snprintf(text, sizeof text, "%020" PRIu64 " %020" PRIu64 "\n", written->asked_ms, written->rest_ms);
    bool good = written == NULL || pwrite(file, text, (size_t)n, 0) == n;

    (void)close(file); /* the lock ends with it */
    return good;
}

/* A clock that was set back must not hold the host for years. */
static uint64_t
wait_of(const times *t, uint64_t interval_ms, uint64_t now)
{
    uint64_t since = now > t->asked_ms ? now - t->asked_ms : 0;
    uint64_t wait = t->asked_ms != 0 && since < interval_ms ? interval_ms - since : 0;

    if (t->rest_ms > now && t->rest_ms - now > wait && t->rest_ms - now < 86400000)
        wait = t->rest_ms - now;
    return wait;
}

static bool
take_slot(const char *data_dir, const char *origin, unsigned most, qiaoi_host_turn *turn)
{
    for (unsigned i = 0; i < most && i < QIAOI_HOST_TURNS_MAX; i++) {
        char path[PATH_BYTES], ending[16];
        int file;

        snprintf(ending, sizeof ending, ".%u", i);
        path_of(data_dir, origin, ending, path);
        file = open_file(path);
        if (file >= 0 && flock(file, LOCK_EX | LOCK_NB) == 0) {
            *turn = (qiaoi_host_turn){true, file};
            return true;
        }
        if (file >= 0)
            (void)close(file);
    }
    return false;
}

qiao_status
qiaoi_host_turn_take(const char *data_dir, const char *origin, unsigned most, uint64_t interval_ms,
                     qiaoi_host_turn *turn, uint64_t *wait_ms_out, qiao_error *err)
{
    char folder[PATH_BYTES];
    uint64_t now;
    times t;
    int file;
    bool good;

    snprintf(folder, sizeof folder, "%.3900s/hosts", data_dir);
    file = open_times(data_dir, origin, &t);
    if (file < 0 && errno == ENOENT) {
        qiao_status st = qiao_file_make_directories(folder, err);

        if (st != QIAO_OK)
            return st;
        file = open_times(data_dir, origin, &t);
    }
    if (file < 0)
        return qiao_fail_errno(err, errno, "cannot write %s", folder);
    now = now_ms();
    *wait_ms_out = wait_of(&t, interval_ms, now);
    if (*wait_ms_out == 0 && !take_slot(data_dir, origin, most, turn))
        *wait_ms_out = BUSY_MS;
    t.asked_ms = now;
    good = close_times(file, *wait_ms_out == 0 ? &t : NULL);
    if (good)
        return QIAO_OK;
    qiaoi_host_turn_end(turn);
    return qiao_fail_errno(err, errno, "cannot write %s", folder);
}

void
qiaoi_host_turn_end(qiaoi_host_turn *turn)
{
    if (turn->held)
        (void)close(turn->file); /* the lock ends with it */
    *turn = (qiaoi_host_turn){false, -1};
}

void
qiaoi_host_turn_rest(const char *data_dir, const char *origin, uint64_t milliseconds)
{
    times t;
    int file = open_times(data_dir, origin, &t);
    uint64_t until = now_ms() + milliseconds;

    if (file < 0)
        return;
    if (until > t.rest_ms || t.rest_ms > until + 86400000)
        t.rest_ms = until;
    (void)close_times(file, &t); /* then the source that was told waits alone */
}
