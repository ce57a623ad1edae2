/*
 * All mistakes of a feed map, each with the JSON pointer of where it stands: what would keep it from being loaded, and
 * what would be read past in silence (unknown members, values that are no codes). The form as a JSON Schema, for
 * editors: feed_map.schema.json.
 */
#ifndef QIAO_INDEXER_MAP_LINT_H
#define QIAO_INDEXER_MAP_LINT_H

#include "qiao/vocabulary.h"

/* mistake: message in both languages. fatal: the map cannot be used. */
typedef void (*qiaoi_map_mistake)(void *context, const char *pointer, const qiao_error *mistake, bool fatal);

/* QIAO_OK, with however many mistakes; QIAO_E_INPUT where the file is no JSON at all; QIAO_E_NOTFOUND, QIAO_E_NOMEM. */
qiao_status qiaoi_map_lint(const char *path, const qiao_vocabulary *vocabulary, qiaoi_map_mistake tell, void *context,
                           qiao_error *err) QIAO_CHECK;

#endif
