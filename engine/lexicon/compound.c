/* Inflection by stem keys, German compounds by recursion from the right, accent folding by table. */
#include "lexicon/compound.h"

#include <string.h>

#define PART_MIN 4u
#define WORD_MAX 96u

/* matériaux, réseaux: the singular in -au; signaux, métaux: in -al. Snowball stems the two apart. */
static uint32_t
find_french_singular(const qiao_lexicon *lexicon, const char *word, size_t length)
{
    char singular[WORD_MAX + 1];
    uint32_t entry;

    if (length < 5 || length > WORD_MAX || memcmp(word + length - 3, "aux", 3) != 0)
        return 0;
    entry = qiaoi_lexicon_find(lexicon, QIAOI_FR, word, length - 1);
    if (entry != 0)
        return entry;
    memcpy(singular, word, length - 2);
    singular[length - 2] = 'l';
    return qiaoi_lexicon_find(lexicon, QIAOI_FR, singular, length - 1);
}

uint32_t
qiaoi_find_inflected(const qiao_lexicon *lexicon, qiaoi_lexicon_language language, qiao_stemmer *stemmer,
                     const char *word, size_t length)
{
    char key[WORD_MAX + 2];
    size_t stem_length = 0;
    const char *stem;
    uint32_t entry = qiaoi_lexicon_find(lexicon, language, word, length);

    if (entry == 0 && language == QIAOI_FR)
        entry = find_french_singular(lexicon, word, length);
    if (entry != 0 || length > WORD_MAX)
        return entry;
    stem = qiao_stem(stemmer, word, length, &stem_length);
    if (stem == NULL || stem_length < 3 || stem_length > WORD_MAX)
        return 0;
    key[0] = '~';
    memcpy(key + 1, stem, stem_length);
    return qiaoi_lexicon_find(lexicon, language, key, stem_length + 1);
}

static bool
character_border(const char *word, size_t at)
{
    return ((unsigned char)word[at] & 0xC0u) != 0x80u;
}

/* A part that is not the head: itself or without its linking element. */
static uint32_t
find_modifier(const qiao_lexicon *lexicon, const char *word, size_t length)
{
    static const char *const links[] = {"", "s", "es", "n", "en", "er", "e"};

    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        size_t link = strlen(links[i]);
        uint32_t entry;

        if (length < PART_MIN + link || memcmp(word + length - link, links[i], link) != 0)
            continue;
        entry = qiaoi_lexicon_find(lexicon, QIAOI_DE, word, length - link);
        if (entry != 0)
            return entry;
    }
    return 0;
}

/* Parts of word[0..length), all modifiers, at most depth of them; written so that the last one stands at parts[n-1]. 0
 * = impossible. */
static size_t
split_modifiers(const qiao_lexicon *lexicon, const char *word, size_t length, size_t depth, qiaoi_compound_part *parts)
{
    uint32_t entry = find_modifier(lexicon, word, length);

    if (entry != 0) {
        parts[0] = (qiaoi_compound_part){0, (uint16_t)length, entry};
        return 1;
    }
    if (depth < 2)
        return 0;
    for (size_t cut = PART_MIN; cut + PART_MIN <= length; cut++) {
        size_t n;

        if (!character_border(word, cut))
            continue;
        entry = find_modifier(lexicon, word + cut, length - cut);
        if (entry == 0)
            continue;
        n = split_modifiers(lexicon, word, cut, depth - 1, parts);
        if (n > 0) {
            parts[n] = (qiaoi_compound_part){(uint16_t)cut, (uint16_t)(length - cut), entry};
            return n + 1;
        }
    }
    return 0;
}

size_t
qiaoi_split_compound(const qiao_lexicon *lexicon, qiao_stemmer *stemmer, const char *word, size_t length,
                     qiaoi_compound_part *parts)
{
    if (length < 2 * PART_MIN || length > WORD_MAX)
        return 0;
    for (size_t depth = 1; depth < QIAOI_COMPOUND_PARTS_MAX; depth++) {
        for (size_t cut = PART_MIN; cut + PART_MIN <= length; cut++) {
            uint32_t head;
            size_t n;

            if (!character_border(word, cut))
                continue;
            head = qiaoi_find_inflected(lexicon, QIAOI_DE, stemmer, word + cut, length - cut);
            if (head == 0)
                continue;
            n = split_modifiers(lexicon, word, cut, depth, parts);
            if (n > 0) {
                parts[n] = (qiaoi_compound_part){(uint16_t)cut, (uint16_t)(length - cut), head};
                return n + 1;
            }
        }
    }
    return 0;
}

/* U+00E0..U+017F, the lower-case letters; two-letter folds are written out below. '?' = keep. */
static const char folds[] = "aaaaaa?ceeeeiiiidnooooo?ouuuuy?y"  /* U+00E0 */
                            "aaaaaaccccccccddddeeeeeeeeeegggg"  /* U+0100 */
                            "gggghhhhiiiiiiiiii??jjkkklllllll"  /* U+0120 */
                            "lllnnnnnnnnnoooooo??rrrrrrssssss"  /* U+0140 */
                            "ssttttttuuuuuuuuuuuuwwyyyzzzzzzs"; /* U+0160 */

size_t
qiaoi_fold_latin(const char *word, size_t length, char *out, size_t capacity)
{
    size_t at = 0, n = 0;

    while (at < length && n + 5 < capacity) {
        uint32_t c = qiao_utf8_next(word, length, &at);

        if (c == 0xDFu || c == 0xE6u || c == 0x153u || c == 0xFEu) {
            memcpy(out + n, c == 0xDFu ? "ss" : c == 0xE6u ? "ae" : c == 0x153u ? "oe" : "th", 2);
            n += 2;
        } else if (c >= 0xE0u && c <= 0x17Fu && folds[c - 0xE0u] != '?') {
            out[n++] = folds[c - 0xE0u];
        } else {
            n += qiao_utf8_put(c, out + n);
        }
    }
    out[n] = '\0';
    return n;
}

size_t
qiaoi_french_cognate(char *word, size_t length, size_t capacity)
{
    /* longest endings first; the plain and the plural form */
    static const struct {
        const char *french, *english;
    } endings[] = {{"isations", "ization"}, {"isation", "ization"}, {"iques", "ic"}, {"ique", "ic"},  {"euses", "ous"},
                   {"euse", "ous"},         {"aires", "ary"},       {"aire", "ary"}, {"ites", "ity"}, {"ite", "ity"},
                   {"eurs", "or"},          {"eur", "or"},          {"ives", "ive"}, {"ifs", "ive"},  {"eux", "ous"},
                   {"ogie", "ogy"},         {"ogies", "ogy"},       {"gies", "gy"},  {"gie", "gy"},   {"iser", "ize"},
                   {"if", "ive"},           {"aux", "al"}};

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t n = strlen(endings[i].french), m = strlen(endings[i].english);

        if (length < n + 3 || length - n + m + 1 > capacity || memcmp(word + length - n, endings[i].french, n) != 0)
            continue;
        memcpy(word + length - n, endings[i].english, m + 1);
        return length - n + m;
    }
    return length;
}
