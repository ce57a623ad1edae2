/*
 * Reading a text character by character in normal form. Used by whatever turns words into keys: the analyzer, the
 * compiler of the lexicon, the glossary. Pure.
 */
#ifndef QIAO_TEXT_NORMAL_H
#define QIAO_TEXT_NORMAL_H

#include "qiao/text.h"

/*
 * The next character at text[*at] by a character table of the lexicon; 0 = as if it were not there. Marks that stand
 * after their letter (é as e and U+0301, ガ as カ and its sound mark, full or half width) are read with it, so that
 * both ways of writing give the same word. *at < length.
 */
uint32_t qiaoi_normal_next(const uint16_t *table, const char *text, size_t length, size_t *at);

#endif
