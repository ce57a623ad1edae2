/*
 * cJSON trees in canonical order: parsing with numbers kept as written, keys sorted, and the canonical writer.
 *
 * A number node's valuestring is its text in the source (or a string of its own): the source must outlive the tree.
 */
#ifndef QIAO_RECORD_JSON_TREE_H
#define QIAO_RECORD_JSON_TREE_H

#include "record/json_scan.h"

#include <cjson/cJSON.h>

/* NULL only when out of memory: scan found the text to be JSON. Keys are in document order still. */
cJSON *qiaoi_json_tree_parse(const char *json, size_t length, const qiaoi_json_scan *scan);

/*
 * Sort the keys of one object by bytes; its members' own keys stay as they are. *twice_out is the first member whose
 * key was there before, or NULL. false when out of memory.
 */
bool qiaoi_json_sort_keys(cJSON *object, const cJSON **twice_out);

/* The same for every object below node, node included; stops at the first key given twice. */
bool qiaoi_json_sort_all(cJSON *node, const cJSON **twice_out);

/* Canonical text: no spaces, keys in the order of the tree, numbers as written. */
void qiaoi_json_write(qiao_buffer *out, const cJSON *node);

#endif
