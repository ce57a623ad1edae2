/* Normal form of a character with its marks. The table says what a character by itself becomes; letters and marks are
 * composed here. */
#include "text/normal.h"

#include <string.h>

/* For each combining mark: a letter and what it becomes, in turn. Lower case, since the table comes first. */
static const struct {
    uint32_t mark;
    const char *letters;
} compositions[] = {
    {0x300, "aàeèiìoòuù"},
    {0x301, "aáeéiíoóuúyýcćlĺnńrŕsśzź"},
    {0x302, "aâeêiîoôuûcĉgĝhĥjĵsŝwŵyŷ"},
    {0x303, "aãnñoõiĩuũ"},
    {0x304, "aāeēiīoōuū"},
    {0x306, "aăeĕgğiĭoŏuŭ"},
    {0x307, "cċeėgġzż"},
    {0x308, "aäeëiïoöuüyÿ"},
    {0x30A, "aåuů"},
    {0x30B, "oőuű"},
    {0x30C, "cčdďeělľnňrřsštťzž"},
    {0x327, "cçgģkķlļnņrŗsştţ"},
    {0x328, "aąeęiįuų"},
};

static uint32_t
compose_letter(uint32_t letter, uint32_t mark)
{
    for (size_t i = 0; i < sizeof compositions / sizeof *compositions; i++) {
        const char *pairs = compositions[i].letters;
        size_t length = strlen(pairs), at = 0;

        while (compositions[i].mark == mark && at < length) {
            uint32_t plain = qiao_utf8_next(pairs, length, &at), marked = qiao_utf8_next(pairs, length, &at);

            if (plain == letter)
                return marked;
        }
    }
    return 0;
}

/* Voiced syllables stand one after the plain ones, half-voiced ones two; katakana 0x60 after hiragana. */
static uint32_t
compose_kana(uint32_t c, uint32_t mark)
{
    bool voiced = mark == 0x3099u || mark == 0xFF9Eu, half = mark == 0x309Au || mark == 0xFF9Fu;
    uint32_t plain = c >= 0x30A1u ? c - 0x60u : c;

    if (voiced && plain == 0x3046u)
        return c + 0x4Eu;
    if (voiced && ((plain >= 0x304Bu && plain <= 0x3061u && plain % 2 == 1) || plain == 0x3064u || plain == 0x3066u ||
                   plain == 0x3068u))
        return c + 1;
    if ((voiced || half) && plain >= 0x306Fu && plain <= 0x307Bu && plain % 3 == 0)
        return c + (voiced ? 1u : 2u);
    return 0;
}

/* First bytes of what compose_letter and compose_kana take as marks: nothing else is decoded twice. */
static bool
may_be_mark(uint32_t letter, unsigned char byte)
{
    if (letter >= 0x3046u && letter <= 0x30FFu)
        return byte == 0xE3u || byte == 0xEFu;
    return byte == 0xCCu || byte == 0xCDu;
}

uint32_t
qiaoi_normal_next(const uint16_t *table, const char *text, size_t length, size_t *at)
{
    uint32_t c = qiao_utf8_next(text, length, at);

    c = c < 65536u ? table[c] : c;
    while (*at < length && may_be_mark(c, (unsigned char)text[*at])) {
        size_t after = *at;
        uint32_t mark = qiao_utf8_next(text, length, &after);
        uint32_t composed = c < 0x80u ? compose_letter(c, mark) : compose_kana(c, mark);

        if (composed == 0)
            break;
        c = composed;
        *at = after;
    }
    return c;
}
