/* Shape of UTF-8, for the places below the text layer that must never let broken text out (messages, JSON strings). */
#ifndef QIAO_BASE_UTF8_H
#define QIAO_BASE_UTF8_H

#include <stddef.h>

/*
 * Length (1 to 4) of the valid sequence at bytes, or the negated length of the broken piece there: the longest start of
 * a valid sequence, or one byte (Unicode 15, 3.9, "maximal subpart": each such piece is replaced by one U+FFFD). length
 * is at least 1.
 */
int qiaoi_utf8_sequence(const unsigned char *bytes, size_t length);

#endif
