/*
 * Catalogues of records that differ in all that lists depend on: words, fields, readiness, countries, dates,
 * indicators, status; some say what another one says. The same seed gives the same ones. Failures end the test.
 */
#ifndef QIAO_TEST_VARIED_RECORDS_H
#define QIAO_TEST_VARIED_RECORDS_H

#include "qiao/feedback.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QIAO_TEST_VARIED_MAX 700
#define QIAO_TEST_VARIED_JSON 1100

typedef struct qiao_test_varied {
    char data_dir[512];
    int count;                                                 /* every eighth one is a need */
    char records[QIAO_TEST_VARIED_MAX][QIAO_TEST_VARIED_JSON]; /* "" = removed */
    qiao_feedback verdicts[64];
    size_t verdict_count;
    uint64_t random;
} qiao_test_varied;

/* 0 .. sides - 1 */
unsigned qiao_test_roll(qiao_test_varied *v, unsigned sides);
/* Fills data_dir with count records. */
void qiao_test_varied_fill(qiao_test_varied *v, const char *data_dir, int count);
/* One record comes, changes, goes, or says what another one says. */
void qiao_test_varied_change(qiao_test_varied *v);
/* Somebody accepts a pair. */
void qiao_test_varied_judge(qiao_test_varied *v);

#endif
