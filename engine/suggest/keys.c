/* Keys of a text: see keys.h. */
#include "suggest/keys.h"

#include "qiao/text.h"

#include <string.h>

static size_t
append_unit(const char *text, size_t length, char *out, size_t n)
{
    if (n + length >= QIAOI_KEY_BYTES_MAX)
        return 0;
    memcpy(out + n, text, length);
    out[n] = (char)((unsigned char)out[n] | QIAOI_UNIT_MARK);
    return n + length;
}

/* The unit and the reading that a variant exchanges; false where there is no such variant. */
static bool
find_variant(const qiaoi_unit *units, size_t count, size_t variant, size_t *unit, size_t *reading)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 1; units[i].text == NULL && k < units[i].count; k++) {
            if (units[i].syllables[k] == units[i].syllables[0])
                continue;
            if (--variant == 0) {
                *unit = i;
                *reading = k;
                return true;
            }
        }
    return false;
}

size_t
qiaoi_pinyin_key(const qiaoi_readings *readings, const qiaoi_unit *units, size_t count, size_t variant,
                 char out[QIAOI_KEY_BYTES_MAX])
{
    size_t n = 0, changed = count, reading = 0;

    if (variant > 0 && !find_variant(units, count, variant, &changed, &reading))
        return 0;
    for (size_t i = 0; i < count; i++) {
        const char *text = units[i].text;
        size_t length = units[i].length, after;

        if (text == NULL) {
            text = readings->syllables[units[i].syllables[i == changed ? reading : 0]];
            length = strlen(text);
        }
        after = append_unit(text, length, out, n);
        if (after == 0)
            break;
        n = after;
    }
    return n;
}

size_t
qiaoi_initials_key(const qiaoi_readings *readings, const qiaoi_unit *units, size_t count, char out[QIAOI_KEY_BYTES_MAX])
{
    size_t n = 0;

    for (size_t i = 0; i < count; i++) {
        size_t after = units[i].text != NULL ? append_unit(units[i].text, units[i].length, out, n)
                                             : append_unit(readings->syllables[units[i].syllables[0]], 1, out, n);

        if (after == 0)
            break;
        n = after;
    }
    return n;
}

size_t
qiaoi_inner_starts(const char *key, size_t length, const qiaoi_unit *units, size_t count,
                   size_t starts[QIAOI_INNER_KEYS_MAX])
{
    size_t n = 0;

    for (size_t i = 1; i < count && n < QIAOI_INNER_KEYS_MAX; i++)
        if (units[i].begins)
            starts[n++] = units[i].at;
    if (count > 0)
        return n;
    for (size_t at = 1; at < length && n < QIAOI_INNER_KEYS_MAX; at++) {
        size_t word = 0;

        if (key[at - 1] != ' ')
            continue;
        while (at + word < length && key[at + word] != ' ')
            word++;
        if (!qiao_stop_word(key + at, word))
            starts[n++] = at;
    }
    return n;
}

int
qiaoi_key_compare(const char *a, size_t a_length, const char *b, size_t b_length, bool marked)
{
    size_t n = a_length < b_length ? a_length : b_length;
    unsigned char mask = marked ? 0x7Fu : 0xFFu;

    for (size_t i = 0; i < n; i++) {
        unsigned char x = (unsigned char)a[i] & mask, y = (unsigned char)b[i] & mask;

        if (x != y)
            return x < y ? -1 : 1;
    }
    return a_length < b_length ? -1 : a_length > b_length;
}
