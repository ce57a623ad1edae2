/* What words suggest, as tags of their own beside those of facts (qiao/tags.h), so that who asks for it can filter by
 * it: suggested_field (and the branch above it), suggested_trl, suggested_country, suggested_group. */
#ifndef QIAO_FACTS_SUGGESTED_TAGS_H
#define QIAO_FACTS_SUGGESTED_TAGS_H

#include "facts/facts.h"

/* Appended to the count tags there are, at most capacity in all; strings in arena. Returns how many there are then;
 * *complete false when the arena is out of memory. day: for the membership of countries in groups. */
size_t qiaoi_suggested_tags(const qiao_suggestion *suggestions, size_t suggestion_count,
                            const qiao_vocabulary *vocabulary, int day, qiao_arena *arena, const char **tags,
                            size_t count, size_t capacity, bool *complete);
/* The same of a record's facts, which hold what is suggested where the record says nothing. */
size_t qiaoi_facts_suggested_tags(const qiaoi_facts *facts, const qiao_vocabulary *vocabulary, int day,
                                  qiao_arena *arena, const char **tags, size_t count, size_t capacity, bool *complete);

#endif
