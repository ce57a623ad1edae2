/*
 * Tags: the filterable facts of a record as "name:value" strings, the same for the tag bitmaps and the full-text index.
 *
 *   kind:project  status:published  country:DE  group:EU  region:DE-BY  field:energy.battery (and field:energy)
 * park:haidian  mode:jv org_kind:univ  source:arxiv  language:en  trl:5 (needs: every level of their range)  year:2026
 * record_kind:tech_offer  visibility:public  access:public (or closed: not for everybody)  owner:HASH (needs: the
 * enterprise's name, by qiao_hash128_hex)
 *
 * Beside these a generation has suggested_country, suggested_group, suggested_field, suggested_trl (qiao/suggested.h).
 *
 * Pure; threads as the arena given.
 */
#ifndef QIAO_TAGS_H
#define QIAO_TAGS_H

#include "qiao/record.h"

#ifdef __cplusplus
extern "C" {
#endif

#define QIAO_TAGS_MAX 160u

/*
 * Tags of a record, without duplicates, in order of appearance; strings in arena. day: for the membership of countries
 * in groups (days since 1970).
 * @return how many were written to tags (at most QIAO_TAGS_MAX); stops early when the arena is out of memory (*complete
 * false).
 */
QIAO_EXPORT size_t qiao_record_tags(const qiao_record *record, const qiao_vocabulary *vocabulary, int day,
                                    qiao_arena *arena, const char *tags[QIAO_TAGS_MAX], bool *complete);

#ifdef __cplusplus
}
#endif
#endif
