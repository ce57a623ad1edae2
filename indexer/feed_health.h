/*
 * What the last harvest of a source by hand (or by a timer of its own) came to: DIR/reports/feeds/SOURCE.json, for
 * whoever watches the feeds. A night tells of its harvests in its own report.
 *
 *     {"started","last_success","feed":{"source","exit_code","message","read","new", ...}}
 */
#ifndef QIAO_INDEXER_FEED_HEALTH_H
#define QIAO_INDEXER_FEED_HEALTH_H

#include "qiao/status.h"

/*
 * Written atomically in place of what the run before left, whose last_success is kept where this one failed.
 * source: a name that may be one of a file. started: UTC, as qiao_clock_utc gives it. message: NULL = none. result: the
 * report of the source, a JSON object.
 */
qiao_status qiaoi_feed_health_write(const char *data_dir, const char *source, const char *started, int exit_code,
                                    const char *message, const char *result, qiao_error *err) QIAO_CHECK;

#endif
