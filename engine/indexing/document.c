/* Analyses records into term uses. Relies on the analyzer; used by the index build. */
#include "indexing/document.h"

#include "lexicon/lexicon_internal.h"
#include "lexicon/lexicon_writer.h"
#include "qiao/file.h"

#include <string.h>

#define USES_MAX 8192u /* distinct terms of one document; the rest of a longer text is not indexed */
#define SLOTS 32768u   /* power of two, of the longest documents */
#define FIRST_SLOTS 1024u

/* ---- term table ---- */

static void
place(const qiaoi_term_table *table, uint32_t *hash, uint64_t size, uint32_t term)
{
    const char *form = table->bytes.data + table->offsets[term];
    uint64_t i = qiao_hash64(form, strlen(form), 0) & (size - 1);

    while (hash[i] != 0)
        i = (i + 1) & (size - 1);
    hash[i] = term + 1;
}

static qiao_status
grow_table(qiaoi_term_table *table, qiao_error *err)
{
    uint32_t capacity = table->capacity == 0 ? 16384 : table->capacity * 2;
    uint64_t size = qiaoi_hash_size(capacity);
    uint32_t *offsets = qiao_realloc_array(table->offsets, capacity, sizeof *offsets), *hash;

    if (offsets == NULL)
        return qiao_fail_memory(err);
    table->offsets = offsets;
    hash = qiao_calloc(size, sizeof *hash);
    if (hash == NULL)
        return qiao_fail_memory(err);
    for (uint32_t t = 0; t < table->count; t++)
        place(table, hash, size, t);
    qiao_free(table->hash);
    table->hash = hash;
    table->hash_size = size;
    table->capacity = capacity;
    return QIAO_OK;
}

qiao_status
qiaoi_term_table_add(qiaoi_term_table *table, const char *form, size_t length, uint32_t *out, qiao_error *err)
{
    uint64_t hash = qiao_hash64(form, length, 0);

    if (table->hash_size > 0)
        for (uint64_t i = hash & (table->hash_size - 1); table->hash[i] != 0; i = (i + 1) & (table->hash_size - 1)) {
            const char *known = table->bytes.data + table->offsets[table->hash[i] - 1];

            if (strncmp(known, form, length) == 0 && known[length] == '\0') {
                *out = table->hash[i] - 1;
                return QIAO_OK;
            }
        }
    if (table->count == table->capacity) {
        qiao_status st = grow_table(table, err);

        if (st != QIAO_OK)
            return st;
    }
    if (table->bytes.length > UINT32_MAX - length - 1)
        return qiao_fail(err, QIAO_E_LIMIT, "the terms of this catalogue take more than 4 GiB");
    table->offsets[table->count] = (uint32_t)table->bytes.length;
    qiao_buffer_append(&table->bytes, form, length);
    qiao_buffer_append(&table->bytes, "", 1);
    if (table->bytes.failed)
        return qiao_fail_memory(err);
    place(table, table->hash, table->hash_size, table->count);
    *out = table->count++;
    return QIAO_OK;
}

void
qiaoi_term_table_done(qiaoi_term_table *table)
{
    qiao_buffer_done(&table->bytes);
    qiao_free(table->offsets);
    qiao_free(table->hash);
    memset(table, 0, sizeof *table);
}

/* ---- collector ---- */

qiao_status
qiaoi_collector_init(qiaoi_collector *collector, const qiao_lexicon *lexicon, qiao_error *err)
{
    memset(collector, 0, sizeof *collector);
    collector->arena = qiao_arena_new(1u << 20);
    collector->uses[0] = qiao_calloc(USES_MAX, sizeof(qiaoi_use));
    collector->uses[1] = qiao_calloc(USES_MAX, sizeof(qiaoi_use));
    collector->use_slots[0] = (qiaoi_slots){qiao_calloc(SLOTS, sizeof(uint32_t)), FIRST_SLOTS};
    collector->use_slots[1] = (qiaoi_slots){qiao_calloc(SLOTS, sizeof(uint32_t)), FIRST_SLOTS};
    collector->pairs = qiao_calloc(USES_MAX, sizeof(qiaoi_pair_use));
    collector->pair_slots = (qiaoi_slots){qiao_calloc(SLOTS, sizeof(uint32_t)), FIRST_SLOTS};
    collector->entry_df[0] = qiao_calloc(lexicon->entry_count + 1, sizeof(uint32_t));
    collector->entry_df[1] = qiao_calloc(lexicon->entry_count + 1, sizeof(uint32_t));
    if (collector->arena == NULL || collector->uses[0] == NULL || collector->uses[1] == NULL ||
        collector->use_slots[0].at == NULL || collector->use_slots[1].at == NULL || collector->pairs == NULL ||
        collector->pair_slots.at == NULL || collector->entry_df[0] == NULL || collector->entry_df[1] == NULL)
        return qiao_fail_memory(err);
    return qiao_analyzer_new(lexicon, &collector->analyzer, err);
}

void
qiaoi_collector_done(qiaoi_collector *collector)
{
    qiao_analyzer_free(collector->analyzer);
    qiaoi_term_table_done(&collector->terms);
    qiao_arena_free(collector->arena);
    for (int i = 0; i < 2; i++) {
        qiao_free(collector->uses[i]);
        qiao_free(collector->use_slots[i].at);
    }
    qiao_free(collector->pairs);
    qiao_free(collector->pair_slots.at);
    qiao_free(collector->entry_df[0]);
    qiao_free(collector->entry_df[1]);
    memset(collector, 0, sizeof *collector);
}

static void
bump(uint16_t *count)
{
    if (*count < UINT16_MAX)
        ++*count;
}

/* ---- slots ---- */

static void
empty_slots(qiaoi_slots *slots)
{
    memset(slots->at, 0, slots->count * sizeof *slots->at);
    slots->count = FIRST_SLOTS;
}

/* Twice as many, empty, where more than half are taken. */
static bool
grow_slots(qiaoi_slots *slots, uint32_t taken)
{
    if (taken * 2 <= slots->count || slots->count == SLOTS)
        return false;
    slots->count *= 2;
    memset(slots->at, 0, slots->count * sizeof *slots->at);
    return true;
}

/* The slot of a term or entry, or the free one where it belongs. */
static uint32_t *
use_slot(const qiaoi_collector *collector, int which, uint32_t id)
{
    const qiaoi_slots *slots = &collector->use_slots[which];
    uint32_t i = (id * 0x9E3779B1u) >> 17 & (slots->count - 1);

    while (slots->at[i] != 0 && collector->uses[which][slots->at[i] - 1].id != id)
        i = (i + 1) & (slots->count - 1);
    return &slots->at[i];
}

static uint32_t *
pair_slot(const qiaoi_collector *collector, uint32_t first, uint32_t second)
{
    const qiaoi_slots *slots = &collector->pair_slots;
    uint32_t i = ((first * 0x9E3779B1u) ^ (second * 0x85EBCA77u)) >> 15 & (slots->count - 1);

    for (; slots->at[i] != 0; i = (i + 1) & (slots->count - 1)) {
        const qiaoi_pair_use *item = &collector->pairs[slots->at[i] - 1];

        if (item->first == first && item->second == second)
            break;
    }
    return &slots->at[i];
}

/* ---- uses ---- */

/* which: 0 terms, 1 entries. False where the document has too many. */
static bool
use(qiaoi_collector *collector, int which, uint32_t id, bool title)
{
    uint32_t *slot = use_slot(collector, which, id), place = *slot;
    qiaoi_use *items = collector->uses[which];

    if (place == 0) {
        if (collector->use_count[which] == USES_MAX)
            return false;
        place = ++collector->use_count[which];
        items[place - 1] = (qiaoi_use){id, 0, 0};
        *slot = place;
        if (grow_slots(&collector->use_slots[which], place))
            for (uint32_t i = 0; i < place; i++)
                *use_slot(collector, which, items[i].id) = i + 1;
    }
    bump(title ? &items[place - 1].title : &items[place - 1].body);
    return true;
}

static void
use_pair(qiaoi_collector *collector, uint32_t first, uint32_t second, bool title)
{
    uint32_t *slot = pair_slot(collector, first, second), place = *slot;
    qiaoi_pair_use *items = collector->pairs;

    if (place == 0) {
        if (collector->pair_count == USES_MAX)
            return;
        place = ++collector->pair_count;
        items[place - 1] = (qiaoi_pair_use){first, second, 0, 0};
        *slot = place;
        if (grow_slots(&collector->pair_slots, place))
            for (uint32_t i = 0; i < place; i++)
                *pair_slot(collector, items[i].first, items[i].second) = i + 1;
    }
    bump(title ? &items[place - 1].title : &items[place - 1].body);
}

static bool
is_pivot(const char *form)
{
    return (unsigned char)form[0] < 0x80u;
}

typedef struct text_state {
    bool title, translate;
    bool have_last;
    uint32_t last; /* pivot term before, for pairs */
    uint16_t *pivot_length, *native_length;
} text_state;

static qiao_status
term_of(qiaoi_collector *collector, const qiao_token *token, uint32_t *out, qiao_error *err)
{
    qiao_status st;

    if (token->note != NULL && *token->note != 0) {
        *out = *token->note - 1;
        return QIAO_OK;
    }
    st = qiaoi_term_table_add(&collector->terms, token->form, token->form_length, out, err);
    if (st == QIAO_OK && token->note != NULL)
        *token->note = *out + 1;
    return st;
}

static qiao_status
use_term(qiaoi_collector *collector, const qiao_token *token, text_state *state, bool counts_length, qiao_error *err)
{
    uint32_t term;
    qiao_status st = term_of(collector, token, &term, err);
    bool used = st == QIAO_OK && use(collector, 0, term, state->title);

    if (st != QIAO_OK)
        return st;
    if (!is_pivot(token->form)) {
        if (counts_length)
            bump(state->native_length);
        return QIAO_OK;
    }
    bump(state->pivot_length);
    if (!used)
        return QIAO_OK;
    if (state->have_last)
        use_pair(collector, state->last, term, state->title);
    state->last = term;
    state->have_last = true;
    return QIAO_OK;
}

/* A German or French word: waits for translation where the lexicon knows it (or its parts), else stands for itself. */
static qiao_status
use_foreign(qiaoi_collector *collector, const qiao_token *token, const qiao_token *next, text_state *state,
            qiao_error *err)
{
    if (token->entry != 0) {
        if (state->translate) {
            (void)use(collector, 1, token->entry - 1, state->title);
            if (!token->sub_word)
                bump(state->pivot_length);
        }
        return QIAO_OK;
    }
    if (next != NULL && next->sub_word)
        return QIAO_OK; /* a compound: its parts follow */
    if (!state->translate)
        return QIAO_OK;
    return use_term(collector, token, state, true, err);
}

static qiao_status
use_token(qiaoi_collector *collector, const qiao_token *token, const qiao_token *next, text_state *state,
          qiao_error *err)
{
    if (token->stop_word)
        return QIAO_OK;
    if (token->script == QIAO_SCRIPT_LATIN && token->language[0] == 'e')
        return use_term(collector, token, state, true, err);
    if (token->script == QIAO_SCRIPT_LATIN)
        return use_foreign(collector, token, next, state, err);
    if (state->translate && token->entry != 0 && !token->sub_word) {
        (void)use(collector, 1, token->entry - 1, state->title);
        bump(state->pivot_length);
    }
    return use_term(collector, token, state, !token->sub_word, err);
}

static qiao_status
use_text(qiaoi_collector *collector, const qiao_text *text, bool translate, qiaoi_document *document,
         qiaoi_text_visit visit, void *context, qiao_error *err)
{
    bool title = strcmp(text->name, "title") == 0;
    text_state state = {title,
                        translate,
                        false,
                        0,
                        title ? &document->pivot_title : &document->pivot_body,
                        title ? &document->native_title : &document->native_body};
    qiaoi_text_tokens seen = {text, NULL, 0};
    qiao_status st = qiao_analyze(collector->analyzer, text->text, text->length, text->language, true, &seen.tokens,
                                  &seen.count, err);

    for (size_t i = 0; st == QIAO_OK && i < seen.count; i++)
        st = use_token(collector, &seen.tokens[i], i + 1 < seen.count ? &seen.tokens[i + 1] : NULL, &state, err);
    if (st == QIAO_OK && visit != NULL)
        st = visit(&seen, context, err);
    return st;
}

static void *
keep(qiaoi_collector *collector, const void *items, size_t size, bool *failed)
{
    void *copy = qiao_arena_alloc(collector->arena, size == 0 ? 1 : size);

    if (copy == NULL)
        *failed = true;
    else
        memcpy(copy, items, size);
    return copy;
}

static void
clear_uses(qiaoi_collector *collector)
{
    for (int which = 0; which < 2; which++) {
        empty_slots(&collector->use_slots[which]);
        collector->use_count[which] = 0;
    }
    empty_slots(&collector->pair_slots);
    collector->pair_count = 0;
}

static qiao_status
finish(qiaoi_collector *collector, const qiao_record *record, qiaoi_document *document, qiao_error *err)
{
    bool failed = false;

    document->term_count = collector->use_count[0];
    document->entry_count = collector->use_count[1];
    document->pair_count = collector->pair_count;
    document->terms = keep(collector, collector->uses[0], document->term_count * sizeof(qiaoi_use), &failed);
    document->entries = keep(collector, collector->uses[1], document->entry_count * sizeof(qiaoi_use), &failed);
    document->pairs = keep(collector, collector->pairs, document->pair_count * sizeof(qiaoi_pair_use), &failed);
    for (uint32_t i = 0; i < document->entry_count; i++)
        collector->entry_df[record->kind][document->entries[i].id]++;
    return failed ? qiao_fail_memory(err) : QIAO_OK;
}

static bool
is_english(const qiao_text *text)
{
    return strncmp(text->language, "en", 2) == 0 ||
           (strcmp(text->language, "und") == 0 && strcmp(qiao_language_of(text->text, text->length), "en") == 0);
}

qiao_status
qiaoi_collect(qiaoi_collector *collector, const qiao_record *record, qiaoi_document *document, qiaoi_text_visit visit,
              void *context, qiao_error *err)
{
    bool english = false;
    qiao_status st = QIAO_OK;

    memset(document, 0, sizeof *document);
    clear_uses(collector);
    /* a need is always translated (its Chinese words also tell how common a word is among needs); a project only where
     * it has no English body */
    for (size_t i = 0; i < record->text_count && record->kind == QIAO_PROJECT; i++)
        english = english || (is_english(&record->texts[i]) && strcmp(record->texts[i].name, "title") != 0);
    for (size_t i = 0; st == QIAO_OK && i < record->text_count; i++)
        st = use_text(collector, &record->texts[i], !english, document, visit, context, err);
    return st == QIAO_OK ? finish(collector, record, document, err) : st;
}
