/*
 * What matching reads beside a generation: vocabularies, the table of units, names of concepts, scoring profiles.
 * Opened together, once, and shared by all matchers.
 *
 * Lifetime and threads: immutable between open and close; threads share it.
 */
#ifndef QIAO_TABLES_H
#define QIAO_TABLES_H

#include "qiao/indicator.h"
#include "qiao/profiles.h"
#include "qiao/suggested.h"
#include "qiao/vocabulary.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct qiao_tables {
    qiao_vocabulary *vocabulary;
    qiao_units *units; /* NULL where the folder of vocabularies has none: no indicators */
    qiao_profiles *profiles;
    qiao_concepts *concepts; /* NULL where the share folder has none: no field is suggested */
} qiao_tables;

typedef struct qiao_tables_options {
    const char *share_dir;      /* NULL: see share.h */
    const char *vocabulary_dir; /* NULL: "vocab" of the share folder */
    const char *data_dir;       /* its own profiles; NULL: shipped ones only */
} qiao_tables_options;

/* @return as qiao_vocabulary_open, qiao_units_open, qiao_profiles_open. On failure *out is all NULL. */
QIAO_EXPORT qiao_status qiao_tables_open(const qiao_tables_options *options, qiao_tables *out,
                                         qiao_error *err) QIAO_CHECK;
QIAO_EXPORT void qiao_tables_close(qiao_tables *tables);

#ifdef __cplusplus
}
#endif
#endif
