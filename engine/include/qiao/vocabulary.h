/*
 * Controlled vocabularies, loaded from dated data files (engine/vocab/data): countries and groups, parks and zones,
 * technology fields with crosswalks, cooperation modes, TRL, organisation kinds, and the plain enumerations of the
 * record schema. Nothing is compiled in.
 *
 * Data files: UTF-8, one table each. Lines "# key: value" before the table say what it is: kind (codes, relation or
 * crosswalk), list, version (a date), licence; a relation also names the lists its two ends come from (from, to;
 * several separated by "|"), a list whose parents stand in another list names that one (parents). Then a line of column
 * names, then rows, all separated by tabs. Several names in one cell are separated by "|". Columns: codes = [list] code
 * zh en [parent] [aliases]; relation = from to [valid_from] [valid_to] [weight] [basis]; crosswalk = scheme code [zh]
 * fields. A file that breaks this, names an unknown code or gives a name twice in a list is refused whole.
 *
 * Lifetime and threads: qiao_vocabulary_open reads a folder once; the object is immutable and may be shared. Strings
 * live as long as it.
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
    const char *list; /* "country", "country_group", "park", "zone", "field", "coop_mode", "trl", "org_kind", ... */
    const char *code;
    const char *zh, *en; /* names, never NULL */
    const char *
        parent; /* code of the parent in the same list ("energy" of "energy.battery"), of a zone its park; NULL = top */
} qiao_code;

/* One dated statement "from - to" of a relation file: a member of a group, a leading field of a park. */
typedef struct qiao_relation {
    const char *list; /* "country_group_member", "park_field", ... */
    const char *from, *to;
    int first_day, last_day; /* days since 1970, inclusive; INT_MIN and INT_MAX where open */
    int weight;              /* millionths; 1000000 where the file gives none */
    const char *basis;       /* what it rests on; "" where not given */
} qiao_relation;

/* folder NULL: "vocab" of the share folder (share.h). QIAO_E_INPUT names file, line and value; QIAO_E_NOTFOUND;
 * QIAO_E_NOMEM. */
QIAO_EXPORT qiao_status qiao_vocabulary_open(const char *folder, qiao_vocabulary **out, qiao_error *err) QIAO_CHECK;
QIAO_EXPORT void qiao_vocabulary_close(qiao_vocabulary *vocabulary);
/* "2026-11-01:<hash>" over all files: goes into the manifest. */
QIAO_EXPORT const char *qiao_vocabulary_version(const qiao_vocabulary *vocabulary);

/*
 * NULL where the list has no such code. Aliases (EL for GR, UK for GB, Chinese and English names) are resolved by
 * _resolve, which also takes codes and does not mind ASCII case, full-width letters or spaces around the name.
 */
QIAO_EXPORT const qiao_code *qiao_vocabulary_find(const qiao_vocabulary *vocabulary, const char *list,
                                                  const char *code);
QIAO_EXPORT const qiao_code *qiao_vocabulary_resolve(const qiao_vocabulary *vocabulary, const char *list,
                                                     const char *name);
/* All codes of a list in file order; NULL and 0 where there is no such list. */
QIAO_EXPORT const qiao_code *const *qiao_vocabulary_list(const qiao_vocabulary *vocabulary, const char *list,
                                                         size_t *count_out);
/* Is country a member of group on that day (days since 1970)? */
QIAO_EXPORT bool qiao_vocabulary_in_group(const qiao_vocabulary *vocabulary, const char *group, const char *country,
                                          int day);
/* Groups of a country on that day; fills codes (borrowed), returns how many. */
QIAO_EXPORT size_t qiao_vocabulary_groups_of(const qiao_vocabulary *vocabulary, const char *country, int day,
                                             const char **codes, size_t capacity);
/* Valid codes nearest to a mistaken one (by spelling, prefix or name), best first; fills codes (borrowed), returns how
 * many: 0 if none is near. */
QIAO_EXPORT size_t qiao_vocabulary_nearest(const qiao_vocabulary *vocabulary, const char *list, const char *text,
                                           const qiao_code **codes, size_t capacity);
/* What a relation says of from on that day, in file order; fills relations (borrowed), returns how many there are (may
 * exceed capacity). */
QIAO_EXPORT size_t qiao_vocabulary_relations(const qiao_vocabulary *vocabulary, const char *list, const char *from,
                                             int day, const qiao_relation **relations, size_t capacity);
/* Do relations and memberships say the same on both days? */
QIAO_EXPORT bool qiao_vocabulary_same_on(const qiao_vocabulary *vocabulary, int day, int other);
/* CNY for one unit of a currency, by the newest row of the table of rates; NAN = not known. vocabulary NULL: only CNY
 * is. */
QIAO_EXPORT double qiao_vocabulary_cny_rate(const qiao_vocabulary *vocabulary, const char *currency);
/* Field code from another scheme ("ipc", "gjj2441", "gjj10", "hnte8", "sei9") by longest prefix; fills our codes,
 * returns how many. */
QIAO_EXPORT size_t qiao_vocabulary_crosswalk(const qiao_vocabulary *vocabulary, const char *scheme, const char *code,
                                             const char **fields, size_t capacity);

#ifdef __cplusplus
}
#endif
#endif
