/* Well-formedness of UTF-8 after table 3-7 of the Unicode standard: no overlong forms, no surrogates, nothing above
 * U+10FFFF. */
#include "base/utf8.h"

typedef struct lead {
    int length;
    unsigned char low, high; /* range of the second byte */
} lead;

static lead
classify(unsigned char first)
{
    if (first < 0x80)
        return (lead){1, 0, 0};
    if (first < 0xC2)
        return (lead){0, 0, 0};
    if (first < 0xE0)
        return (lead){2, 0x80, 0xBF};
    if (first < 0xF0)
        return (lead){3, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF};
    if (first < 0xF5)
        return (lead){4, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF};
    return (lead){0, 0, 0};
}

int
qiaoi_utf8_sequence(const unsigned char *bytes, size_t length)
{
    lead kind = classify(bytes[0]);

    if (kind.length == 0)
        return -1;
    for (int i = 1; i < kind.length; i++) {
        unsigned char low = i == 1 ? kind.low : 0x80;
        unsigned char high = i == 1 ? kind.high : 0xBF;

        if ((size_t)i >= length || bytes[i] < low || bytes[i] > high)
            return -i;
    }
    return kind.length;
}
