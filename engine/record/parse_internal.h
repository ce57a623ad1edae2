/*
 * State of parsing one record, shared by parse.c (objects and lists), parse_values.c (scalars), parse_texts.c
 * (languages), checks.c (fields against each other) and issues.c (what is wrong, and where).
 *
 * Takers read one node of the tree into base (qiao_record, or the item struct of a list) and bring the node into
 * canonical form. They return false where the node says nothing (blank), so that the walker drops it. Faults go to
 * qiaoi_issue and lack of memory to no_memory; the walk goes on, so that one pass reports everything.
 */
#ifndef QIAO_RECORD_PARSE_INTERNAL_H
#define QIAO_RECORD_PARSE_INTERNAL_H

#include "record/json_tree.h"
#include "record/schema.h"

#define QIAOI_PATH_SIZE 160
#define QIAOI_POINTER_SIZE 256

typedef struct qiaoi_parse {
    qiao_record *record;
    const qiao_vocabulary *vocabulary; /* NULL: codes are taken as they are */
    qiao_record_issues *issues;
    qiao_arena *arena;
    unsigned sides;                   /* which rows apply: 1 << kind */
    char path[QIAOI_PATH_SIZE];       /* "indicators.value": for the schema table */
    char pointer[QIAOI_POINTER_SIZE]; /* "/indicators/0/value": for people */
    size_t path_length, pointer_length;
    qiao_text *texts;
    size_t text_count, text_capacity;
    const char **unknown;
    size_t unknown_count, unknown_capacity;
    bool fatal, no_memory;
    qiao_error scratch; /* a reason in both languages on its way into an issue */
} qiaoi_parse;

typedef struct qiaoi_place {
    size_t path_length, pointer_length;
} qiaoi_place;

qiaoi_place qiaoi_enter_key(qiaoi_parse *p, const char *key);
qiaoi_place qiaoi_enter_index(qiaoi_parse *p, size_t index);
void qiaoi_leave(qiaoi_parse *p, qiaoi_place place);

/* Report what is wrong at the current place: QIAOI_FAULT refuses the record, QIAOI_WARNING lets it in. node may be
 * NULL. */
#define QIAOI_FAULT(p, node, ...) (qiao_fail(&(p)->scratch, QIAO_E_INPUT, __VA_ARGS__), qiaoi_issue_add(p, node, true))
#define QIAOI_WARNING(p, node, ...)                                                                                    \
    (qiao_fail(&(p)->scratch, QIAO_E_INPUT, __VA_ARGS__), qiaoi_issue_add(p, node, false))
void qiaoi_issue_add(qiaoi_parse *p, const cJSON *node, bool fatal);
/* err from the first fatal issue. */
qiao_status qiaoi_issues_fail(const qiao_record_issues *issues, qiao_status status, qiao_error *err);

/* null, a text of blanks, an empty list or object */
bool qiaoi_blank(const cJSON *node);
/* Copy into the record's arena; sets no_memory. */
const char *qiaoi_keep(qiaoi_parse *p, const char *text);
/* Turn a node that is no list into a list of it. false where it is one already or memory is short. */
void qiaoi_wrap_list(qiaoi_parse *p, cJSON *node);
/* Drop the blank members or items of a container; false where nothing is left. */
bool qiaoi_drop_blanks(cJSON *container);
void *qiaoi_member(void *base, const qiaoi_schema_row *row);

bool qiaoi_take_string(qiaoi_parse *p, const qiaoi_schema_row *row, cJSON *node, void *base);
bool qiaoi_take_strings(qiaoi_parse *p, const qiaoi_schema_row *row, cJSON *node, void *base);
bool qiaoi_take_code(qiaoi_parse *p, const qiaoi_schema_row *row, cJSON *node, void *base);
bool qiaoi_take_codes(qiaoi_parse *p, const qiaoi_schema_row *row, cJSON *node, void *base);
bool qiaoi_take_integer(qiaoi_parse *p, const qiaoi_schema_row *row, cJSON *node, void *base);
bool qiaoi_take_number(qiaoi_parse *p, const qiaoi_schema_row *row, cJSON *node, void *base);
bool qiaoi_take_decimal(qiaoi_parse *p, const qiaoi_schema_row *row, cJSON *node, void *base);
bool qiaoi_take_date(qiaoi_parse *p, const qiaoi_schema_row *row, cJSON *node, void *base);
bool qiaoi_take_boolean(qiaoi_parse *p, const qiaoi_schema_row *row, cJSON *node, void *base);
bool qiaoi_take_operator(qiaoi_parse *p, const qiaoi_schema_row *row, cJSON *node, void *base);
bool qiaoi_take_text(qiaoi_parse *p, const qiaoi_schema_row *row, cJSON *node, void *base);
bool qiaoi_take_texts(qiaoi_parse *p, const qiaoi_schema_row *row, cJSON *node, void *base);
bool qiaoi_take_label(qiaoi_parse *p, const qiaoi_schema_row *row, cJSON *node, void *base);

/* The code that a text stands for, by code, name or alias, from the lists "a|b"; NULL where there is none. */
const char *qiaoi_resolve_code(const qiaoi_parse *p, const char *lists, const char *text);

/* Fields against each other; after the walk. */
void qiaoi_check_record(qiaoi_parse *p, const cJSON *root);

#endif
