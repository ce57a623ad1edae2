/* What words suggest where a record says nothing: see qiao/suggested.h. */
#include "qiao/suggested.h"

#include "facts/concepts.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define FIELDS_MAX 48u
#define TITLE_WEIGHT 3.0
#define LEAST_SCORE 4.0  /* one name of three words, or one in the title */
#define LEAST_SHARE 0.45 /* of all names found, by weight */

/* ---- field ---- */

typedef struct tally {
    struct {
        const char *field;
        double score;
        const char *text;
        uint32_t start, end, words; /* of the longest name */
    } items[FIELDS_MAX];
    size_t count;
    double total, weight; /* weight: of the text at hand */
    const char *text;
} tally;

static void
count_hit(const qiaoi_concept_hit *hit, void *context)
{
    tally *t = context;
    double score = t->weight * hit->words;
    size_t i = 0;

    while (i < t->count && strcmp(t->items[i].field, hit->field) != 0)
        i++;
    if (i == FIELDS_MAX)
        return;
    if (i == t->count) {
        t->items[i].field = hit->field;
        t->items[i].score = 0;
        t->items[i].words = 0;
        t->count++;
    }
    t->items[i].score += score;
    t->total += score;
    if (hit->words > t->items[i].words) {
        t->items[i].words = hit->words;
        t->items[i].text = t->text;
        t->items[i].start = hit->start;
        t->items[i].end = hit->end;
    }
}

static void
copy_words(char out[96], const char *text, size_t start, size_t end)
{
    size_t n = end - start;

    if (n > 95)
        n = 95;
    while (n > 0 && ((unsigned char)text[start + n] & 0xC0) == 0x80)
        n--;
    memcpy(out, text + start, n);
    out[n] = '\0';
}

static bool
suggest_field(const qiao_record *record, const qiao_concepts *concepts, qiao_suggestion *out)
{
    tally t = {.count = 0};
    size_t best = 0;
    double share;

    for (size_t i = 0; i < record->text_count; i++) {
        const qiao_text *text = &record->texts[i];

        t.weight = strcmp(text->name, "title") == 0 ? TITLE_WEIGHT : 1.0;
        t.text = text->text;
        qiaoi_concepts_find(concepts, text->text, text->length, count_hit, &t);
    }
    for (size_t i = 1; i < t.count; i++)
        if (t.items[i].score > t.items[best].score ||
            (t.items[i].score == t.items[best].score && strcmp(t.items[i].field, t.items[best].field) < 0))
            best = i;
    if (t.count == 0 || t.items[best].score < LEAST_SCORE)
        return false;
    share = t.items[best].score / t.total;
    if (share < LEAST_SHARE)
        return false;
    *out = (qiao_suggestion){.field = "fields", .confidence = (int32_t)(share * 1000000)};
    snprintf(out->value, sizeof out->value, "%s", t.items[best].field);
    copy_words(out->words, t.items[best].text, t.items[best].start, t.items[best].end);
    return true;
}

/* ---- readiness ---- */

static const struct phrase {
    const char *words; /* lower case; its ASCII words must stand alone */
    int trl;
    int32_t confidence; /* micro-units */
} phrases[] = {
#define QIAOI_READINESS(words, trl, percent) {words, trl, (percent)*10000},
#include "facts/readiness.def"
#undef QIAOI_READINESS
};

static bool
is_letter(char c)
{
    return isalnum((unsigned char)c) != 0;
}

static char
lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* Do words (of n bytes) stand at a place of a text, not as part of a longer word? ASCII without regard to case. */
static bool
stand_at(const char *text, size_t length, size_t at, const char *words, size_t n)
{
    size_t i = 0;

    if (n > length - at)
        return false;
    while (i < n && lower(text[at + i]) == words[i])
        i++;
    return i == n && !(at > 0 && is_letter(text[at - 1]) && is_letter(words[0])) &&
           !(at + n < length && is_letter(text[at + n]) && is_letter(words[n - 1]));
}

/* The first place where they stand. length: not found. */
static size_t
find_words(const char *text, size_t length, const char *words)
{
    size_t n = strlen(words);

    for (size_t at = 0; at + n <= length; at++)
        if (stand_at(text, length, at, words, n))
            return at;
    return length;
}

#define PHRASES (sizeof phrases / sizeof *phrases)
#define BEGINNINGS 1024u /* power of two */

/* By a mix of their first two bytes, the phrases that begin with them: the first + 1, and the next of each. */
typedef struct phrase_index {
    uint8_t first[BEGINNINGS], next[PHRASES], lengths[PHRASES];
} phrase_index;

_Static_assert(PHRASES < UINT8_MAX, "a phrase and one more in a byte");

static size_t
beginning(char first, char second)
{
    return ((size_t)(unsigned char)first * 37u + (unsigned char)second) & (BEGINNINGS - 1);
}

static void
index_phrases(phrase_index *index)
{
    memset(index->first, 0, sizeof index->first);
    for (size_t p = 0; p < PHRASES; p++) {
        uint8_t *head = &index->first[beginning(phrases[p].words[0], phrases[p].words[1])];

        index->lengths[p] = (uint8_t)strlen(phrases[p].words);
        index->next[p] = *head;
        *head = (uint8_t)(p + 1);
    }
}

/* The first place of every phrase, in one pass over the text; SIZE_MAX: not found. */
static void
find_phrases(const phrase_index *index, const char *text, size_t length, size_t places[PHRASES])
{
    char c = length == 0 ? '\0' : lower(text[0]);

    for (size_t p = 0; p < PHRASES; p++)
        places[p] = SIZE_MAX;
    for (size_t at = 0; at + 1 < length; at++) {
        char next = lower(text[at + 1]);

        for (size_t p = index->first[beginning(c, next)]; p != 0; p = index->next[p - 1])
            if (places[p - 1] == SIZE_MAX && stand_at(text, length, at, phrases[p - 1].words, index->lengths[p - 1]))
                places[p - 1] = at;
        c = next;
    }
}

/* "TRL 6", "TRL6", "TRL-6", "TRL level 6" */
static int
named_level(const char *text, size_t length, size_t *start, size_t *end)
{
    const char *found = text;

    while ((found = memchr(found, 'T', length - (size_t)(found - text))) != NULL) {
        size_t at = (size_t)(found++ - text), i = at + 3;

        if (at + 4 > length)
            break;
        if (memcmp(text + at, "TRL", 3) != 0 || (at > 0 && is_letter(text[at - 1])))
            continue;
        while (i < length && (text[i] == ' ' || text[i] == '-' || text[i] == ':'))
            i++;
        if (i < length && text[i] >= '1' && text[i] <= '9' && !(i + 1 < length && is_letter(text[i + 1])) &&
            !(i + 2 < length && text[i + 1] == '-' && is_letter(text[i + 2]))) {
            *start = at;
            *end = i + 1;
            return text[i] - '0';
        }
    }
    return 0;
}

static bool
suggest_readiness(const qiao_record *record, qiao_suggestion *out)
{
    phrase_index index;

    index_phrases(&index);
    *out = (qiao_suggestion){.field = "trl"};
    for (size_t i = 0; i < record->text_count; i++) {
        const qiao_text *text = &record->texts[i];
        size_t start = 0, end = 0, places[PHRASES];
        int level = named_level(text->text, text->length, &start, &end);

        if (level != 0) {
            snprintf(out->value, sizeof out->value, "%d", level);
            copy_words(out->words, text->text, start, end);
            out->confidence = 950000;
            return true;
        }
        find_phrases(&index, text->text, text->length, places);
        for (size_t p = 0; p < PHRASES; p++) {
            if (places[p] == SIZE_MAX || phrases[p].confidence <= out->confidence)
                continue;
            out->confidence = phrases[p].confidence;
            snprintf(out->value, sizeof out->value, "%d", phrases[p].trl);
            copy_words(out->words, text->text, places[p], places[p] + index.lengths[p]);
        }
    }
    return out->confidence > 0;
}

/* ---- country ---- */

static const struct legal_form {
    const char *words; /* in any case, standing alone */
    const char *country;
    int32_t confidence;
} legal_forms[] = {
#define QIAOI_LEGAL_FORM(words, country, percent) {words, country, (percent)*10000},
#include "facts/legal_forms.def"
#undef QIAOI_LEGAL_FORM
};

static void
set_country(qiao_suggestion *out, const char *code, int32_t confidence, const char *text, size_t start, size_t end)
{
    if (confidence <= out->confidence)
        return;
    out->confidence = confidence;
    snprintf(out->value, sizeof out->value, "%.2s", code);
    copy_words(out->words, text, start, end);
}

static void
country_by_name(const char *name, const qiao_vocabulary *vocabulary, qiao_suggestion *out)
{
    size_t count = 0, length = strlen(name);
    const qiao_code *const *codes = qiao_vocabulary_list(vocabulary, "country", &count);

    for (size_t i = 0; i < count; i++) {
        char lowered[80];
        size_t n = 0, at;

        for (; codes[i]->en[n] != '\0' && n < sizeof lowered - 1; n++)
            lowered[n] = (char)tolower((unsigned char)codes[i]->en[n]);
        lowered[n] = '\0';
        at = find_words(name, length, lowered);
        if (n >= 4 && at < length)
            set_country(out, codes[i]->code, 850000, name, at, at + n);
        n = strlen(codes[i]->zh);
        at = find_words(name, length, codes[i]->zh);
        if (n >= 6 && at < length)
            set_country(out, codes[i]->code, 850000, name, at, at + n);
    }
}

static bool
suggest_country(const qiao_record *record, const qiao_vocabulary *vocabulary, qiao_suggestion *out)
{
    const char *name = record->org_name, *region = record->region;

    *out = (qiao_suggestion){.field = "country"};
    if (region != NULL && strlen(region) > 3 && region[2] == '-' && isupper((unsigned char)region[0]) &&
        isupper((unsigned char)region[1]))
        set_country(out, region, 990000, region, 0, strlen(region));
    if (name != NULL && vocabulary != NULL)
        country_by_name(name, vocabulary, out);
    for (size_t i = 0; name != NULL && i < sizeof legal_forms / sizeof *legal_forms; i++) {
        size_t at = find_words(name, strlen(name), legal_forms[i].words);

        if (at < strlen(name))
            set_country(out, legal_forms[i].country, legal_forms[i].confidence, name, at,
                        at + strlen(legal_forms[i].words));
    }
    return out->confidence > 0;
}

/* ---- all of them ---- */

size_t
qiao_suggest(const qiao_record *record, const qiao_concepts *concepts, const qiao_vocabulary *vocabulary,
             qiao_suggestion out[QIAO_SUGGESTIONS_MAX])
{
    bool project = record->kind == QIAO_PROJECT;
    size_t n = 0;

    if (concepts != NULL && record->fields.count == 0)
        n += suggest_field(record, concepts, &out[n]);
    if (project && record->trl == QIAO_UNKNOWN)
        n += suggest_readiness(record, &out[n]);
    if (project && record->country == NULL && !record->org_confidential)
        n += suggest_country(record, vocabulary, &out[n]);
    return n;
}

void
qiao_suggestions_json(const qiao_suggestion *suggestions, size_t count, qiao_buffer *out)
{
    qiao_buffer_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        const qiao_suggestion *s = &suggestions[i];

        qiao_buffer_printf(out, "%s{\"field\":\"%s\",\"value\":", i > 0 ? "," : "", s->field);
        if (strcmp(s->field, "trl") == 0)
            qiao_buffer_text(out, s->value);
        else
            qiao_buffer_json_string(out, s->value, strlen(s->value));
        qiao_buffer_printf(out, ",\"confidence\":%d,\"words\":", (int)s->confidence);
        qiao_buffer_json_string(out, s->words, strlen(s->words));
        qiao_buffer_char(out, '}');
    }
    qiao_buffer_char(out, ']');
}
