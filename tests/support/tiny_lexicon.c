/* Little base lexicons: see tiny_lexicon.h. */
#include "tiny_lexicon.h"

#include "support.h"

#include "lexicon/lexicon_writer.h"
#include "qiao/text.h"

#include <string.h>

#define STEMS_MAX 4u
#define COST_DEFAULT 10u

const qiao_test_word qiao_test_words[] = {
    {QIAOI_ZH, "电池", "battery;cell", 0},
    {QIAOI_ZH, "固态", "solid state", 0},
    {QIAOI_ZH, "固态电池", "solid state battery", 0},
    {QIAOI_ZH, "锂", "lithium", 12},
    {QIAOI_ZH, "电解质", "electrolyte", 0},
    {QIAOI_ZH, "机器人", "robot", 0},
    {QIAOI_ZH, "手术", "surgery;operation", 0},
    {QIAOI_ZH, "手术机器人", "surgical robot", 0},
    {QIAOI_ZH, "氢", "hydrogen", 12},
    {QIAOI_ZH, "储氢", "hydrogen storage", 0},
    {QIAOI_ZH, "轴承", "bearing", 0},
    {QIAOI_ZH, "需求", "need;demand", 8},
    {QIAOI_ZH, "的", "of", 3},
    {QIAOI_ZH, "公司", "company", 7},
    {QIAOI_JA, "電池", "battery", 0},
    {QIAOI_JA, "电池", "battery", 0},
    {QIAOI_JA, "水素", "hydrogen", 0},
    {QIAOI_DE, "wasserstoff", "hydrogen", 0},
    {QIAOI_DE, "speicher", "storage", 0},
    {QIAOI_DE, "batterie", "battery", 0},
    {QIAOI_DE, "lager", "bearing;storage", 0},
    {QIAOI_FR, "hydrogène", "hydrogen", 0},
    {QIAOI_FR, "batterie", "battery", 0},
    {QIAOI_LANGUAGES, NULL, NULL, 0},
};

/* Traditional and new-form characters that the tests use, with what they become. */
static const uint16_t simplified[][2] = {
    {0x96FB, 0x7535} /* 電 */, {0x614B, 0x6001} /* 態 */, {0x92F0, 0x9502} /* 鋰 */,
    {0x6A5F, 0x673A} /* 機 */, {0x9AD4, 0x4F53} /* 體 */, {0x8CEA, 0x8D28} /* 質 */,
    {0x8853, 0x672F} /* 術 */, {0x5132, 0x50A8} /* 儲 */, {0x8EF8, 0x8F74} /* 軸 */,
};

static uint16_t
normal_of(uint32_t c)
{
    if (c >= 0xFF01u && c <= 0xFF5Eu)
        c -= 0xFEE0u;
    if ((c >= 'A' && c <= 'Z') || (c >= 0xC0u && c <= 0xDEu && c != 0xD7u))
        c += 0x20u;
    if (c == 0xA0u || c == 0x3000u)
        return ' ';
    if (c == 0xADu || (c >= 0x300u && c <= 0x36Fu) || (c >= 0x200Bu && c <= 0x200Fu) || c == 0xFEFFu)
        return 0;
    if (c >= 0xD800u && c <= 0xDFFFu)
        return 0xFFFDu;
    for (size_t i = 0; i < sizeof simplified / sizeof *simplified; i++)
        if (simplified[i][0] == c)
            return simplified[i][1];
    return (uint16_t)c;
}

typedef struct tiny_builder {
    qiaoi_key_set keys;
    qiao_stemmer *english, *german, *french;
    qiao_buffer senses; /* qiaoi_sense[] */
    qiao_buffer stems;  /* u32 offsets into strings */
    qiao_buffer strings;
} tiny_builder;

/* One gloss: its content words as stems, a sense. */
static void
add_sense(tiny_builder *b, const char *gloss, size_t length)
{
    qiaoi_sense sense = {(uint32_t)(b->stems.length / 4), 0, QIAO_FROM_DICTIONARY, 1000};

    for (size_t at = 0; at < length; at += strspn(gloss + at, " ")) {
        size_t n = strcspn(gloss + at, " ;"), stem_length = 0;
        uint32_t offset = (uint32_t)b->strings.length;
        const char *stem = qiao_stem(b->english, gloss + at, n, &stem_length);

        assert_non_null(stem);
        assert_true(n > 0 && sense.stem_count < STEMS_MAX);
        qiao_buffer_append(&b->strings, stem, stem_length);
        qiao_buffer_append(&b->strings, "", 1);
        qiao_buffer_append(&b->stems, &offset, sizeof offset);
        sense.stem_count++;
        at += n;
    }
    qiao_buffer_append(&b->senses, &sense, sizeof sense);
}

static void
add_senses(tiny_builder *b, uint32_t entry, const char *english)
{
    uint32_t first = (uint32_t)(b->senses.length / sizeof(qiaoi_sense));

    while (*english != '\0') {
        size_t n = strcspn(english, ";");

        add_sense(b, english, n);
        english += n + (english[n] == ';');
    }
    b->keys.entries[entry].first = first;
    b->keys.entries[entry].count = (uint16_t)(b->senses.length / sizeof(qiaoi_sense) - first);
    b->keys.entries[entry].sources = QIAO_FROM_DICTIONARY;
}

static uint32_t
add_key(tiny_builder *b, const qiao_test_word *word, const char *key, size_t length)
{
    qiao_error err = QIAO_ERROR_INIT;
    uint32_t entry;

    assert_ok(qiaoi_key_set_add(&b->keys, word->language, key, length, &entry, &err), &err);
    b->keys.entries[entry].cost = (uint16_t)((word->cost == 0 ? COST_DEFAULT : word->cost) * QIAOI_COST_UNIT);
    return entry;
}

static void
add_word(tiny_builder *b, const qiao_test_word *word)
{
    qiao_stemmer *stemmer = word->language == QIAOI_DE ? b->german : b->french;
    char key[64] = "~";
    size_t n = 0;
    const char *stem;
    uint32_t known;

    add_senses(b, add_key(b, word, word->word, strlen(word->word)), word->english);
    if (word->language != QIAOI_DE && word->language != QIAOI_FR)
        return;
    stem = qiao_stem(stemmer, word->word, strlen(word->word), &n);
    assert_non_null(stem);
    assert_true(n + 1 < sizeof key);
    memcpy(key + 1, stem, n);
    if (!qiaoi_key_set_find(&b->keys, word->language, key, n + 1, &known))
        add_senses(b, add_key(b, word, key, n + 1), word->english);
}

static void
open_stemmers(tiny_builder *b)
{
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_stemmer_new("en", &b->english, &err), &err);
    assert_ok(qiao_stemmer_new("de", &b->german, &err), &err);
    assert_ok(qiao_stemmer_new("fr", &b->french, &err), &err);
}

static void
done(tiny_builder *b)
{
    qiaoi_key_set_done(&b->keys);
    qiao_stemmer_free(b->english);
    qiao_stemmer_free(b->german);
    qiao_stemmer_free(b->french);
    qiao_buffer_done(&b->senses);
    qiao_buffer_done(&b->stems);
    qiao_buffer_done(&b->strings);
}

void
qiao_test_write_lexicon(const char *path, const qiao_test_word *words)
{
    static const char version[] = "tiny";
    static uint16_t normal[65536];
    tiny_builder b = {0};
    qiao_error err = QIAO_ERROR_INIT;

    open_stemmers(&b);
    for (uint32_t c = 0; c < 65536u; c++)
        normal[c] = normal_of(c);
    for (; words->word != NULL; words++)
        add_word(&b, words);
    assert_false(b.senses.failed || b.stems.failed || b.strings.failed);
    assert_ok(qiaoi_lexicon_write(
                  path, &b.keys,
                  (const qiaoi_section_data[]){
                      {QIAOI_SECTION_META, 1, version, sizeof version},
                      {QIAOI_SECTION_NORMAL, 2, normal, 65536},
                      {QIAOI_SECTION_NORMAL_JA, 2, normal, 65536},
                      {QIAOI_SECTION_SENSES, sizeof(qiaoi_sense), b.senses.data, b.senses.length / sizeof(qiaoi_sense)},
                      {QIAOI_SECTION_SENSE_STEMS, 4, b.stems.data, b.stems.length / 4},
                      {QIAOI_SECTION_STRINGS, 1, b.strings.data, b.strings.length}},
                  6, &err),
              &err);
    done(&b);
}
