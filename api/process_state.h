/* What the system and the data folder say of a running service. Whatever cannot be read is unknown: the functions
 * return false, and nothing is reported. */
#ifndef QIAO_API_PROCESS_STATE_H
#define QIAO_API_PROCESS_STATE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct qiaoi_process_state {
    uint64_t resident, own; /* bytes of memory; own: beyond mapped files */
    uint64_t cpu_us;
    uint64_t descriptors, descriptors_max;
} qiaoi_process_state;

bool qiaoi_process_look(qiaoi_process_state *out);

/* Bytes of the desk's file; seconds since 1970 at which the generation was published. */
bool qiaoi_desk_file_bytes(const char *data_dir, uint64_t *out);
bool qiaoi_published_at(const char *data_dir, int64_t *out);

typedef struct qiaoi_night {
    int64_t success; /* seconds since 1970 at which the last night that ended well began; 0 = none is known */
    int64_t last;    /* of the last night at all */
    int exit_code;   /* of the last one */
} qiaoi_night;

/* By the reports of qiao-indexer nightly (DIR/reports); at most the last sixty of them. false: there is none. */
bool qiaoi_night_look(const char *data_dir, qiaoi_night *out);

#endif
