/* Keys of names: see normal.h. */
#include "suggest/normal.h"

#include "lexicon/compound.h"
#include "text/normal.h"

static bool
stands_alone(uint32_t c)
{
    qiao_script script = qiao_script_of(c);

    return script == QIAO_SCRIPT_HAN || script == QIAO_SCRIPT_KANA;
}

static bool
belongs(uint32_t c)
{
    return c != 0xFFFDu && (qiao_script_of(c) != QIAO_SCRIPT_NONE || c == '+' || c == '#');
}

/* One character of the key, Latin letters without their marks; 0 where there is no room. */
static size_t
put(uint32_t c, char *out, size_t room)
{
    char bytes[8], folded[16];
    size_t n = qiao_utf8_put(c, bytes);
    const char *from = bytes;

    if (c >= 0xC0u && c < 0x180u) {
        n = qiaoi_fold_latin(bytes, n, folded, sizeof folded);
        from = folded;
    }
    if (n >= room)
        return 0;
    for (size_t i = 0; i < n; i++)
        out[i] = from[i];
    return n;
}

/* Most names are plain ASCII: a character that is, with none behind it that could be its mark, and stays so. */
static bool
is_plain(const uint16_t *table, const char *text, size_t length, size_t at)
{
    unsigned char c = (unsigned char)text[at];

    return c < 0x80u && table[c] < 0x80u && (at + 1 == length || (unsigned char)text[at + 1] < 0x80u);
}

static bool
plain_belongs(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '#';
}

size_t
qiaoi_name_key(const uint16_t *table, const char *text, size_t length, char *out, size_t capacity)
{
    size_t at = 0, n = 0;
    bool gap = false, alone = false; /* a space is due; the character before stands alone */

    while (at < length) {
        uint32_t c;
        size_t written;

        if (is_plain(table, text, length, at)) {
            c = table[(unsigned char)text[at++]];
            if (!plain_belongs(c)) {
                gap = c == 0 ? gap : n > 0;
                continue;
            }
            if (gap && !alone && n + 1 < capacity)
                out[n++] = ' ';
            if (n + 1 >= capacity)
                break;
            out[n++] = (char)c;
            gap = alone = false;
            continue;
        }
        c = qiaoi_normal_next(table, text, length, &at);
        if (c == 0)
            continue;
        if (!belongs(c)) {
            gap = n > 0;
            continue;
        }
        if (gap && !alone && !stands_alone(c) && n + 1 < capacity)
            out[n++] = ' ';
        written = put(c, out + n, capacity - n);
        if (written == 0)
            break;
        n += written;
        gap = false;
        alone = stands_alone(c);
    }
    while (n > 0 && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
    return n;
}
