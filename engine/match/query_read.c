/* From texts to the words of a query: each is counted, with its first place, its passage, and its neighbours in the
 * sequence. */
#include "match/query_internal.h"

#include "match/boilerplate.h"
#include "match/passages.h"
#include "qiao/file.h"

#include <string.h>

/* Index of the word, added if new; UINT32_MAX when full or out of memory. A word and a part of the same form are
 * different words. */
static uint32_t
find_word(qiaoi_query *query, const qiao_token *token, bool part)
{
    uint64_t i = qiao_hash64(token->form, token->form_length, part ? 1 : 0) & (QIAOI_QUERY_WORD_SLOTS - 1);
    qiaoi_query_word *word;
    const char *form;

    for (; qiaoi_query_taken(query, query->word_slots[i]); i = (i + 1) & (QIAOI_QUERY_WORD_SLOTS - 1)) {
        word = &query->words[qiaoi_query_index_in(query->word_slots[i])];
        if (word->part == part && word->form_length == token->form_length &&
            memcmp(word->form, token->form, token->form_length) == 0)
            return qiaoi_query_index_in(query->word_slots[i]);
    }
    if (query->word_count == QIAOI_QUERY_WORDS_MAX)
        return UINT32_MAX;
    form = qiao_arena_strndup(query->arena, token->form, token->form_length);
    if (form == NULL)
        return UINT32_MAX;
    query->word_slots[i] = qiaoi_query_filled(query, query->word_count);
    word = &query->words[query->word_count];
    *word = (qiaoi_query_word){.form = form, .form_length = token->form_length, .entry = token->entry, .part = part};
    word->latin = token->script == QIAO_SCRIPT_LATIN && token->language[0] == 'e';
    return query->word_count++;
}

static qiao_status
append_sequence(qiaoi_query *query, uint32_t word, qiao_error *err)
{
    if (query->sequence_count == query->sequence_capacity) {
        uint32_t capacity = query->sequence_capacity == 0 ? 4096 : query->sequence_capacity * 2;
        uint32_t *grown = qiao_realloc_array(query->sequence, capacity, sizeof *grown);

        if (grown == NULL)
            return qiao_fail_memory(err);
        query->sequence = grown;
        query->sequence_capacity = capacity;
    }
    query->sequence[query->sequence_count++] = word;
    return QIAO_OK;
}

static uint32_t
count_word(qiaoi_query *query, const qiao_token *token, uint16_t text, bool part, float background)
{
    uint32_t index = find_word(query, token, part);
    qiaoi_query_word *word;

    if (index == UINT32_MAX)
        return index;
    word = &query->words[index];
    if (word->count++ == 0) {
        word->text = text;
        word->start = token->start;
        word->end = token->end;
    }
    if (background > word->background)
        word->background = background;
    return index;
}

qiao_status
qiaoi_query_read_text(qiaoi_query *query, const qiaoi_query_model *model, qiao_analyzer *analyzer,
                      const qiaoi_query_text *text, uint16_t index, qiao_error *err)
{
    const qiao_token *tokens;
    size_t count;
    uint32_t next = 0, whole = 0;
    qiaoi_passages passages = qiaoi_passages_of(text->text, text->length);
    qiao_status st = qiao_analyze(analyzer, text->text, text->length, text->language, true, &tokens, &count, err);

    for (size_t i = 0; st == QIAO_OK && i < count; i++) {
        const qiao_token *token = &tokens[i];
        uint32_t word;

        if (token->stop_word || qiaoi_function_word(token->form, token->form_length))
            continue; /* neighbours are counted without them, as in the index */
        if (token->sub_word && token->script == QIAO_SCRIPT_HAN && token->form_length <= 4)
            continue; /* a single character of a known compound says next to nothing */
        word = count_word(query, token, index, token->sub_word,
                          qiaoi_passage_is_background(&passages, token->start) ? (float)model->background : 1.0f);
        if (word == UINT32_MAX)
            continue;
        if (token->sub_word) {
            if (query->words[word].count == 1)
                query->words[word].whole = whole;
            continue;
        }
        whole = word;
        if (token->position > next + 1 && !query->words[word].latin)
            st = append_sequence(query, UINT32_MAX, err);
        if (st == QIAO_OK)
            st = append_sequence(query, word, err);
        next = token->position + 1;
    }
    return st == QIAO_OK ? append_sequence(query, UINT32_MAX, err) : st;
}
