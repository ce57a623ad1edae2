/*
 * Survey of a generation: of every record what reports count by, and every need's strong and possible projects. Made
 * once for a generation, then asked by the reports (qiao/monitoring.h, qiao/gaps.h).
 *
 * Lifetime and threads: immutable once opened, shared by threads; keeps its generation open. Memory: some forty bytes a
 * record and twelve a pair.
 */
#ifndef QIAO_SURVEY_H
#define QIAO_SURVEY_H

#include "qiao/status.h"
#include "qiao/vocabulary.h"
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct qiao_survey qiao_survey;

typedef struct qiao_survey_options {
    const char *data_dir;
    const qiao_vocabulary *vocabulary; /* borrowed, outlives the survey */
    uint64_t generation;
} qiao_survey_options;

/* @return QIAO_OK; QIAO_E_NOTFOUND (no such generation, or one without stored matches); QIAO_E_CORRUPT; QIAO_E_NOMEM.
 */
QIAO_EXPORT qiao_status qiao_survey_open(const qiao_survey_options *options, qiao_survey **out,
                                         qiao_error *err) QIAO_CHECK;
QIAO_EXPORT void qiao_survey_close(qiao_survey *survey); /* NULL is fine */
QIAO_EXPORT uint64_t qiao_survey_generation(const qiao_survey *survey);

#ifdef __cplusplus
}
#endif
#endif
