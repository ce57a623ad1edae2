/* Words that stand in every need and say nothing about it: they weigh half. A closed list, for catalogues too small to
 * learn it. Pure. */
#ifndef QIAO_MATCH_BOILERPLATE_H
#define QIAO_MATCH_BOILERPLATE_H

#include <stdbool.h>
#include <stddef.h>

/* Chinese function words: particles, conjunctions, pronouns, prepositions. They are passed over as English stop words
 * are. */
bool qiaoi_function_word(const char *form, size_t length);

/* 0.5 for a listed word, else 1. form: normal form, UTF-8. */
double qiaoi_boilerplate_weight(const char *form, size_t length);

#endif
