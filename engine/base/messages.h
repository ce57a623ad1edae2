/* The message table: English format -> Chinese format. Filled from the messages_*.def files, one per module. */
#ifndef QIAO_BASE_MESSAGES_H
#define QIAO_BASE_MESSAGES_H

#include <stddef.h>

#ifdef __GNUC__
#define QIAOI_FORMAT_OF(n) __attribute__((format_arg(n)))
#else
#define QIAOI_FORMAT_OF(n)
#endif

typedef struct qiaoi_message {
    const char *english, *chinese;
} qiaoi_message;

/* The Chinese form, or english itself where the table has none. It takes the same arguments in the same order (a test
 * checks that). */
const char *qiaoi_message_zh(const char *english) QIAOI_FORMAT_OF(1);

/* Walk the table; NULL past the end. */
const qiaoi_message *qiaoi_message_at(size_t index);

/* Chinese reason of a system error, NULL where we have none. */
const char *qiaoi_errno_zh(int system_errno);

#endif
