/* Gathers entries and senses, cleans glosses into stems, merges equal senses, resolves references, writes the base
 * lexicon. */
#include "lexicon/compile/builder.h"

#include "lexicon/compound.h"
#include "qiao/file.h"
#include "text/normal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CORPUS_SIZE 6e7        /* words behind the frequency list */
#define FREQUENCY_DEFAULT 30.0 /* a headword that the list lacks */
#define REFERENCE_SENSES_MAX 12u

qiao_status
builder_init(lexicon_builder *builder, qiao_error *err)
{
    memset(builder, 0, sizeof *builder);
    builder->string_hash_size = 1u << 18;
    builder->string_hash = qiao_calloc(builder->string_hash_size, sizeof *builder->string_hash);
    if (builder->string_hash == NULL)
        return qiao_fail_memory(err);
    qiao_status st = qiao_stemmer_new("en", &builder->english, err);

    return st != QIAO_OK ? st : build_character_tables(builder->normal, builder->normal_ja, err);
}

void
builder_done(lexicon_builder *builder)
{
    qiaoi_key_set_done(&builder->keys);
    qiao_buffer_done(&builder->strings);
    qiao_buffer_done(&builder->scratch);
    qiao_free(builder->string_hash);
    qiao_free(builder->senses);
    qiao_free(builder->references);
    qiao_stemmer_free(builder->english);
}

/* ---- interned stems ---- */

static void
place_string(uint32_t *hash, uint64_t size, const char *strings, uint32_t offset)
{
    uint64_t i = qiao_hash64(strings + offset, strlen(strings + offset), 0) & (size - 1);

    while (hash[i] != 0)
        i = (i + 1) & (size - 1);
    hash[i] = offset + 1;
}

static qiao_status
grow_strings(lexicon_builder *builder, qiao_error *err)
{
    uint64_t size = builder->string_hash_size * 2;
    uint32_t *hash = qiao_calloc(size, sizeof *hash);

    if (hash == NULL)
        return qiao_fail_memory(err);
    for (uint64_t i = 0; i < builder->string_hash_size; i++)
        if (builder->string_hash[i] != 0)
            place_string(hash, size, builder->strings.data, builder->string_hash[i] - 1);
    qiao_free(builder->string_hash);
    builder->string_hash = hash;
    builder->string_hash_size = size;
    return QIAO_OK;
}

static qiao_status
intern(lexicon_builder *builder, const char *text, size_t length, uint32_t *out, qiao_error *err)
{
    uint64_t i = qiao_hash64(text, length, 0) & (builder->string_hash_size - 1);

    for (; builder->string_hash[i] != 0; i = (i + 1) & (builder->string_hash_size - 1)) {
        const char *known = builder->strings.data + builder->string_hash[i] - 1;

        if (strncmp(known, text, length) == 0 && known[length] == '\0') {
            *out = builder->string_hash[i] - 1;
            return QIAO_OK;
        }
    }
    *out = (uint32_t)builder->strings.length;
    builder->string_hash[i] = *out + 1;
    qiao_buffer_append(&builder->strings, text, length);
    qiao_buffer_append(&builder->strings, "", 1);
    if (builder->strings.failed)
        return qiao_fail_memory(err);
    if (++builder->string_count * 2ull > builder->string_hash_size)
        return grow_strings(builder, err);
    return QIAO_OK;
}

/* ---- headwords ---- */

static bool
fits_language(qiaoi_lexicon_language language, qiao_script script)
{
    switch (language) {
    case QIAOI_ZH:
        return script == QIAO_SCRIPT_HAN;
    case QIAOI_JA:
        return script == QIAO_SCRIPT_HAN || script == QIAO_SCRIPT_KANA;
    case QIAOI_DE:
    case QIAOI_FR:
        return script == QIAO_SCRIPT_LATIN;
    case QIAOI_LANGUAGES:
        break;
    }
    return false;
}

qiao_status
builder_entry(lexicon_builder *builder, qiaoi_lexicon_language language, const char *headword, size_t length,
              uint32_t *out, qiao_error *err)
{
    const uint16_t *table = language == QIAOI_JA ? builder->normal_ja : builder->normal;
    size_t at = 0, characters = 0;
    uint32_t before = builder->keys.count;
    qiao_status st;

    qiao_buffer_clear(&builder->scratch);
    while (at < length) {
        uint32_t c = qiaoi_normal_next(table, headword, length, &at);
        char bytes[4];

        if (c == 0)
            continue;
        if (!fits_language(language, qiao_script_of(c)))
            return QIAO_E_NOTFOUND;
        qiao_buffer_append(&builder->scratch, bytes, qiao_utf8_put(c, bytes));
        characters++;
    }
    if (characters == 0 || (language <= QIAOI_JA && characters > QIAOI_KEY_CHARACTERS_MAX) || characters > 64)
        return QIAO_E_NOTFOUND;
    st = qiaoi_key_set_add(&builder->keys, language, builder->scratch.data, builder->scratch.length, out, err);
    if (st == QIAO_OK && builder->keys.count > before) {
        builder->counts[language]++;
        builder_cost(builder, *out, -1.0);
    }
    return st;
}

/* frequency < 0: the headword's default. Japanese has no list: words 10 nats, single characters 14 (measured for
 * Chinese without a list). */
void
builder_cost(lexicon_builder *builder, uint32_t entry, double frequency)
{
    qiaoi_entry *e = &builder->keys.entries[entry];
    double nats;

    if (e->language == QIAOI_JA)
        nats = frequency > 0 ? 8.5 : e->key_length <= 3 ? 14.0 : 10.0;
    else
        nats = -log(((frequency < 0 ? FREQUENCY_DEFAULT : frequency) + 1.0) / CORPUS_SIZE);
    e->cost = (uint16_t)lround(nats * QIAOI_COST_UNIT);
}

void
builder_cost_at_most(lexicon_builder *builder, uint32_t entry, double frequency)
{
    uint16_t before = builder->keys.entries[entry].cost;

    builder_cost(builder, entry, frequency);
    if (builder->keys.entries[entry].cost > before)
        builder->keys.entries[entry].cost = before;
}

/* ---- senses ---- */

static qiao_status
append_sense(lexicon_builder *builder, const builder_sense *sense, qiao_error *err)
{
    if (builder->sense_count == builder->sense_capacity) {
        size_t capacity = builder->sense_capacity == 0 ? 65536 : builder->sense_capacity * 2;
        builder_sense *grown = qiao_realloc_array(builder->senses, capacity, sizeof *grown);

        if (grown == NULL)
            return qiao_fail_memory(err);
        builder->senses = grown;
        builder->sense_capacity = capacity;
    }
    builder->senses[builder->sense_count++] = *sense;
    return QIAO_OK;
}

/* Next word of a gloss in plain lower case a-z0-9; 0 at the end. */
static size_t
next_word(const char *gloss, size_t length, size_t *at, char *word, size_t capacity)
{
    char raw[256];
    size_t n = 0;

    while (*at < length) {
        uint32_t c = qiao_utf8_next(gloss, length, at);
        qiao_script script = qiao_script_of(c);

        if (script == QIAO_SCRIPT_LATIN || script == QIAO_SCRIPT_NUMBER) {
            if (c < 0x80u)
                c = c >= 'A' && c <= 'Z' ? c + 0x20u : c;
            else if (c >= 0xC0u && c <= 0xDEu)
                c += 0x20u;
            if (n + 4 < sizeof raw)
                n += qiao_utf8_put(c, raw + n);
        } else if (n > 0) {
            break;
        }
    }
    return n == 0 ? 0 : qiaoi_fold_latin(raw, n, word, capacity);
}

/* FreeDict writes "1. group 2. team": the numbers count the senses. */
static bool
numbers_senses(const lexicon_builder *builder, uint32_t entry)
{
    return builder->keys.entries[entry].language == QIAOI_DE || builder->keys.entries[entry].language == QIAOI_FR;
}

qiao_status
builder_sense_add(lexicon_builder *builder, uint32_t entry, const char *gloss, size_t length, double weight,
                  qiao_lexicon_source source, qiao_error *err)
{
    builder_sense sense = {.entry = entry, .source = (uint8_t)source, .weight = (float)weight};
    char word[300];
    size_t at = 0, n;

    while ((n = next_word(gloss, length, &at, word, sizeof word)) > 0) {
        size_t stem_length = 0;
        const char *stem;
        qiao_status st;

        if (qiao_stop_word(word, n) ||
            (n <= 2 && numbers_senses(builder, entry) && word[n - 1] >= '0' && word[n - 1] <= '9'))
            continue;
        if (sense.count == BUILDER_STEMS_MAX)
            return QIAO_OK;
        stem = qiao_stem(builder->english, word, n, &stem_length);
        if (stem == NULL)
            return qiao_fail_memory(err);
        st = intern(builder, stem, stem_length, &sense.stems[sense.count], err);
        if (st != QIAO_OK)
            return st;
        sense.count++;
    }
    return sense.count == 0 ? QIAO_OK : append_sense(builder, &sense, err);
}

static size_t
strip_lead(const char *text, size_t length)
{
    static const char *const leads[] = {"to be ", "to ",   "a ",  "an ",  "the ",
                                        "lit. ",  "fig. ", "sb ", "sth ", "one's "};
    size_t skipped = 0;
    bool again = true;

    while (again) {
        again = false;
        while (skipped < length && text[skipped] == ' ')
            skipped++;
        for (size_t i = 0; i < sizeof leads / sizeof *leads; i++) {
            size_t n = strlen(leads[i]);

            if (length - skipped > n && strncmp(text + skipped, leads[i], n) == 0) {
                skipped += n;
                again = true;
            }
        }
    }
    return skipped;
}

qiao_status
builder_definition(lexicon_builder *builder, uint32_t entry, const char *text, size_t length, double weight,
                   qiao_lexicon_source source, qiao_error *err)
{
    qiao_buffer part = {0};
    qiao_status st = QIAO_OK;
    int depth = 0;

    for (size_t i = 0; i <= length && st == QIAO_OK; i++) {
        char c = i < length ? text[i] : ';';

        if (c == '(' || c == '[' || c == '<' || c == '{') {
            depth++;
        } else if (c == ')' || c == ']' || c == '>' || c == '}') {
            depth -= depth > 0;
        } else if (depth == 0 && (c == ';' || c == '/' || c == ',' || i == length)) {
            size_t skip = part.data == NULL ? 0 : strip_lead(part.data, part.length);

            if (part.data != NULL && part.length > skip)
                st = builder_sense_add(builder, entry, part.data + skip, part.length - skip, weight, source, err);
            qiao_buffer_clear(&part);
        } else if (depth == 0) {
            qiao_buffer_char(&part, c);
        }
    }
    if (part.failed && st == QIAO_OK)
        st = qiao_fail_memory(err);
    qiao_buffer_done(&part);
    return st;
}

qiao_status
builder_reference_add(lexicon_builder *builder, uint32_t entry, uint32_t target, double weight, qiao_error *err)
{
    if (builder->reference_count == builder->reference_capacity) {
        size_t capacity = builder->reference_capacity == 0 ? 4096 : builder->reference_capacity * 2;
        builder_reference *grown = qiao_realloc_array(builder->references, capacity, sizeof *grown);

        if (grown == NULL)
            return qiao_fail_memory(err);
        builder->references = grown;
        builder->reference_capacity = capacity;
    }
    builder->references[builder->reference_count++] = (builder_reference){entry, target, (float)weight};
    return QIAO_OK;
}

/* ---- writing ---- */

static int
compare_senses(const void *a, const void *b)
{
    const builder_sense *x = a, *y = b;
    size_t n = x->count < y->count ? x->count : y->count;

    if (x->entry != y->entry)
        return x->entry < y->entry ? -1 : 1;
    for (size_t i = 0; i < n; i++)
        if (x->stems[i] != y->stems[i])
            return x->stems[i] < y->stems[i] ? -1 : 1;
    if (x->count != y->count)
        return x->count < y->count ? -1 : 1;
    return x->weight > y->weight ? -1 : x->weight < y->weight;
}

static bool
same_sense(const builder_sense *x, const builder_sense *y)
{
    return x->entry == y->entry && x->count == y->count && memcmp(x->stems, y->stems, x->count * sizeof *x->stems) == 0;
}

static void
sort_and_merge(lexicon_builder *builder)
{
    size_t kept = 0;

    qsort(builder->senses, builder->sense_count, sizeof *builder->senses, compare_senses);
    for (size_t i = 0; i < builder->sense_count; i++) {
        if (kept > 0 && same_sense(&builder->senses[kept - 1], &builder->senses[i])) {
            builder->senses[kept - 1].source |= builder->senses[i].source;
            continue;
        }
        builder->senses[kept++] = builder->senses[i];
    }
    builder->sense_count = kept;
}

static size_t
first_sense_of(const lexicon_builder *builder, size_t count, uint32_t entry)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (builder->senses[middle].entry < entry)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static qiao_status
resolve_references(lexicon_builder *builder, qiao_error *err)
{
    size_t sorted = builder->sense_count;

    for (size_t r = 0; r < builder->reference_count; r++) {
        const builder_reference *reference = &builder->references[r];
        size_t i = first_sense_of(builder, sorted, reference->target);

        for (size_t n = 0; i < sorted && builder->senses[i].entry == reference->target && n < REFERENCE_SENSES_MAX;
             i++, n++) {
            builder_sense copy = builder->senses[i];
            qiao_status st;

            copy.entry = reference->entry;
            copy.weight *= reference->weight;
            st = append_sense(builder, &copy, err);
            if (st != QIAO_OK)
                return st;
        }
    }
    return QIAO_OK;
}

/* "~stem" keys of German and French: the entry of the shortest headword with that stem lends its senses. */
static qiao_status
add_stem_keys(lexicon_builder *builder, qiaoi_lexicon_language language, const char *name, qiao_error *err)
{
    qiao_stemmer *stemmer = NULL;
    uint32_t words = builder->keys.count;
    qiao_status st = qiao_stemmer_new(name, &stemmer, err);

    for (uint32_t e = 0; st == QIAO_OK && e < words; e++) {
        const qiaoi_entry *entry = &builder->keys.entries[e];
        char key[128];
        const char *stem;
        size_t n = 0;
        uint32_t alias;

        if (entry->language != (uint8_t)language || entry->key_length > 100)
            continue;
        stem = qiao_stem(stemmer, builder->keys.keys.data + entry->key, entry->key_length, &n);
        if (stem == NULL) {
            st = qiao_fail_memory(err);
            break;
        }
        if (n < 3 || n > 100)
            continue;
        key[0] = '~';
        memcpy(key + 1, stem, n);
        st = qiaoi_key_set_add(&builder->keys, language, key, n + 1, &alias, err);
        if (st == QIAO_OK)
            st = builder_reference_add(builder, alias, e, 1.0, err);
    }
    qiao_stemmer_free(stemmer);
    return st;
}

static qiao_status
write_sections(lexicon_builder *builder, const char *path, const char *version, qiao_error *err)
{
    qiaoi_sense *senses = qiao_alloc((builder->sense_count + 1) * sizeof *senses);
    uint32_t *stems = qiao_alloc((builder->sense_count * BUILDER_STEMS_MAX + 1) * sizeof *stems);
    uint32_t stem_count = 0;
    qiao_status st;

    if (senses == NULL || stems == NULL) {
        qiao_free(senses);
        qiao_free(stems);
        return qiao_fail_memory(err);
    }
    for (size_t i = 0; i < builder->sense_count; i++) {
        const builder_sense *from = &builder->senses[i];
        qiaoi_entry *entry = &builder->keys.entries[from->entry];

        if (entry->count == 0)
            entry->first = (uint32_t)i;
        entry->count++;
        entry->sources |= from->source;
        senses[i] =
            (qiaoi_sense){stem_count, from->count, from->source, (uint16_t)lround((double)from->weight * 1000.0)};
        for (size_t k = 0; k < from->count; k++)
            stems[stem_count++] = from->stems[k];
    }
    st = qiaoi_lexicon_write(
        path, &builder->keys,
        (const qiaoi_section_data[]){{QIAOI_SECTION_META, 1, version, strlen(version) + 1},
                                     {QIAOI_SECTION_NORMAL, 2, builder->normal, 65536},
                                     {QIAOI_SECTION_NORMAL_JA, 2, builder->normal_ja, 65536},
                                     {QIAOI_SECTION_SENSES, sizeof *senses, senses, builder->sense_count},
                                     {QIAOI_SECTION_SENSE_STEMS, 4, stems, stem_count},
                                     {QIAOI_SECTION_STRINGS, 1, builder->strings.data, builder->strings.length}},
        6, err);
    qiao_free(senses);
    qiao_free(stems);
    return st;
}

/* Headwords without a sense would swallow characters that have one: they leave the key set. */
static qiao_status
drop_empty(lexicon_builder *builder, qiao_error *err)
{
    qiaoi_key_set kept = {0};
    bool *used = qiao_calloc(builder->keys.count + 1, sizeof *used);
    uint32_t *moved = qiao_calloc(builder->keys.count + 1, sizeof *moved);
    qiao_status st = used == NULL || moved == NULL ? qiao_fail_memory(err) : QIAO_OK;

    for (size_t i = 0; st == QIAO_OK && i < builder->sense_count; i++)
        used[builder->senses[i].entry] = true;
    for (uint32_t e = 0; st == QIAO_OK && e < builder->keys.count; e++) {
        const qiaoi_entry *from = &builder->keys.entries[e];

        if (!used[e])
            continue;
        st = qiaoi_key_set_add(&kept, (qiaoi_lexicon_language)from->language, builder->keys.keys.data + from->key,
                               from->key_length, &moved[e], err);
        if (st == QIAO_OK)
            kept.entries[moved[e]].cost = from->cost;
    }
    for (size_t i = 0; st == QIAO_OK && i < builder->sense_count; i++)
        builder->senses[i].entry = moved[builder->senses[i].entry];
    if (st == QIAO_OK) {
        qiaoi_key_set_done(&builder->keys);
        builder->keys = kept;
    } else {
        qiaoi_key_set_done(&kept);
    }
    qiao_free(used);
    qiao_free(moved);
    return st;
}

qiao_status
builder_write(lexicon_builder *builder, const char *path, const char *version, qiao_error *err)
{
    qiao_status st = add_stem_keys(builder, QIAOI_DE, "de", err);

    if (st == QIAO_OK)
        st = add_stem_keys(builder, QIAOI_FR, "fr", err);
    sort_and_merge(builder);
    if (st == QIAO_OK)
        st = resolve_references(builder, err);
    if (st == QIAO_OK)
        st = drop_empty(builder, err);
    if (st != QIAO_OK)
        return st;
    sort_and_merge(builder);
    return write_sections(builder, path, version, err);
}
