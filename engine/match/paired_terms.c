/* See paired_terms.h. */
#include "match/paired_terms.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PARTS_LEAST 0.6
#define CHARACTER_BYTES 3u /* of one Chinese character, which alone says too little */
#define MISSING_LEAST 0.5  /* of the weight of the weightiest word */

static int
compare_terms(const void *a, const void *b)
{
    const qiaoi_paired_term *x = a, *y = b;

    if (x->contribution != y->contribution)
        return x->contribution > y->contribution ? -1 : 1;
    return x->group < y->group ? -1 : x->group > y->group;
}

static qiao_status
choose_groups(const qiao_matcher *matcher, size_t most, qiaoi_paired_terms *out, qiao_error *err)
{
    const qiaoi_query *query = &matcher->query;
    qiaoi_paired_term *all = qiao_alloc((query->group_count + 1) * sizeof *all);
    size_t count = 0;

    if (all == NULL)
        return qiao_fail_memory(err);
    for (uint32_t g = 0; g < query->group_count; g++)
        if (matcher->contributions[g] > 0 && query->groups[g].kind != QIAOI_GROUP_PAIR)
            all[count++] = (qiaoi_paired_term){.group = g, .contribution = matcher->contributions[g]};
    qsort(all, count, sizeof *all, compare_terms);
    out->count = count < most ? count : most;
    memcpy(out->items, all, out->count * sizeof *all);
    qiao_free(all);
    return QIAO_OK;
}

/* ---- what realises a group ---- */

#define SOUGHT_MAX (QIAOI_TERMS_FULL * QIAOI_GROUP_TERMS_MAX)
#define SOUGHT_SLOTS 2048u /* power of two, three times that and more */

typedef struct sought_term {
    uint32_t slot, item; /* item: whose group has it */
    double share;        /* with which it stands in that group */
} sought_term;

/*
 * The terms of all groups at hand. A text has hundreds of tokens and few of them realise anything, so most must be told
 * off cheaply: first by the length and first byte of their form, then by the number of their term.
 */
typedef struct sought {
    const qiao_lexicon *lexicon;
    sought_term terms[SOUGHT_MAX];
    uint16_t table[SOUGHT_SLOTS]; /* index into terms + 1 by slot, of the same slot side by side in order; 0 = none */
    uint32_t lengths[256];        /* bit min(length, 31) of the forms that begin with a byte */
    uint32_t count;
} sought;

static inline uint32_t
place_of(uint32_t slot)
{
    return (slot * 0x9E3779B1u) >> 16 & (SOUGHT_SLOTS - 1);
}

static void
seek(sought *s, uint32_t slot, uint32_t item, double share)
{
    uint32_t at = place_of(slot);

    if (share <= 0 || slot >= s->lexicon->term_count)
        return; /* a pair of terms is no token */
    for (; s->table[at] != 0; at = (at + 1) & (SOUGHT_SLOTS - 1)) {
        const sought_term *other = &s->terms[s->table[at] - 1];

        if (other->slot == slot && other->item == item)
            return;
    }
    s->terms[s->count++] = (sought_term){slot, item, share};
    s->table[at] = (uint16_t)s->count;
}

static void
seek_all(sought *s, const qiao_matcher *matcher, const qiaoi_paired_terms *terms)
{
    const qiaoi_query *query = &matcher->query;

    s->lexicon = qiao_generation_lexicon(matcher->generation);
    s->count = 0;
    memset(s->table, 0, sizeof s->table);
    memset(s->lengths, 0, sizeof s->lengths);
    for (size_t item = 0; item < terms->count; item++) {
        const qiaoi_group *group = &query->groups[terms->items[item].group];

        for (uint32_t i = 0; i < group->count; i++)
            seek(s, query->terms[group->first + i].slot, (uint32_t)item, (double)query->terms[group->first + i].weight);
    }
    for (uint32_t i = 0; i < s->count; i++) {
        const char *form = qiaoi_lexicon_term_text(s->lexicon, s->terms[i].slot);
        size_t length = strlen(form);

        s->lengths[(unsigned char)form[0]] |= 1u << (length < 31 ? length : 31);
    }
}

/* What a token is worth to each item; those above 0 are set in the mask. */
typedef struct worth {
    double shares[QIAOI_TERMS_FULL];
    uint64_t items;
} worth;

static void
add_worth(const sought *s, uint32_t slot, double part, double whole, worth *out)
{
    for (uint32_t at = place_of(slot); s->table[at] != 0; at = (at + 1) & (SOUGHT_SLOTS - 1)) {
        const sought_term *term = &s->terms[s->table[at] - 1];
        uint64_t bit = (uint64_t)1 << term->item;
        double share = term->share * part / whole;

        if (term->slot != slot || share <= 0 || ((out->items & bit) != 0 && out->shares[term->item] >= share))
            continue;
        out->items |= bit;
        out->shares[term->item] = share;
    }
}

static void
realise(const sought *s, const qiao_token *token, worth *out)
{
    uint32_t length = token->form_length < 31 ? token->form_length : 31;

    out->items = 0;
    if ((s->lengths[(unsigned char)token->form[0]] >> length & 1u) != 0) {
        uint32_t term = qiaoi_lexicon_term(s->lexicon, token->form, token->form_length);

        if (term != QIAOI_NO_TERM)
            add_worth(s, term, 1.0, 1.0, out);
    }
    if (token->entry != 0 && token->script != QIAO_SCRIPT_NUMBER) {
        const qiaoi_entry *entry = &s->lexicon->entries[token->entry - 1];

        for (uint32_t i = 0; i < entry->count; i++) {
            const qiaoi_translation *translation = &s->lexicon->translations[entry->first + i];

            add_worth(s, translation->term, translation->share, 65535.0, out);
        }
    }
}

/* Tokens side by side that realise one word are one place: "fuel cell" for 燃料电池. */
typedef struct run {
    double share; /* of all its tokens */
    uint32_t start, end;
} run;

static bool
side_by_side(const qiao_text *text, uint32_t end, uint32_t start)
{
    return start == end || (start == end + 1 && (text->text[end] == ' ' || text->text[end] == '-'));
}

static void
look_for(const sought *s, const qiao_text *text, const qiao_token *token, qiaoi_paired_terms *terms, run *runs)
{
    worth found;

    realise(s, token, &found);
    for (; found.items != 0; found.items &= found.items - 1) {
        int i = __builtin_ctzll(found.items);
        qiaoi_paired_term *term = &terms->items[i];
        double share = found.shares[i];
        run *now = &runs[i];

        if (now->share > 0 && side_by_side(text, now->end, token->start))
            *now = (run){now->share + share, now->start, token->end};
        else
            *now = (run){share, token->start, token->end};
        if (now->share <= term->share)
            continue;
        term->share = now->share;
        term->found = true;
        term->text = text;
        term->language = strcmp(text->language, "und") == 0 ? token->language : text->language;
        term->start = now->start;
        term->end = now->end;
    }
}

static qiao_status
locate(qiao_matcher *matcher, const qiao_record *record, qiaoi_paired_terms *terms, qiao_error *err)
{
    sought s;

    seek_all(&s, matcher, terms);
    for (size_t t = 0; t < record->text_count; t++) {
        const qiao_text *text = &record->texts[t];
        run runs[QIAOI_TERMS_FULL] = {0};
        const qiao_token *tokens;
        size_t n;
        qiao_status st =
            qiao_analyze(matcher->analyzer, text->text, text->length, text->language, true, &tokens, &n, err);

        if (st != QIAO_OK)
            return st;
        for (size_t i = 0; i < n; i++)
            if (!tokens[i].stop_word)
                look_for(&s, text, &tokens[i], terms, runs);
    }
    return QIAO_OK;
}

/* ---- what is missing ---- */

static bool
is_heading(const qiao_matcher *matcher, const qiaoi_query_word *word)
{
    const char *name = matcher->texts[word->text].name;

    return strcmp(name, "title") == 0 || strcmp(name, "text") == 0;
}

/* A compound is there where most of its parts are, by weight. */
static bool
has_counterpart(const qiao_matcher *matcher, uint32_t word)
{
    const qiaoi_query *query = &matcher->query;
    double parts = 0, found = 0;

    for (uint32_t g = 0; g < query->group_count; g++) {
        const qiaoi_group *group = &query->groups[g];
        const qiaoi_query_word *of = &query->words[group->word];
        bool there = matcher->contributions[g] > 0;

        if (there && (group->word == word || (group->kind == QIAOI_GROUP_PAIR && group->word2 == word)))
            return true;
        if (group->kind != QIAOI_GROUP_PART || !of->part || of->whole != word)
            continue;
        parts += (double)group->weight;
        found += there ? (double)group->weight : 0;
    }
    return parts > 0 && found >= parts * PARTS_LEAST;
}

/* How much a need is about a word: its weight in the ranking, less for what many needs say (制备, 引进). */
static double
telling(const qiaoi_query *query, const qiaoi_group *group)
{
    return (double)group->weight * query->words[group->word].rarity;
}

static bool
is_word_of_heading(const qiao_matcher *matcher, const qiaoi_group *group)
{
    const qiaoi_query_word *word = &matcher->query.words[group->word];

    return group->kind == QIAOI_GROUP_WORD && is_heading(matcher, word) &&
           (word->latin || word->form_length > CHARACTER_BYTES);
}

static void
find_missing(const qiao_matcher *matcher, qiaoi_paired_terms *out)
{
    const qiaoi_query *query = &matcher->query;
    double most = 0, last = HUGE_VAL;
    uint32_t after = 0;

    for (uint32_t g = 0; g < query->group_count; g++)
        if (is_word_of_heading(matcher, &query->groups[g]) && telling(query, &query->groups[g]) > most)
            most = telling(query, &query->groups[g]);
    while (out->missing_count < QIAOI_MISSING_MAX) {
        uint32_t best = UINT32_MAX;

        for (uint32_t g = 0; g < query->group_count; g++) {
            double value = telling(query, &query->groups[g]);

            if (!is_word_of_heading(matcher, &query->groups[g]) || value < most * MISSING_LEAST || value > last ||
                (value >= last && g <= after) || has_counterpart(matcher, query->groups[g].word))
                continue;
            if (best == UINT32_MAX || value > telling(query, &query->groups[best]))
                best = g;
        }
        if (best == UINT32_MAX)
            return;
        last = telling(query, &query->groups[best]);
        after = best;
        out->missing[out->missing_count++] = query->groups[best].word;
    }
}

static void
find_untranslated(const qiao_matcher *matcher, qiaoi_paired_terms *out)
{
    for (uint32_t w = 0; w < matcher->query.word_count && out->untranslated_count < QIAOI_MISSING_MAX; w++) {
        const qiaoi_query_word *word = &matcher->query.words[w];

        if (!word->translated && !word->part && !word->latin && word->form_length > CHARACTER_BYTES &&
            is_heading(matcher, word))
            out->untranslated[out->untranslated_count++] = w;
    }
}

qiao_status
qiaoi_pair_terms(qiao_matcher *matcher, uint32_t docid, const qiao_record *record, size_t most, qiaoi_paired_terms *out,
                 qiao_error *err)
{
    qiao_status st;

    memset(out, 0, sizeof *out);
    st = qiaoi_contributor_add(&matcher->contributor, &matcher->query, matcher->generation, matcher->side, docid,
                               qiaoi_row_terms_met(&matcher->row_terms, docid), matcher->contributions, err);
    if (st == QIAO_OK)
        st = choose_groups(matcher, most, out, err);
    if (st == QIAO_OK)
        st = locate(matcher, record, out, err);
    find_missing(matcher, out);
    find_untranslated(matcher, out);
    return st;
}

/* ---- as JSON ---- */

void
qiaoi_write_place(qiao_buffer *out, const char *name, const char *language, uint32_t start, uint32_t end,
                  const char *text)
{
    bool plain = language == NULL || *language == '\0' || strcmp(language, "und") == 0;

    qiao_buffer_printf(out, "\"field\":\"%s%s%s\",\"start\":%u,\"end\":%u,\"text\":", name, plain ? "" : ".",
                       plain ? "" : language, start, end);
    qiao_buffer_json_string(out, text + start, end - start);
}

void
qiaoi_paired_terms_write(const qiao_matcher *matcher, const qiaoi_paired_terms *terms, qiao_buffer *out)
{
    bool need_asks = matcher->side == QIAO_PROJECT, first = true;

    qiao_buffer_char(out, '[');
    for (size_t i = 0; i < terms->count; i++) {
        const qiaoi_paired_term *term = &terms->items[i];
        const qiaoi_query_word *word = &matcher->query.words[matcher->query.groups[term->group].word];
        const qiaoi_query_text *asked = &matcher->texts[word->text];

        if (!term->found)
            continue;
        qiao_buffer_printf(out, "%s{\"%s\":{", first ? "" : ",", need_asks ? "need" : "project");
        first = false;
        qiaoi_write_place(out, asked->name, asked->language, word->start, word->end, asked->text);
        qiao_buffer_printf(out, "},\"%s\":{", need_asks ? "project" : "need");
        qiaoi_write_place(out, term->text->name, term->language, term->start, term->end, term->text->text);
        qiao_buffer_printf(out, "},\"weight\":%.3f}", term->contribution / (double)QIAOI_SCORE_UNIT);
    }
    qiao_buffer_char(out, ']');
}
