/*
 * What the tests share: folders that vanish, files to damage, records without a parser, allocations and system calls
 * that fail. Failures of the helpers themselves end the test at once (cmocka's fail_msg).
 */
#ifndef QIAO_TEST_SUPPORT_H
#define QIAO_TEST_SUPPORT_H

#include "qiao/memory.h"
#include "qiao/record.h"
#include "qiao/status.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

/* Ends the test with the message of the error where a call did not give QIAO_OK. */
#define assert_ok(call, err) qiao_test_assert_status((call), QIAO_OK, (err), #call, __FILE__, __LINE__)
#define assert_status(call, status, err) qiao_test_assert_status((call), (status), (err), #call, __FILE__, __LINE__)
void qiao_test_assert_status(qiao_status actual, qiao_status expected, const qiao_error *err, const char *call,
                             const char *file, int line);

/* --- folders and files --- */

typedef struct qiao_test_folder {
    char path[256];
    size_t descriptors; /* open ones at the start; done checks that there are no more */
} qiao_test_folder;

/* A new empty folder below $TMPDIR or /tmp. */
void qiao_test_folder_init(qiao_test_folder *folder);
void qiao_test_folder_done(qiao_test_folder *folder);
/* FOLDER/NAME in one of eight buffers that are used in turn. */
const char *qiao_test_path(const qiao_test_folder *folder, const char *name);

void qiao_test_write(const char *path, const void *bytes, size_t length);
void qiao_test_write_text(const char *path, const char *text);
void qiao_test_truncate(const char *path, uint64_t length);
void qiao_test_flip(const char *path, uint64_t offset); /* inverts one byte */
size_t qiao_test_open_descriptors(void);

/* --- records --- */

/* A record with only what the source store reads. json must live as long as it. */
qiao_record qiao_test_record(qiao_kind kind, const char *id, const char *json);

/* --- faults --- */

/* One piece of work that cleans up after itself, whether it succeeds or not. */
typedef qiao_status (*qiao_test_work)(void *context, qiao_error *err);

/*
 * Runs work with the 1st, 2nd, ... allocation failing, until a run is through without a failure. Each failed run must
 * answer QIAO_E_NOMEM with a message. before (may be NULL) runs unharmed ahead of each. Returns the number of failures
 * made; cJSON allocates by the same hook.
 */
size_t qiao_test_fail_allocations(qiao_test_work before, qiao_test_work work, void *context);

/* Environment for one process under preload_fault.so. */
typedef struct qiao_test_fault {
    const char *kind; /* see preload_fault.c */
    unsigned long at;
    const char *path; /* folder whose files count */
} qiao_test_fault;

typedef struct qiao_test_outcome {
    int exit_code;       /* -1 when a signal ended it */
    int signal;          /* 0 when it ended by itself */
    unsigned long count; /* calls counted up to the fault, or in all */
    bool reached;        /* the fault was made */
    size_t acknowledged; /* bytes it wrote to standard output: one for each thing it was told is safe */
} qiao_test_outcome;

/* Runs this test program again as `PROGRAM --child SCENARIO ARGUMENT` under the fault; its output goes nowhere else. */
qiao_test_outcome qiao_test_run_child(const char *scenario, const char *argument, const qiao_test_fault *fault);

#endif
