/*
 * Codes as small numbers: 0 is unknown, the others count from 1 in the order in which they were added, so those of a
 * vocabulary keep its order.
 *
 * One thread while codes are added; shared afterwards. Codes of vocabularies are borrowed, others are kept.
 */
#ifndef QIAO_REPORT_CODEBOOK_H
#define QIAO_REPORT_CODEBOOK_H

#include "qiao/vocabulary.h"
#include <stdint.h>

#define QIAOI_CODEBOOK_MAX 4096u /* codes; what comes after is unknown */

typedef struct qiaoi_codebook_entry {
    const char *code, *zh, *en; /* zh, en: the code itself where it has no names */
} qiaoi_codebook_entry;

typedef struct qiaoi_codebook {
    qiaoi_codebook_entry *entries; /* by number less one */
    uint16_t *order;               /* numbers, by code */
    size_t count, room;
    qiao_arena *arena; /* of codes that are kept; NULL = none yet */
} qiaoi_codebook;

/* All codes of a list; tops: those without a parent only. QIAO_E_NOMEM. */
qiao_status qiaoi_codebook_fill(qiaoi_codebook *book, const qiao_vocabulary *vocabulary, const char *list, bool tops,
                                qiao_error *err) QIAO_CHECK;
/* 0: not there. length: of the code, which need not end there. */
uint16_t qiaoi_codebook_find(const qiaoi_codebook *book, const char *code, size_t length);
/* Finds it, or keeps it. QIAO_E_NOMEM. */
qiao_status qiaoi_codebook_add(qiaoi_codebook *book, const char *code, size_t length, uint16_t *out,
                               qiao_error *err) QIAO_CHECK;
void qiaoi_codebook_done(qiaoi_codebook *book);

#endif
