/*
 * Admission: how many requests are taken of whom. Each address has a limit, each key one of its own, one for what
 * changes something, and each address one for keys that are not taken. Callers on this machine have a single wide one:
 * a proxy in front of the service that is not named as trusted would otherwise share one limit among all its clients.
 *
 * Keys that are not taken are counted apart so that they end early; a key that is good is still taken from such an
 * address, as a secret of 256 bits is not found by trying.
 *
 * Threads: any; rates may be set while requests are judged.
 */
#ifndef QIAO_API_ADMISSION_H
#define QIAO_API_ADMISSION_H

#include "client_address.h"
#include "problem.h"
#include "rate.h"
#include <stdatomic.h>

/* X(name, word in metrics) */
#define QIAOI_RATES(X)                                                                                                 \
    X(KEY, "key")                                                                                                      \
    X(ADDRESS, "address")                                                                                              \
    X(WRITE, "write")                                                                                                  \
    X(FAILED, "failed_key")                                                                                            \
    X(LOOPBACK, "loopback")

typedef enum qiaoi_rate_kind {
#define QIAOI_RATE_ENUM(name, word) QIAOI_RATE_##name,
    QIAOI_RATES(QIAOI_RATE_ENUM)
#undef QIAOI_RATE_ENUM
        QIAOI_RATE_COUNT
} qiaoi_rate_kind;

typedef struct qiaoi_admission {
    qiaoi_proxies proxies;
    qiaoi_buckets *buckets;
    atomic_ullong rates[QIAOI_RATE_COUNT], bursts[QIAOI_RATE_COUNT]; /* requests a minute, and at once */
    atomic_ullong refused[QIAOI_RATE_COUNT];
} qiaoi_admission;

/* Without limits, until they are set. QIAO_E_NOMEM. */
qiao_status qiaoi_admission_init(qiaoi_admission *admission, uint64_t seed, qiao_error *err) QIAO_CHECK;
void qiaoi_admission_done(qiaoi_admission *admission);
void qiaoi_admission_set(qiaoi_admission *admission, qiaoi_rate_kind kind, uint64_t rate, uint64_t burst);

/*
 * Each takes one token; false: the problem says which limit was passed, and *wait_out in how many seconds to come back.
 * Of clients on this machine the first one counts, the others let pass.
 */
bool qiaoi_admission_address(qiaoi_admission *admission, const qiaoi_client *client, qiaoi_problem *problem,
                             unsigned *wait_out);
bool qiaoi_admission_failed(qiaoi_admission *admission, const qiaoi_client *client, qiaoi_problem *problem,
                            unsigned *wait_out);
/* key: its public part; "" = there is none, and the address is counted. writes: does the request change something? */
bool qiaoi_admission_key(qiaoi_admission *admission, const qiaoi_client *client, const char *key, bool writes,
                         qiaoi_problem *problem, unsigned *wait_out);

#endif
