/*
 * What says that two records are one and the same thing: titles and organisation as numbers, without what a re-typed
 * title loses (case, spaces, punctuation, full-width forms). Pure.
 */
#ifndef QIAO_FACTS_IDENTITY_H
#define QIAO_FACTS_IDENTITY_H

#include "qiao/record.h"

#define QIAOI_IDENTITY_TITLES 4u

typedef struct qiaoi_identity {
    uint64_t titles[QIAOI_IDENTITY_TITLES]; /* 0 = none; too short to say anything: none */
    uint64_t organisation;                  /* 0 = not known */
} qiaoi_identity;

void qiaoi_identity_of(const qiao_record *record, qiaoi_identity *out);
/* Have both a title in common? */
bool qiaoi_identity_same_title(const qiaoi_identity *a, const qiaoi_identity *b);

#endif
