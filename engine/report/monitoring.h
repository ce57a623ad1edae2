/* A monitoring report as its counting (monitoring.c), its texts (monitoring_write.c) and its chart (chart.c) share it.
 */
#ifndef QIAO_REPORT_MONITORING_H
#define QIAO_REPORT_MONITORING_H

#include "qiao/monitoring.h"

struct qiao_monitoring {
    uint64_t generation;
    qiao_by by;
    int32_t first_day, last_day; /* INT32_MIN = open */
    char park[40];               /* "" = all */
    qiao_monitoring_row *rows;
    size_t count;
    qiao_monitoring_row total;
    qiao_arena *arena; /* names of months, of sources */
};

extern const char *const qiaoi_figure_codes[QIAO_FIGURE_COUNT];
extern const char *const qiaoi_figure_names[QIAO_FIGURE_COUNT][2]; /* zh, en */

#endif
