/*
 * Gathers the words of a record by field with their counts. A small open-addressing table holds the words of one document; it is emptied slot
 * by slot, so the cost follows the document and not the table. Relies on the analyzer's tokens and stemmers; relied on by the index builder.
 */
#include "fulltext/document.h"

#include "lexicon/lexicon_internal.h"
#include "qiao/file.h"
#include "qiao/memory.h"

#include <math.h>
#include <string.h>

/* A word of the title says more than one of the text: it counts as often. */
#define TITLE_COUNT 3u
#define ORGANISATION_COUNT 2u
#define STEM_MIN 3u
#define MEANINGS_MAX 2u /* of a foreign word */
#define FIRST_SLOTS 1024u /* power of two, at most half full */

struct qiao_fulltext_indexer {
    qiao_analyzer *analyzer;
    const qiao_lexicon *lexicon; /* NULL: no translation */
    const qiao_vocabulary *vocabulary;
    bool translate;              /* the record has no English text */
    qiao_fulltext_term *terms;
    uint32_t count, capacity;
    uint32_t *slots; /* term + 1; 0 = free */
    uint32_t *used;  /* slot of each term */
    uint32_t slot_count;
    qiao_arena *forms;
    qiao_stemmer *german, *french; /* made when the first such word is met */
    qiao_fulltext_document document;
};

qiao_status
qiao_fulltext_indexer_new(qiao_analyzer *analyzer, const qiao_lexicon *lexicon, const qiao_vocabulary *vocabulary,
                          qiao_fulltext_indexer **out, qiao_error *err)
{
    qiao_fulltext_indexer *indexer = qiao_calloc(1, sizeof *indexer);

    *out = NULL;
    if (indexer == NULL)
        return qiao_fail_memory(err);
    indexer->analyzer = analyzer;
    indexer->lexicon = lexicon;
    indexer->vocabulary = vocabulary;
    indexer->slot_count = FIRST_SLOTS;
    indexer->capacity = FIRST_SLOTS / 2;
    indexer->slots = qiao_calloc(indexer->slot_count, sizeof *indexer->slots);
    indexer->used = qiao_calloc(indexer->capacity, sizeof *indexer->used);
    indexer->terms = qiao_calloc(indexer->capacity, sizeof *indexer->terms);
    indexer->forms = qiao_arena_new(1u << 16);
    if (indexer->slots == NULL || indexer->used == NULL || indexer->terms == NULL || indexer->forms == NULL) {
        qiao_fulltext_indexer_free(indexer);
        return qiao_fail_memory(err);
    }
    *out = indexer;
    return QIAO_OK;
}

void
qiao_fulltext_indexer_free(qiao_fulltext_indexer *indexer)
{
    if (indexer == NULL)
        return;
    qiao_stemmer_free(indexer->german);
    qiao_stemmer_free(indexer->french);
    qiao_arena_free(indexer->forms);
    qiao_free(indexer->terms);
    qiao_free(indexer->used);
    qiao_free(indexer->slots);
    qiao_free(indexer);
}

static uint64_t
hash_of(const qiao_fulltext_term *term)
{
    return qiao_hash64(term->form, term->length, (uint64_t)term->field);
}

/* Slot that holds the term, or the free one where it belongs. */
static uint32_t
find_slot(const qiao_fulltext_indexer *b, const qiao_fulltext_term *term)
{
    uint32_t mask = b->slot_count - 1, slot = (uint32_t)hash_of(term) & mask;

    for (; b->slots[slot] != 0; slot = (slot + 1) & mask) {
        const qiao_fulltext_term *other = &b->terms[b->slots[slot] - 1];

        if (other->field == term->field && other->length == term->length && memcmp(other->form, term->form, term->length) == 0)
            break;
    }
    return slot;
}

static bool
grow(qiao_fulltext_indexer *b)
{
    uint32_t slot_count = b->slot_count * 2, capacity = slot_count / 2;
    uint32_t *slots = qiao_calloc(slot_count, sizeof *slots), *used = qiao_realloc_array(b->used, capacity, sizeof *used);
    qiao_fulltext_term *terms;

    if (used != NULL)
        b->used = used;
    terms = qiao_realloc_array(b->terms, capacity, sizeof *terms);
    if (terms != NULL)
        b->terms = terms;
    if (slots == NULL || used == NULL || terms == NULL) {
        qiao_free(slots);
        return false;
    }
    qiao_free(b->slots);
    b->slots = slots;
    b->slot_count = slot_count;
    b->capacity = capacity;
    for (uint32_t i = 0; i < b->count; i++) {
        uint32_t slot = find_slot(b, &b->terms[i]);

        b->slots[slot] = i + 1;
        b->used[i] = slot;
    }
    return true;
}

static bool
add(qiao_fulltext_indexer *b, qiao_fulltext_term term)
{
    uint32_t slot = find_slot(b, &term);

    if (b->slots[slot] != 0) {
        b->terms[b->slots[slot] - 1].count += term.count;
        return true;
    }
    if (b->count == b->capacity) {
        if (!grow(b))
            return false;
        slot = find_slot(b, &term);
    }
    term.form = qiao_arena_strndup(b->forms, term.form, term.length);
    if (term.form == NULL)
        return false;
    b->terms[b->count] = term;
    b->used[b->count] = slot;
    b->slots[slot] = ++b->count;
    return true;
}

static uint32_t
count_of(qiao_fulltext_field field)
{
    return field == QIAO_FT_TITLE ? TITLE_COUNT : field == QIAO_FT_ORGANISATION ? ORGANISATION_COUNT : 1u;
}

qiao_fulltext_field
qiaoi_search_field(const char *name)
{
    if (strcmp(name, "title") == 0)
        return QIAO_FT_TITLE;
    return strcmp(name, "summary") == 0 ? QIAO_FT_SUMMARY : QIAO_FT_BODY;
}

size_t
qiaoi_marked_stem(qiao_stemmer *stemmer, const char *word, size_t length, char out[QIAOI_STEM_ROOM], bool *failed)
{
    size_t stem_length = 0;
    const char *stem;

    if (length < STEM_MIN || length > QIAOI_STEM_ROOM - 2)
        return 0;
    stem = qiao_stem(stemmer, word, length, &stem_length);
    if (stem == NULL)
        *failed = true;
    if (stem == NULL || stem_length < STEM_MIN || stem_length > QIAOI_STEM_ROOM - 2)
        return 0;
    out[0] = QIAOI_STEM_MARK;
    memcpy(out + 1, stem, stem_length);
    return stem_length + 1;
}

static qiao_status
add_stem(qiao_fulltext_indexer *b, qiao_fulltext_field field, const qiao_token *token, qiao_error *err)
{
    qiao_stemmer **stemmer = token->language[0] == 'd' ? &b->german : &b->french;
    char stem[QIAOI_STEM_ROOM];
    bool failed = false;
    size_t length;
    qiao_status st = *stemmer == NULL ? qiao_stemmer_new(token->language, stemmer, err) : QIAO_OK;

    if (st != QIAO_OK)
        return st;
    length = qiaoi_marked_stem(*stemmer, token->form, token->form_length, stem, &failed);
    if (failed || (length > 0 && !add(b, (qiao_fulltext_term){stem, (uint32_t)length, count_of(field), field})))
        return qiao_fail_memory(err);
    return QIAO_OK;
}

static bool
is_inflected(const qiao_token *token)
{
    return token->script == QIAO_SCRIPT_LATIN && (strcmp(token->language, "de") == 0 || strcmp(token->language, "fr") == 0);
}

/* The same by a lexicon that knows shares instead of senses. */
static bool
add_translations(qiao_fulltext_indexer *b, qiao_fulltext_field field, const qiao_token *token)
{
    qiao_translation found[MEANINGS_MAX];
    size_t n = qiao_lexicon_translations(b->lexicon, token->entry, token->form, token->form_length, found, MEANINGS_MAX);

    for (size_t i = 0; i < n && i < MEANINGS_MAX; i++)
        if (!add(b, (qiao_fulltext_term){found[i].text, (uint32_t)strlen(found[i].text), count_of(field), field}))
            return false;
    return true;
}

/* Its likeliest meanings, of each every word. The senses stand in the dictionary's order, the commonest first. */
static bool
add_meanings(qiao_fulltext_indexer *b, qiao_fulltext_field field, const qiao_token *token)
{
    const qiao_lexicon *lexicon = b->lexicon;
    const qiaoi_entry *entry = &lexicon->entries[token->entry - 1];

    if (lexicon->senses == NULL)
        return add_translations(b, field, token);
    for (uint32_t i = 0; i < entry->count && i < MEANINGS_MAX; i++) {
        const qiaoi_sense *sense = &lexicon->senses[entry->first + i];

        for (uint32_t k = 0; k < sense->stem_count; k++) {
            const char *stem = lexicon->strings + lexicon->sense_stems[sense->first_stem + k];

            if (!add(b, (qiao_fulltext_term){stem, (uint32_t)strlen(stem), count_of(field), field}))
                return false;
        }
    }
    return true;
}

static bool
needs_meaning(const qiao_fulltext_indexer *b, const qiao_token *token)
{
    return b->translate && token->entry != 0 &&
           (strcmp(token->language, "ja") == 0 || strcmp(token->language, "de") == 0 || strcmp(token->language, "fr") == 0);
}

static qiao_status
add_tokens(qiao_fulltext_indexer *b, qiao_fulltext_field field, const qiao_token *tokens, size_t count, qiao_error *err)
{
    for (size_t i = 0; i < count; i++) {
        const qiao_token *token = &tokens[i];

        if (token->stop_word || token->form_length == 0)
            continue;
        if (!add(b, (qiao_fulltext_term){token->form, token->form_length, count_of(field), field}))
            return qiao_fail_memory(err);
        if (needs_meaning(b, token) && !add_meanings(b, field, token))
            return qiao_fail_memory(err);
        if (is_inflected(token)) {
            qiao_status st = add_stem(b, field, token, err);

            if (st != QIAO_OK)
                return st;
        }
    }
    return QIAO_OK;
}

qiao_status
qiao_fulltext_indexer_text(qiao_fulltext_indexer *indexer, const qiao_text *text, const qiao_token *tokens, size_t count, qiao_error *err)
{
    return add_tokens(indexer, qiaoi_search_field(text->name), tokens, count, err);
}

/* ---- what is no text ---- */

static qiao_status
add_string(qiao_fulltext_indexer *b, qiao_fulltext_field field, const char *text, qiao_error *err)
{
    const qiao_token *tokens;
    size_t count;
    qiao_status st = qiao_analyze(b->analyzer, text, strlen(text), NULL, true, &tokens, &count, err);

    return st == QIAO_OK ? add_tokens(b, field, tokens, count, err) : st;
}

/* A confidential name is not indexed: finding the record by it would give it away. */
static qiao_status
add_strings(qiao_fulltext_indexer *b, const qiao_record *record, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    if (record->org_name != NULL && !record->org_confidential)
        st = add_string(b, QIAO_FT_ORGANISATION, record->org_name, err);
    for (size_t i = 0; i < record->keywords.count && st == QIAO_OK; i++)
        st = add_string(b, QIAO_FT_BODY, record->keywords.items[i], err);
    return st;
}

static double
known_day(int32_t day)
{
    return day == QIAO_UNKNOWN ? (double)NAN : (double)day;
}

/* A need that names one end of its range is open at the other. */
static void
set_trl(const qiao_record *record, double slots[QIAO_SLOT_COUNT])
{
    int32_t low = record->kind == QIAO_PROJECT ? record->trl : record->trl_min;
    int32_t high = record->kind == QIAO_PROJECT ? record->trl : record->trl_max;

    if (low == QIAO_UNKNOWN && high == QIAO_UNKNOWN)
        return;
    slots[QIAO_SLOT_TRL_MIN] = low == QIAO_UNKNOWN ? 1 : low;
    slots[QIAO_SLOT_TRL_MAX] = high == QIAO_UNKNOWN ? 9 : high;
}

static void
set_slots(const qiao_record *record, const qiao_vocabulary *vocabulary, double slots[QIAO_SLOT_COUNT])
{
    double rate = qiao_vocabulary_cny_rate(vocabulary, record->currency);
    int32_t updated = record->updated_day != QIAO_UNKNOWN ? record->updated_day : record->published_day;
    int32_t expires = record->expires_day != QIAO_UNKNOWN ? record->expires_day : record->respond_day;

    for (int slot = 0; slot < QIAO_SLOT_COUNT; slot++)
        slots[slot] = (double)NAN;
    set_trl(record, slots);
    slots[QIAO_SLOT_MONEY_MIN] = (isnan(record->money_min) ? record->money_max : record->money_min) * rate;
    slots[QIAO_SLOT_MONEY_MAX] = (isnan(record->money_max) ? record->money_min : record->money_max) * rate;
    slots[QIAO_SLOT_UPDATED] = known_day(updated);
    slots[QIAO_SLOT_EXPIRES] = known_day(expires);
}

static bool
has_english(const qiao_record *record)
{
    for (size_t i = 0; i < record->text_count; i++)
        if (strncmp(record->texts[i].language, "en", 2) == 0)
            return true;
    return false;
}

qiao_status
qiao_fulltext_indexer_begin(qiao_fulltext_indexer *indexer, const qiao_record *record, const char *const *tags, size_t tag_count, qiao_error *err)
{
    for (uint32_t i = 0; i < indexer->count; i++)
        indexer->slots[indexer->used[i]] = 0;
    indexer->count = 0;
    qiao_arena_reset(indexer->forms);
    indexer->document = (qiao_fulltext_document){.id = record->id, .filters = tags, .filter_count = tag_count};
    indexer->translate = indexer->lexicon != NULL && !has_english(record);
    set_slots(record, indexer->vocabulary, indexer->document.slots);
    return add_strings(indexer, record, err);
}

const qiao_fulltext_document *
qiao_fulltext_indexer_document(qiao_fulltext_indexer *indexer, uint32_t docid)
{
    indexer->document.docid = docid;
    indexer->document.terms = indexer->terms;
    indexer->document.term_count = indexer->count;
    return &indexer->document;
}

qiao_status
qiao_fulltext_indexer_end(qiao_fulltext_indexer *indexer, qiao_fulltext_writer *writer, uint32_t docid, qiao_error *err)
{
    return qiao_fulltext_add(writer, qiao_fulltext_indexer_document(indexer, docid), err);
}
