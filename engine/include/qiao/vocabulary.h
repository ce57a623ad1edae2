/*
 * Controlled vocabularies, loaded from dated data files (engine/vocab/data): countries and groups, parks and zones, technology fields
 * with crosswalks, cooperation modes, TRL, organisation kinds, and the plain enumerations of the record schema. Nothing is compiled in.
 *
 * Lifetime and threads: qiao_vocabulary_open reads a folder once; the object is immutable and may be shared. Strings live as long as it.
 */
#ifndef QIAO_VOCABULARY_H
#define QIAO_VOCABULARY_H

#include "qiao/memory.h"
#include "qiao/status.h"
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct qiao_vocabulary qiao_vocabulary;

typedef struct qiao_code {
    const char *list;    /* "country", "country_group", "park", "zone", "field", "coop_mode", "trl", "org_kind", ... */
    const char *code;
    const char *zh, *en; /* names, never NULL */
    const char *parent;  /* code of the parent in the same list ("energy" of "energy.battery"); NULL = top */
} qiao_code;

QIAO_EXPORT qiao_status qiao_vocabulary_open(const char *folder, qiao_vocabulary **out, qiao_error *err) QIAO_CHECK;
QIAO_EXPORT void qiao_vocabulary_close(qiao_vocabulary *vocabulary);
/* "2026-11-01:<hash>" over all files: goes into the manifest. */
QIAO_EXPORT const char *qiao_vocabulary_version(const qiao_vocabulary *vocabulary);

/* NULL where the list has no such code. Aliases (EL for GR, UK for GB, Chinese and English names) are resolved by _resolve. */
QIAO_EXPORT const qiao_code *qiao_vocabulary_find(const qiao_vocabulary *vocabulary, const char *list, const char *code);
QIAO_EXPORT const qiao_code *qiao_vocabulary_resolve(const qiao_vocabulary *vocabulary, const char *list, const char *name);
/* All codes of a list in file order. */
QIAO_EXPORT const qiao_code *const *qiao_vocabulary_list(const qiao_vocabulary *vocabulary, const char *list, size_t *count_out);
/* Is country a member of group on that day (days since 1970)? */
QIAO_EXPORT bool qiao_vocabulary_in_group(const qiao_vocabulary *vocabulary, const char *group, const char *country, int day);
/* Groups of a country on that day; fills codes (borrowed), returns how many. */
QIAO_EXPORT size_t qiao_vocabulary_groups_of(const qiao_vocabulary *vocabulary, const char *country, int day, const char **codes, size_t capacity);
/* Field code from another scheme ("ipc", "gjj2441", "gjj10", "hnte8", "sei9") by longest prefix; fills our codes, returns how many. */
QIAO_EXPORT size_t qiao_vocabulary_crosswalk(const qiao_vocabulary *vocabulary, const char *scheme, const char *code, const char **fields, size_t capacity);

#ifdef __cplusplus
}
#endif
#endif
