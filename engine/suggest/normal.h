/*
 * The form in which names are looked for: normal form of the lexicon (case, width, traditional to simplified), accents
 * off, punctuation as one space, no space beside a Chinese or Japanese character. Pure.
 */
#ifndef QIAO_SUGGEST_NORMAL_H
#define QIAO_SUGGEST_NORMAL_H

#include <stddef.h>
#include <stdint.h>

#define QIAOI_KEY_BYTES_MAX 160u

/*
 * Writes the key of a text, NUL-terminated, at most capacity - 1 bytes, never a part of a character; returns its
 * length. table: normal form of the lexicon. Invalid UTF-8 reads as punctuation.
 */
size_t qiaoi_name_key(const uint16_t *table, const char *text, size_t length, char *out, size_t capacity);

#endif
