/*
 * What the files of the vocabulary share: the object, the tables under construction, and the reader of one data file.
 *
 * A vocabulary is filled once (qiaoi_vocabulary_read_file for each file, then qiaoi_vocabulary_finish) and never
 * changed afterwards.
 */
#ifndef QIAO_VOCAB_INTERNAL_H
#define QIAO_VOCAB_INTERNAL_H

#include "qiao/vocabulary.h"

#include <stdint.h>

/* Name to number: open addressing, keys are (list, text) pairs. Holds codes (exact) or folded names. */
typedef struct qiaoi_index {
    struct qiaoi_index_slot {
        const char *list, *text; /* NULL = empty slot */
        size_t value;
    } * slots;
    size_t capacity, used; /* capacity is a power of two, at most half full */
} qiaoi_index;

typedef struct qiaoi_code_list {
    const char *name;
    const char *parents; /* list the parents stand in; equals name unless the file says otherwise */
    size_t first, count; /* in qiao_vocabulary.ordered */
} qiaoi_code_list;

typedef struct qiaoi_relation_kind {
    const char *name, *from_list, *to_list;
} qiaoi_relation_kind;

typedef struct qiaoi_crosswalk {
    const char *scheme, *prefix;
    const char *fields; /* "a|b" */
    const char *place;  /* file and line, for messages while loading */
} qiaoi_crosswalk;

typedef enum qiaoi_relation_end { QIAOI_RELATION_FROM, QIAOI_RELATION_TO } qiaoi_relation_end;

struct qiao_vocabulary {
    qiao_arena *arena;
    qiao_code *codes; /* in order of reading */
    size_t code_count, code_capacity;
    const char **code_aliases; /* "a|b" of each code, as read */
    size_t alias_capacity;
    const qiao_code **ordered; /* grouped by list, file order inside */
    qiaoi_code_list *lists;
    size_t list_count, list_capacity;
    qiao_relation *relations;
    size_t relation_count, relation_capacity;
    const qiao_relation **relations_by[2]; /* the rows in order of (list, that end); see relations.c */
    qiaoi_relation_kind *relation_kinds;
    size_t relation_kind_count, relation_kind_capacity;
    qiaoi_crosswalk *crosswalks;
    size_t crosswalk_count, crosswalk_capacity;
    qiaoi_index by_code, by_name;
    uint64_t hash;
    char date[11];
    char version[64];
};

/* Read one file into the tables; bytes may be changed. name is the file's name for messages. */
qiao_status qiaoi_vocabulary_read_file(qiao_vocabulary *vocabulary, const char *name, char *bytes, size_t length,
                                       qiao_error *err) QIAO_CHECK;
/* Build the indexes and check what rows say about each other. */
qiao_status qiaoi_vocabulary_finish(qiao_vocabulary *vocabulary, qiao_error *err) QIAO_CHECK;

/* After the last row: the orders that look-ups rely on. QIAO_E_NOMEM. */
qiao_status qiaoi_relations_order(qiao_vocabulary *vocabulary, qiao_error *err) QIAO_CHECK;

/* value_out untouched and false where (list, text) is not there. */
bool qiaoi_index_get(const qiaoi_index *index, const char *list, const char *text, size_t *value_out);
/* false only when out of memory; *old_out is the number that was there already (the index is then unchanged) or value.
 */
bool qiaoi_index_put(qiaoi_index *index, const char *list, const char *text, size_t value, size_t *old_out);
void qiaoi_index_done(qiaoi_index *index);

/*
 * The form in which names are compared: ASCII lower case, full-width ASCII made plain, blanks trimmed and runs of them
 * one space. out takes size bytes with the NUL; returns false where the name is longer than that.
 */
bool qiaoi_name_fold(const char *name, size_t length, char *out, size_t size);

/* Grow an array by one element; NULL when out of memory (the old array stays). */
void *qiaoi_array_grow(void *array, size_t count, size_t *capacity, size_t item_size);

#endif
