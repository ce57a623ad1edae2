/* Records into a source store and generations out of it, for tests of the build and of matching. Failures end the test.
 */
#ifndef QIAO_TEST_RECORDS_H
#define QIAO_TEST_RECORDS_H

#include "qiao/generation.h"
#include "qiao/matcher.h"
#include "qiao/tables.h"

/* The tables of the source tree; opened once for each test program. */
const qiao_tables *qiao_test_tables(void);
const qiao_vocabulary *qiao_test_vocabulary(void);
void qiao_test_vocabulary_done(void);

/* Puts records, one JSON object each, into the source store of data_dir, which is made where absent. */
void qiao_test_put_records(const char *data_dir, const char *const *records, size_t count);
/* The records of a file, one a line; returns how many. */
size_t qiao_test_put_file(const char *data_dir, const char *path);
/* Builds and publishes a generation whatever was there before; its number. */
uint64_t qiao_test_build_generation(const char *data_dir, const char *lexicon, unsigned threads);

typedef struct qiao_test_opened {
    qiao_generation *generation;
    qiao_matcher *matcher;
} qiao_test_opened;

/* Opens a generation and a matcher over it. */
void qiao_test_open_generation(qiao_test_opened *opened, const char *data_dir, uint64_t number);
void qiao_test_close_generation(qiao_test_opened *opened);

#endif
