/*
 * What the service counts of itself, and how it is told: the text format of Prometheus, version 0.0.4.
 *
 * Labels are routes as the table of routes has them, classes of status, words of tables: never an id, a name, an
 * organisation or a key, and so there are no more series than the program has rows.
 *
 * Threads: counting is on any thread, without a lock; writing on one at a time.
 */
#ifndef QIAO_API_METRICS_H
#define QIAO_API_METRICS_H

#include "admission.h"
#include "http.h"
#include "problem.h"
#include "qiao/desk.h"
#include "router.h"
#include <stdatomic.h>

#define QIAOI_METRICS_ROUTES 128u /* more are counted with those that have no route */
#define QIAOI_METRICS_BUCKETS 14u
#define QIAOI_METRICS_CODES 48u

typedef struct qiaoi_route_counts {
    atomic_ullong classes[6];                         /* 1xx to 5xx at 1 to 5 */
    atomic_ullong buckets[QIAOI_METRICS_BUCKETS + 1]; /* the last: longer than all bounds */
    atomic_ullong sum_us;
} qiaoi_route_counts;

typedef struct qiaoi_metrics {
    qiaoi_route_counts routes[QIAOI_METRICS_ROUTES + 1]; /* the last: no route */
    atomic_ullong problems[QIAOI_METRICS_CODES];
    atomic_ullong compressed, compressed_from, compressed_to; /* answers, bytes before, bytes after */
    atomic_ullong reloads, reload_failures;
    int64_t started; /* seconds since 1970 */
} qiaoi_metrics;

/* route: NULL = there was none. */
void qiaoi_metrics_count(qiaoi_metrics *metrics, const qiaoi_route *routes, const qiaoi_route *route, unsigned status,
                         qiaoi_problem_code problem, uint64_t duration_us);

/* What is looked at when it is asked for. */
typedef struct qiaoi_metrics_view {
    qiaoi_metrics *metrics;
    const qiaoi_route *routes;
    const char *data_dir;
    uint64_t generation; /* 0 = none */
    qiaoi_http_state http;
    qiaoi_admission *admission; /* NULL = none */
    qiao_desk *desk;            /* NULL = none */
    bool ready;
} qiaoi_metrics_view;

void qiaoi_metrics_write(const qiaoi_metrics_view *view, qiao_buffer *out);

#define QIAOI_METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

#endif
