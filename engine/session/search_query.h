/*
 * The query language of the search box: from a text to its pieces, and from these to runs of words joined in postfix
 * order (see qiao/engine.h for what a person may write). Pure; bounded by the limits below; no text is refused.
 */
#ifndef QIAO_SESSION_SEARCH_QUERY_H
#define QIAO_SESSION_SEARCH_QUERY_H

#include "qiao/fulltext.h"
#include "qiao/text.h"

#define QIAOI_PIECES_MAX 192u
#define QIAOI_NODES_MAX (3u * QIAOI_PIECES_MAX) /* each piece gives at most a run, what negates it and what joins it   \
                                                 */
#define QIAOI_PREFIXES_MAX 8u

typedef enum qiaoi_piece_kind {
    QIAOI_PIECE_WORDS,
    QIAOI_PIECE_QUOTED,
    QIAOI_PIECE_PREFIX, /* without its star */
    QIAOI_PIECE_ID,
    QIAOI_PIECE_OPEN,
    QIAOI_PIECE_CLOSE,
    QIAOI_PIECE_AND,
    QIAOI_PIECE_OR,
    QIAOI_PIECE_NOT
} qiaoi_piece_kind;

typedef struct qiaoi_piece {
    qiaoi_piece_kind kind;
    size_t start, end; /* bytes of the query */
    unsigned fields;   /* bit 1u << field; 0 = all */
    bool alone;        /* is not joined with the words after it */
} qiaoi_piece;

typedef struct qiaoi_pieces {
    qiaoi_piece items[QIAOI_PIECES_MAX];
    size_t count;
} qiaoi_pieces;

typedef struct qiaoi_query_tree {
    qiao_fulltext_node nodes[QIAOI_NODES_MAX];
    size_t count;
} qiaoi_query_tree;

bool qiaoi_is_space(uint32_t c);

/* Which operators there are. Without OR and NOT all is one run. */
typedef enum qiaoi_query_form { QIAOI_QUERY_PLAIN, QIAOI_QUERY_AND, QIAOI_QUERY_TREE } qiaoi_query_form;

/* The pieces of a text; parentheses match, every operator has what it joins. */
qiaoi_query_form qiaoi_query_scan(const char *text, size_t length, qiaoi_pieces *out);

/* Reads the words of a piece into a run; *any_out: it has some. negative: they stand behind a NOT. */
typedef qiao_status (*qiaoi_piece_reader)(const qiaoi_piece *piece, uint32_t run, bool negative, void *context,
                                          bool *any_out, qiao_error *err);

/* Joins what read finds. out empty: there were no words at all. @return what read gave. */
qiao_status qiaoi_query_join(const qiaoi_pieces *pieces, qiaoi_piece_reader read, void *context, qiaoi_query_tree *out,
                             qiao_error *err) QIAO_CHECK;

#endif
