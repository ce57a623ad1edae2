/* Text that ends at an unreadable page: whoever reads one byte past it dies at once. */
#ifndef QIAO_TEST_GUARD_H
#define QIAO_TEST_GUARD_H

#include <stddef.h>

typedef struct qiao_test_guard {
    char *map;
    size_t readable; /* bytes before the unreadable page */
    size_t size;
} qiao_test_guard;

/* Room for texts of up to capacity bytes. */
void qiao_test_guard_init(qiao_test_guard *guard, size_t capacity);
void qiao_test_guard_done(qiao_test_guard *guard);
/* A copy whose last byte is the last readable one; valid until the next call. */
const char *qiao_test_guard_put(qiao_test_guard *guard, const void *bytes, size_t length);

#endif
