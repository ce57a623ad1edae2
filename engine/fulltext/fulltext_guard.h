/* For tests: throws one of the errors that the full-text library can throw inside the guard that every function of fulltext.h uses. */
#ifndef QIAO_FULLTEXT_GUARD_H
#define QIAO_FULLTEXT_GUARD_H

#include "qiao/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum qiaoi_fulltext_throw {
    QIAOI_THROW_NOTHING,
    QIAOI_THROW_MODIFIED,
    QIAOI_THROW_LOCK,
    QIAOI_THROW_NOT_FOUND,
    QIAOI_THROW_OPENING,
    QIAOI_THROW_VERSION,
    QIAOI_THROW_CORRUPT,
    QIAOI_THROW_SERIALISATION,
    QIAOI_THROW_DISK_FULL,
    QIAOI_THROW_DEVICE,
    QIAOI_THROW_OUT_OF_MEMORY_ERRNO,
    QIAOI_THROW_QUERY,
    QIAOI_THROW_ARGUMENT,
    QIAOI_THROW_OPERATION,
    QIAOI_THROW_FEATURE,
    QIAOI_THROW_OTHER_LIBRARY,
    QIAOI_THROW_BAD_ALLOC,
    QIAOI_THROW_STANDARD,
    QIAOI_THROW_ANYTHING,
    QIAOI_THROW_COUNT
} qiaoi_fulltext_throw;

qiao_status qiaoi_fulltext_guard_probe(qiaoi_fulltext_throw what, qiao_error *err) QIAO_CHECK;

#ifdef __cplusplus
}
#endif
#endif
