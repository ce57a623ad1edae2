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

size_t
qiaoi_name_key(const uint16_t *table, const char *text, size_t length, char *out, size_t capacity)
{
    size_t at = 0, n = 0;
    bool gap = false, alone = false; /* a space is due; the character before stands alone */

    while (at < length) {
        uint32_t c = qiaoi_normal_next(table, text, length, &at);
        size_t written;

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
