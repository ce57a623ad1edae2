/*
 * Turns at a host: how many requests are under way to it, and how long after one another they begin, over all harvests
 * of a data folder - sources of one run, sources of a night that run as processes of their own, a harvest by hand
 * beside them.
 *
 * DIR/hosts/HASH is locked for a moment to read and write when the host was asked last and until when it wants to be
 * left alone; DIR/hosts/HASH.N is locked while request N is under way. The locks end with the process that holds them,
 * however it ends. The files may be deleted while nothing is harvested.
 *
 * Threads: a turn belongs to one thread.
 */
#ifndef QIAO_INDEXER_HARVEST_HOST_TURN_H
#define QIAO_INDEXER_HARVEST_HOST_TURN_H

#include "qiao/status.h"

#include <stdbool.h>
#include <stdint.h>

#define QIAOI_HOST_TURNS_MAX 64u

typedef struct qiaoi_host_turn {
    bool held;
    int file;
} qiaoi_host_turn;

/*
 * A turn at a host ("https://host:443"), where fewer than `most` are held and it was asked last interval_ms ago.
 * *wait_ms_out: 0 = the turn is held, and the host counts as asked now; else when to try again.
 * QIAO_E_IO, QIAO_E_NOSPACE where the files cannot be written.
 */
qiao_status qiaoi_host_turn_take(const char *data_dir, const char *origin, unsigned most, uint64_t interval_ms,
                                 qiaoi_host_turn *turn, uint64_t *wait_ms_out, qiao_error *err) QIAO_CHECK;
/* Gives it back; nothing where none is held. */
void qiaoi_host_turn_end(qiaoi_host_turn *turn);
/* The host said to be left alone for so long, whoever asks. Best effort. */
void qiaoi_host_turn_rest(const char *data_dir, const char *origin, uint64_t milliseconds);

#endif
