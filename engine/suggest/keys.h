/* The keys by which a text is found: itself, from its inner words, its pinyin, its initials. Used when suggest.bin is
 * made, and when what is typed is read. Pure but for scratch memory. */
#ifndef QIAO_SUGGEST_KEYS_H
#define QIAO_SUGGEST_KEYS_H

#include "suggest/normal.h"
#include "suggest/readings.h"
#include "suggest/suggest_format.h"

#define QIAOI_PINYIN_VARIANTS_MAX 4u
#define QIAOI_INNER_KEYS_MAX 5u

/* Pinyin of units, marked (suggest_format.h); variant 0: the likeliest reading of each; others put one more reading in
 * one place. Returns the length, 0 where there is no such variant. */
size_t qiaoi_pinyin_key(const qiaoi_readings *readings, const qiaoi_unit *units, size_t count, size_t variant,
                        char out[QIAOI_KEY_BYTES_MAX]);
/* First letters, Latin words whole. */
size_t qiaoi_initials_key(const qiaoi_readings *readings, const qiaoi_unit *units, size_t count,
                          char out[QIAOI_KEY_BYTES_MAX]);

/* Where in a key its further words begin; returns how many. units: of the key, none where it cannot be read. */
size_t qiaoi_inner_starts(const char *key, size_t length, const qiaoi_unit *units, size_t count,
                          size_t starts[QIAOI_INNER_KEYS_MAX]);

/* Order of keys; marked: the highest bit of a byte does not count. */
int qiaoi_key_compare(const char *a, size_t a_length, const char *b, size_t b_length, bool marked);

#endif
