/* The numbers behind a word of a query: how much rarity is worth, and when a document has enough of a translation. Pure functions. */
#ifndef QIAO_FULLTEXT_WEIGHTS_H
#define QIAO_FULLTEXT_WEIGHTS_H

#include "qiao/fulltext.h"
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define QIAOI_SETS_MAX (1u << QIAO_FULLTEXT_TOGETHER_MAX)

/* Worth of a word that this many of all documents have; the formula of the library's BM25, so that a scale can trade one frequency for another. */
double qiaoi_inverse_frequency(double documents, double frequency);

/*
 * The smallest sets of members (bit masks) whose shares add up to least or more: none of them can spare a member. Returns how many; count is at
 * most QIAO_FULLTEXT_TOGETHER_MAX. A least of 0 or below gives each member by itself.
 */
size_t qiaoi_sufficient_sets(const double *shares, size_t count, double least, uint32_t sets[QIAOI_SETS_MAX]);

#ifdef __cplusplus
}
#endif
#endif
