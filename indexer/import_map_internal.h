/*
 * A feed map as it was loaded, for the file that loads it (import_map.c) and the one that applies it (import_apply.c).
 * Strings and nodes are borrowed from root, which qiaoi_map_free releases.
 */
#ifndef QIAO_INDEXER_IMPORT_MAP_INTERNAL_H
#define QIAO_INDEXER_IMPORT_MAP_INTERNAL_H

#include "import_map.h"

struct qiaoi_map {
    cJSON *root; /* the file; rows point into it */
    const cJSON *fields, *constants;
    const char *records, *id_prefix, *list_separator, *sheet, *member;
    qiaoi_join joins[QIAOI_JOINS_MAX];
    size_t join_count;
    qiaoi_format format;
    qiaoi_encoding encoding;
    char delimiter;
    bool decimal_comma;
};

#endif
