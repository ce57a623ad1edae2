/* UTF-8 decoding and encoding, and the script of a character. Pure functions on bounded memory; used by everything that
 * reads text. */
#include "qiao/text.h"

#define REPLACEMENT 0xFFFDu

static bool
continuation(const char *text, size_t at, size_t length)
{
    return at < length && ((unsigned char)text[at] & 0xC0u) == 0x80u;
}

static uint32_t
low_bits(const char *text, size_t at)
{
    return (uint32_t)((unsigned char)text[at] & 0x3Fu);
}

uint32_t
qiao_utf8_next(const char *text, size_t length, size_t *at)
{
    size_t i = *at;
    uint32_t lead = (unsigned char)text[i];

    *at = i + 1;
    if (lead < 0x80u)
        return lead;
    if (lead >= 0xC2u && lead <= 0xDFu && continuation(text, i + 1, length)) {
        *at = i + 2;
        return (lead & 0x1Fu) << 6 | low_bits(text, i + 1);
    }
    if ((lead & 0xF0u) == 0xE0u && continuation(text, i + 1, length) && continuation(text, i + 2, length)) {
        uint32_t c = (lead & 0x0Fu) << 12 | low_bits(text, i + 1) << 6 | low_bits(text, i + 2);

        if (c >= 0x800u && (c < 0xD800u || c > 0xDFFFu)) {
            *at = i + 3;
            return c;
        }
    }
    if (lead >= 0xF0u && lead <= 0xF4u && continuation(text, i + 1, length) && continuation(text, i + 2, length) &&
        continuation(text, i + 3, length)) {
        uint32_t c =
            (lead & 0x07u) << 18 | low_bits(text, i + 1) << 12 | low_bits(text, i + 2) << 6 | low_bits(text, i + 3);

        if (c >= 0x10000u && c <= 0x10FFFFu) {
            *at = i + 4;
            return c;
        }
    }
    return REPLACEMENT;
}

size_t
qiao_utf8_put(uint32_t c, char *out)
{
    if (c > 0x10FFFFu || (c >= 0xD800u && c <= 0xDFFFu))
        c = REPLACEMENT;
    if (c < 0x80u) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800u) {
        out[0] = (char)(0xC0u | c >> 6);
        out[1] = (char)(0x80u | (c & 0x3Fu));
        return 2;
    }
    if (c < 0x10000u) {
        out[0] = (char)(0xE0u | c >> 12);
        out[1] = (char)(0x80u | (c >> 6 & 0x3Fu));
        out[2] = (char)(0x80u | (c & 0x3Fu));
        return 3;
    }
    out[0] = (char)(0xF0u | c >> 18);
    out[1] = (char)(0x80u | (c >> 12 & 0x3Fu));
    out[2] = (char)(0x80u | (c >> 6 & 0x3Fu));
    out[3] = (char)(0x80u | (c & 0x3Fu));
    return 4;
}

bool
qiao_utf8_valid(const char *text, size_t length)
{
    size_t at = 0;

    while (at < length) {
        size_t before = at;

        if (qiao_utf8_next(text, length, &at) == REPLACEMENT) {
            /* U+FFFD itself, written out, is valid */
            if (at - before != 3)
                return false;
        }
    }
    return true;
}

static bool
between(uint32_t c, uint32_t low, uint32_t high)
{
    return c >= low && c <= high;
}

static qiao_script
script_of_latin_1(uint32_t c)
{
    if (c == 0xAAu || c == 0xBAu || c == 0xB5u)
        return QIAO_SCRIPT_LATIN;
    return between(c, 0xC0u, 0xFFu) && c != 0xD7u && c != 0xF7u ? QIAO_SCRIPT_LATIN : QIAO_SCRIPT_NONE;
}

qiao_script
qiao_script_of(uint32_t c)
{
    if (c < 0x80u) {
        if (between(c | 0x20u, 'a', 'z'))
            return QIAO_SCRIPT_LATIN;
        return between(c, '0', '9') ? QIAO_SCRIPT_NUMBER : QIAO_SCRIPT_NONE;
    }
    if (c < 0x100u)
        return script_of_latin_1(c);
    if (c < 0x250u || between(c, 0x1E00u, 0x1EFFu) || between(c, 0xFF21u, 0xFF3Au) || between(c, 0xFF41u, 0xFF5Au))
        return QIAO_SCRIPT_LATIN;
    if (between(c, 0xFF10u, 0xFF19u))
        return QIAO_SCRIPT_NUMBER;
    if (between(c, 0x4E00u, 0x9FFFu) || between(c, 0x3400u, 0x4DBFu) || between(c, 0xF900u, 0xFAFFu) ||
        between(c, 0x20000u, 0x323AFu) || c == 0x3005u || c == 0x3007u)
        return QIAO_SCRIPT_HAN;
    if (between(c, 0x3041u, 0x30FFu) || between(c, 0x31F0u, 0x31FFu) || between(c, 0xFF66u, 0xFF9Fu))
        return c == 0x30FBu ? QIAO_SCRIPT_NONE : QIAO_SCRIPT_KANA;
    if (between(c, 0xAC00u, 0xD7A3u) || between(c, 0x1100u, 0x11FFu) || between(c, 0x3130u, 0x318Fu))
        return QIAO_SCRIPT_HANGUL;
    if (between(c, 0x370u, 0x1FFFu) && !between(c, 0x2000u, 0x206Fu))
        return QIAO_SCRIPT_OTHER;
    if (between(c, 0x2C00u, 0x2DFFu) || between(c, 0xA000u, 0xABFFu) || between(c, 0x10000u, 0x1D3FFu))
        return QIAO_SCRIPT_OTHER;
    return QIAO_SCRIPT_NONE;
}
