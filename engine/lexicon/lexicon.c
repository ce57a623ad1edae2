/* Opens a lexicon file: maps it, checks header, sections and checksum, and looks words and terms up in it. */
#include "lexicon/lexicon_internal.h"

#include "qiao/memory.h"

#include <string.h>

typedef struct section_rule {
    qiaoi_section_id id;
    uint32_t element_size;
    bool in_base, in_generation;
} section_rule;

static const section_rule rules[] = {
    {QIAOI_SECTION_META, 1, true, true},
    {QIAOI_SECTION_NORMAL, 2, true, true},
    {QIAOI_SECTION_NORMAL_JA, 2, true, true},
    {QIAOI_SECTION_ENTRIES, sizeof(qiaoi_entry), true, true},
    {QIAOI_SECTION_KEYS, 1, true, true},
    {QIAOI_SECTION_HASH, 4, true, true},
    {QIAOI_SECTION_LENGTHS, 2, true, true},
    {QIAOI_SECTION_CHARACTERS, 4, true, true},
    {QIAOI_SECTION_SENSES, sizeof(qiaoi_sense), true, false},
    {QIAOI_SECTION_SENSE_STEMS, 4, true, false},
    {QIAOI_SECTION_STRINGS, 1, true, false},
    {QIAOI_SECTION_TRANSLATIONS, sizeof(qiaoi_translation), false, true},
    {QIAOI_SECTION_TERM_OFFSETS, 4, false, true},
    {QIAOI_SECTION_TERM_BYTES, 1, false, true},
    {QIAOI_SECTION_TERM_HASH, 4, false, true},
    {QIAOI_SECTION_TERM_DF, 4, false, true},
    {QIAOI_SECTION_PAIRS, sizeof(qiaoi_pair), false, true},
    {QIAOI_SECTION_ENTRY_DF, 4, false, true},
    {QIAOI_SECTION_REVERSE_OFFSETS, 4, false, true},
    {QIAOI_SECTION_REVERSE, sizeof(qiaoi_reverse), false, true},
    {QIAOI_SECTION_STATISTICS, sizeof(qiaoi_statistics), false, true},
};

typedef struct section_view {
    const void *data;
    uint64_t count;
} section_view;

static qiao_status
check_header(const qiao_mapping *mapping, const char *path, qiao_error *err)
{
    const qiaoi_lexicon_header *header = (const qiaoi_lexicon_header *)(const void *)mapping->data;

    if (mapping->length < sizeof *header || memcmp(header->magic, QIAOI_LEXICON_MAGIC, 8) != 0)
        return qiao_fail(err, QIAO_E_CORRUPT, "%s is not a lexicon file", path);
    if (header->version != QIAOI_LEXICON_VERSION)
        return qiao_fail(err, QIAO_E_VERSION, "lexicon %s has format %u, this program reads %u", path, header->version,
                         QIAOI_LEXICON_VERSION);
    if (header->file_size != mapping->length ||
        sizeof *header + (uint64_t)header->section_count * sizeof(qiaoi_section) > mapping->length ||
        header->section_count > QIAOI_SECTION_COUNT)
        return qiao_fail(err, QIAO_E_CORRUPT, "lexicon %s is cut short", path);
    if (qiao_hash64(mapping->data + sizeof *header, mapping->length - sizeof *header, 0) != header->checksum)
        return qiao_fail(err, QIAO_E_CORRUPT, "lexicon %s fails its checksum", path);
    return QIAO_OK;
}

static bool
power_of_two(uint64_t n)
{
    return n != 0 && (n & (n - 1)) == 0;
}

static qiao_status
view_sections(const qiao_mapping *mapping, const char *path, section_view views[QIAOI_SECTION_COUNT], qiao_error *err)
{
    const qiaoi_lexicon_header *header = (const qiaoi_lexicon_header *)(const void *)mapping->data;
    const qiaoi_section *table = (const qiaoi_section *)(const void *)(mapping->data + sizeof *header);

    memset(views, 0, QIAOI_SECTION_COUNT * sizeof *views);
    for (uint32_t i = 0; i < header->section_count; i++) {
        const qiaoi_section *section = &table[i];

        if (section->id == 0 || section->id >= QIAOI_SECTION_COUNT || section->offset % 16 != 0 ||
            section->offset > mapping->length || section->element_size == 0 ||
            section->count > (mapping->length - section->offset) / section->element_size)
            return qiao_fail(err, QIAO_E_CORRUPT, "lexicon %s: section %u lies outside the file", path, section->id);
        for (size_t r = 0; r < sizeof rules / sizeof *rules; r++)
            if ((uint32_t)rules[r].id == section->id && rules[r].element_size != section->element_size)
                return qiao_fail(err, QIAO_E_VERSION, "lexicon %s: section %u has elements of %u bytes", path,
                                 section->id, section->element_size);
        views[section->id].data = mapping->data + section->offset;
        views[section->id].count = section->count;
    }
    return QIAO_OK;
}

static bool
ends_with_nul(const section_view *view)
{
    return view->count > 0 && ((const char *)view->data)[view->count - 1] == '\0';
}

static qiao_status
require_sections(const section_view *views, const char *path, bool generation, qiao_error *err)
{
    for (size_t r = 0; r < sizeof rules / sizeof *rules; r++)
        if ((generation ? rules[r].in_generation : rules[r].in_base) && views[rules[r].id].data == NULL)
            return qiao_fail(err, QIAO_E_CORRUPT, "lexicon %s lacks section %d", path, (int)rules[r].id);
    if (views[QIAOI_SECTION_NORMAL].count != 65536 || views[QIAOI_SECTION_NORMAL_JA].count != 65536 ||
        views[QIAOI_SECTION_LENGTHS].count != QIAOI_LENGTH_MASK_SLOTS ||
        views[QIAOI_SECTION_CHARACTERS].count != 131072 || !power_of_two(views[QIAOI_SECTION_HASH].count) ||
        views[QIAOI_SECTION_HASH].count <= views[QIAOI_SECTION_ENTRIES].count ||
        !ends_with_nul(&views[QIAOI_SECTION_META]))
        return qiao_fail(err, QIAO_E_CORRUPT, "lexicon %s: a table has the wrong size", path);
    if (generation &&
        (!power_of_two(views[QIAOI_SECTION_TERM_HASH].count) || !power_of_two(views[QIAOI_SECTION_PAIRS].count) ||
         views[QIAOI_SECTION_STATISTICS].count != 1 || views[QIAOI_SECTION_TERM_OFFSETS].count == 0 ||
         views[QIAOI_SECTION_TERM_HASH].count < views[QIAOI_SECTION_TERM_OFFSETS].count ||
         views[QIAOI_SECTION_TERM_DF].count != 2 * (views[QIAOI_SECTION_TERM_OFFSETS].count - 1) ||
         views[QIAOI_SECTION_REVERSE_OFFSETS].count != views[QIAOI_SECTION_TERM_OFFSETS].count ||
         views[QIAOI_SECTION_ENTRY_DF].count != 2 * views[QIAOI_SECTION_ENTRIES].count))
        return qiao_fail(err, QIAO_E_CORRUPT, "lexicon %s: a table has the wrong size", path);
    return QIAO_OK;
}

static void
bind_views(qiao_lexicon *lexicon, const section_view *views)
{
    lexicon->version = views[QIAOI_SECTION_META].data;
    lexicon->normal = views[QIAOI_SECTION_NORMAL].data;
    lexicon->normal_ja = views[QIAOI_SECTION_NORMAL_JA].data;
    lexicon->entries = views[QIAOI_SECTION_ENTRIES].data;
    lexicon->entry_count = (uint32_t)views[QIAOI_SECTION_ENTRIES].count;
    lexicon->keys = views[QIAOI_SECTION_KEYS].data;
    lexicon->hash = views[QIAOI_SECTION_HASH].data;
    lexicon->hash_mask = views[QIAOI_SECTION_HASH].count - 1;
    lexicon->lengths = views[QIAOI_SECTION_LENGTHS].data;
    lexicon->characters = views[QIAOI_SECTION_CHARACTERS].data;
    lexicon->senses = views[QIAOI_SECTION_SENSES].data;
    lexicon->sense_count = views[QIAOI_SECTION_SENSES].count;
    lexicon->sense_stems = views[QIAOI_SECTION_SENSE_STEMS].data;
    lexicon->strings = views[QIAOI_SECTION_STRINGS].data;
    lexicon->strings_size = views[QIAOI_SECTION_STRINGS].count;
    lexicon->translations = views[QIAOI_SECTION_TRANSLATIONS].data;
    if (lexicon->translations == NULL)
        return;
    lexicon->translation_count = views[QIAOI_SECTION_TRANSLATIONS].count;
    lexicon->term_offsets = views[QIAOI_SECTION_TERM_OFFSETS].data;
    lexicon->term_count = (uint32_t)(views[QIAOI_SECTION_TERM_OFFSETS].count - 1);
    lexicon->term_bytes = views[QIAOI_SECTION_TERM_BYTES].data;
    lexicon->term_hash = views[QIAOI_SECTION_TERM_HASH].data;
    lexicon->term_hash_mask = views[QIAOI_SECTION_TERM_HASH].count - 1;
    lexicon->term_df = views[QIAOI_SECTION_TERM_DF].data;
    lexicon->pairs = views[QIAOI_SECTION_PAIRS].data;
    lexicon->pair_mask = views[QIAOI_SECTION_PAIRS].count - 1;
    lexicon->entry_df = views[QIAOI_SECTION_ENTRY_DF].data;
    lexicon->reverse_offsets = views[QIAOI_SECTION_REVERSE_OFFSETS].data;
    lexicon->reverse = views[QIAOI_SECTION_REVERSE].data;
    lexicon->statistics = views[QIAOI_SECTION_STATISTICS].data;
}

qiao_status
qiao_lexicon_open(const char *path, qiao_lexicon **out, qiao_error *err)
{
    qiao_lexicon *lexicon = qiao_calloc(1, sizeof *lexicon);
    section_view views[QIAOI_SECTION_COUNT];
    qiao_status st;

    *out = NULL;
    if (lexicon == NULL)
        return qiao_fail_memory(err);
    st = qiao_mapping_open(path, &lexicon->mapping, err);
    if (st == QIAO_OK)
        st = check_header(&lexicon->mapping, path, err);
    if (st == QIAO_OK)
        st = view_sections(&lexicon->mapping, path, views, err);
    if (st == QIAO_OK)
        st = require_sections(views, path, views[QIAOI_SECTION_TRANSLATIONS].data != NULL, err);
    if (st != QIAO_OK) {
        qiao_lexicon_close(lexicon);
        return st;
    }
    bind_views(lexicon, views);
    *out = lexicon;
    return QIAO_OK;
}

void
qiao_lexicon_close(qiao_lexicon *lexicon)
{
    if (lexicon == NULL)
        return;
    qiao_mapping_close(&lexicon->mapping);
    qiao_free(lexicon);
}

const char *
qiao_lexicon_version(const qiao_lexicon *lexicon)
{
    return lexicon->version;
}

uint64_t
qiaoi_lexicon_checksum(const qiao_lexicon *lexicon)
{
    return ((const qiaoi_lexicon_header *)(const void *)lexicon->mapping.data)->checksum;
}

uint32_t
qiaoi_lexicon_find(const qiao_lexicon *lexicon, qiaoi_lexicon_language language, const char *key, size_t length)
{
    uint64_t i = qiao_hash64(key, length, (uint64_t)language) & lexicon->hash_mask;

    for (; lexicon->hash[i] != 0; i = (i + 1) & lexicon->hash_mask) {
        const qiaoi_entry *entry = &lexicon->entries[lexicon->hash[i] - 1];

        if (entry->key_length == length && entry->language == (uint8_t)language &&
            memcmp(lexicon->keys + entry->key, key, length) == 0)
            return lexicon->hash[i];
    }
    return 0;
}

uint32_t
qiaoi_lexicon_term(const qiao_lexicon *lexicon, const char *form, size_t length)
{
    uint64_t i;

    if (lexicon->term_hash == NULL)
        return QIAOI_NO_TERM;
    i = qiao_hash64(form, length, 0) & lexicon->term_hash_mask;
    for (; lexicon->term_hash[i] != 0; i = (i + 1) & lexicon->term_hash_mask) {
        uint32_t term = lexicon->term_hash[i] - 1;
        uint32_t start = lexicon->term_offsets[term];

        if (lexicon->term_offsets[term + 1] - start == length + 1 &&
            memcmp(lexicon->term_bytes + start, form, length) == 0)
            return term;
    }
    return QIAOI_NO_TERM;
}

void
qiaoi_lexicon_pair_ahead(const qiao_lexicon *lexicon, uint32_t first, uint32_t second)
{
    uint64_t key = ((uint64_t)first + 1) << 32 | ((uint64_t)second + 1);

    __builtin_prefetch(&lexicon->pairs[qiao_hash64(&key, sizeof key, 0) & lexicon->pair_mask]);
}

const qiaoi_pair *
qiaoi_lexicon_pair(const qiao_lexicon *lexicon, uint32_t first, uint32_t second)
{
    uint64_t key = ((uint64_t)first + 1) << 32 | ((uint64_t)second + 1);
    uint64_t i = qiao_hash64(&key, sizeof key, 0) & lexicon->pair_mask;

    for (; lexicon->pairs[i].key != 0; i = (i + 1) & lexicon->pair_mask)
        if (lexicon->pairs[i].key == key)
            return &lexicon->pairs[i];
    return NULL;
}

static size_t
entry_translations(const qiao_lexicon *lexicon, const qiaoi_entry *entry, qiao_translation *out, size_t capacity)
{
    size_t n = 0;

    for (; n < entry->count && n < capacity; n++) {
        const qiaoi_translation *from = &lexicon->translations[entry->first + n];

        out[n] = (qiao_translation){qiaoi_lexicon_term_text(lexicon, from->term),
                                    from->share / 65535.0,
                                    from->source,
                                    {lexicon->term_df[from->term], lexicon->term_df[lexicon->term_count + from->term]}};
    }
    return n;
}

size_t
qiao_lexicon_translations(const qiao_lexicon *lexicon, uint32_t entry, const char *form, size_t length,
                          qiao_translation *out, size_t capacity)
{
    uint32_t term;
    size_t n = 0;

    if (lexicon->translations == NULL)
        return 0;
    if (entry != 0)
        return entry_translations(lexicon, &lexicon->entries[entry - 1], out, capacity);
    term = qiaoi_lexicon_term(lexicon, form, length);
    if (term == QIAOI_NO_TERM)
        return 0;
    for (uint32_t i = lexicon->reverse_offsets[term]; i < lexicon->reverse_offsets[term + 1] && n < capacity; i++) {
        const qiaoi_entry *word = &lexicon->entries[lexicon->reverse[i].entry];
        const char *key = lexicon->keys + word->key;
        uint32_t native = qiaoi_lexicon_term(lexicon, key, word->key_length);

        out[n++] = (qiao_translation){key,
                                      lexicon->reverse[i].share / 65535.0,
                                      word->sources,
                                      {native == QIAOI_NO_TERM ? 0 : lexicon->term_df[native],
                                       native == QIAOI_NO_TERM ? 0 : lexicon->term_df[lexicon->term_count + native]}};
    }
    return n;
}

void
qiao_lexicon_count(const qiao_lexicon *lexicon, qiao_lexicon_counts *out)
{
    memset(out, 0, sizeof *out);
    out->bytes = lexicon->mapping.length;
    out->terms = lexicon->term_count;
    for (uint32_t e = 0; e < lexicon->entry_count; e++) {
        const qiaoi_entry *entry = &lexicon->entries[e];

        out->entries[entry->language]++;
        out->translated[entry->language] += entry->count > 0;
        out->translations += entry->count;
        for (unsigned bit = 0; bit < 5; bit++)
            out->by_source[bit] += entry->sources >> bit & 1u;
    }
    if (lexicon->statistics == NULL)
        return;
    out->pairs = lexicon->statistics->pairs;
    out->bilingual_records = lexicon->statistics->bilingual_records;
    out->sentence_pairs = lexicon->statistics->sentence_pairs;
    out->learned_words = lexicon->statistics->learned_words;
    out->learned_compounds = lexicon->statistics->learned_compounds;
}

uint32_t
qiao_lexicon_term_count(const qiao_lexicon *lexicon)
{
    return lexicon->term_count;
}

bool
qiao_lexicon_next_missing(const qiao_lexicon *lexicon, uint32_t *term, const char **text_out, uint32_t documents_out[2])
{
    while (*term < lexicon->term_count) {
        uint32_t t = (*term)++, entry;
        const char *form = qiaoi_lexicon_term_text(lexicon, t);
        size_t length = strlen(form);

        /* plain letters are pivot terms themselves; one character says too little */
        if ((unsigned char)form[0] < 0x80u || length <= 4)
            continue;
        entry = qiaoi_lexicon_find(lexicon, QIAOI_ZH, form, length);
        if (entry != 0 && lexicon->entries[entry - 1].count > 0)
            continue;
        *text_out = form;
        documents_out[0] = lexicon->term_df[t];
        documents_out[1] = lexicon->term_df[lexicon->term_count + t];
        return true;
    }
    return false;
}
