/*
 * Where a feed map finds a value in an object of the source: a member by its whole name ("Award Title", "a.b"), else by
 * the parts of a path. A part is a name, a number ("authors.0.name"), "role=coordinator" (the first item of a list
 * whose member role is that), or "*" (every item: the values make a list). A name behind a list means its first item.
 */
#ifndef QIAO_INDEXER_IMPORT_PATH_H
#define QIAO_INDEXER_IMPORT_PATH_H

#include <cjson/cJSON.h>
#include <stdbool.h>

/* NULL where there is nothing. *owned_out: what the caller deletes afterwards (a list made for "*"), or NULL. */
const cJSON *qiaoi_path_find(const cJSON *source, const char *path, cJSON **owned_out);

/* A text that is not blank, a number, true, false, or a list or object that holds something. */
bool qiaoi_path_filled(const cJSON *node);

#endif
