/*
 * A record as the matching index sees it: which terms it uses, how often in its title and elsewhere, and which foreign
 * words wait for translation.
 *
 * Pivot terms are plain ASCII (English stems, numbers); terms of other scripts are words of the record's own language
 * (Chinese words, kanji words in simplified form, Korean words) and serve needs written in the same language. A record
 * without English text is translated word by word: its words are kept as lexicon entries until the generation's
 * translation shares are known.
 *
 * Threads: a qiaoi_collector belongs to one thread; collectors are merged afterwards.
 */
#ifndef QIAO_INDEXING_DOCUMENT_H
#define QIAO_INDEXING_DOCUMENT_H

#include "qiao/analyzer.h"
#include "qiao/memory.h"
#include "qiao/record.h"

typedef struct qiaoi_use {
    uint32_t id;          /* term or lexicon entry */
    uint16_t title, body; /* times used */
} qiaoi_use;

typedef struct qiaoi_pair_use {
    uint32_t first, second; /* terms next to each other once stop words are out */
    uint16_t title, body;
} qiaoi_pair_use;

typedef struct qiaoi_document {
    qiaoi_use *terms, *entries; /* entries: words to be translated */
    qiaoi_pair_use *pairs;
    uint32_t term_count, entry_count, pair_count;
    uint16_t pivot_title, pivot_body; /* lengths in words */
    uint16_t native_title, native_body;
} qiaoi_document;

/* Strings to numbers, for one thread. */
typedef struct qiaoi_term_table {
    qiao_buffer bytes; /* NUL-terminated strings */
    uint32_t *offsets;
    uint32_t count, capacity;
    uint32_t *hash;
    uint64_t hash_size;
} qiaoi_term_table;
qiao_status qiaoi_term_table_add(qiaoi_term_table *table, const char *form, size_t length, uint32_t *out,
                                 qiao_error *err) QIAO_CHECK;
void qiaoi_term_table_done(qiaoi_term_table *table);

/* Tokens of one text of a record, as collected: handed on to the full-text index. */
typedef struct qiaoi_text_tokens {
    const qiao_text *text;
    const qiao_token *tokens;
    size_t count;
} qiaoi_text_tokens;
typedef qiao_status (*qiaoi_text_visit)(const qiaoi_text_tokens *tokens, void *context, qiao_error *err);

/* Where things stand, by hash: place + 1, 0 = free. As few as a document needs, so that they stay in the nearest cache.
 */
typedef struct qiaoi_slots {
    uint32_t *at;
    uint32_t count; /* power of two */
} qiaoi_slots;

typedef struct qiaoi_collector {
    qiao_analyzer *analyzer; /* notes the term of each English word, plus one */
    qiaoi_term_table terms;
    qiao_arena *arena; /* the documents' arrays */
    /* scratch, open addressing by id, cleared after each document */
    qiaoi_use *uses[2]; /* 0 terms, 1 entries */
    uint32_t use_count[2];
    qiaoi_slots use_slots[2];
    qiaoi_pair_use *pairs;
    uint32_t pair_count;
    qiaoi_slots pair_slots;
    uint32_t *entry_df[2]; /* per lexicon entry: projects, needs that wait for its translation */
} qiaoi_collector;

qiao_status qiaoi_collector_init(qiaoi_collector *collector, const qiao_lexicon *lexicon, qiao_error *err) QIAO_CHECK;
void qiaoi_collector_done(qiaoi_collector *collector);

/* Analyse a record into document (arrays in the collector's arena). visit (may be NULL) sees every text's tokens. */
qiao_status qiaoi_collect(qiaoi_collector *collector, const qiao_record *record, qiaoi_document *document,
                          qiaoi_text_visit visit, void *context, qiao_error *err) QIAO_CHECK;

#endif
