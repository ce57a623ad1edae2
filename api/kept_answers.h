/*
 * Answers that were made already, for those who ask for the same again: the matches of a record are a page's worth of
 * explanations, made anew from two records each, while nothing that they rest on changes before the next generation.
 *
 * An answer is kept under the whole of what it rests on: the generation as it was opened, day, revision of the record,
 * target of the request and scope of its caller (what its ETag is made of too). So nobody is answered with what was
 * made for a caller who may see more, and what is out of date is never asked for again and makes room. Memory is
 * bounded: the answer that was not asked for for longest goes first.
 *
 * Threads: any.
 */
#ifndef QIAO_API_KEPT_ANSWERS_H
#define QIAO_API_KEPT_ANSWERS_H

#include "qiao/memory.h"

typedef struct qiaoi_kept_answers qiaoi_kept_answers;

/* most: bytes of answers and keys that are kept at most. NULL: out of memory. */
qiaoi_kept_answers *qiaoi_kept_answers_new(size_t most);
void qiaoi_kept_answers_free(qiaoi_kept_answers *kept);

/* Appends the answer to out. False: there is none, or no memory for it. kept NULL: nothing is kept. */
bool qiaoi_kept_answers_find(qiaoi_kept_answers *kept, const char *key, size_t key_length, qiao_buffer *out);
/* One that could take more than an eighth of the room is not kept, nor what memory does not suffice for. */
void qiaoi_kept_answers_keep(qiaoi_kept_answers *kept, const char *key, size_t key_length, const char *answer,
                             size_t length);

#endif
