/* What words suggest where a record says nothing: see qiao/suggested.h. */
#include "qiao/suggested.h"

#include "facts/concepts.h"
#include "facts/wording.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define FIELDS_MAX 48u
#define NAMES_MAX 256u /* of a record; later ones do not count */
#define TITLE_WEIGHT 3.0
#define SINGLE_WEIGHT 0.5  /* of a name of one word: 噪声 and "drift" say little */
#define GENERAL_WEIGHT 0.5 /* of a name in a field whose names are said of everything */
#define LEAST_SCORE 6.0    /* one name of two words in the title, or names of six words below it */
#define LEAST_SHARE 0.5    /* of all names found, by weight */
#define LEAST_LEAD 2.0     /* over the field that comes second */

/* ---- field ---- */

/*
 * Each name that a record has counts once, by its words, thrice in the title. The four constants above were set on one
 * half of the fixtures and counted on the other, over 25 ways to halve them: 84 % of what is suggested is right there,
 * 73 % where every mention counts, names of one word in full.
 */
typedef struct tally {
    struct {
        const char *field;
        double score;
        const char *text;
        uint32_t start, end, words; /* of the longest name */
    } items[FIELDS_MAX];
    size_t count;
    struct {
        uint64_t name;
        double score; /* the highest of its places */
    } names[NAMES_MAX];
    size_t name_count;
    double total, weight; /* weight: of the text at hand */
    const char *text;
} tally;

/* Learning, simulation, processes, computing: their names describe what is in other fields. */
static bool
is_general(const char *field)
{
    static const char *const fields[] = {"ai.ml", "ai.decision", "ict.hpc", "mfg.process"};

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (strcmp(field, fields[i]) == 0)
            return true;
    return false;
}

/* What a place of a name adds to what its earlier places gave. */
static double
gain(tally *t, const qiaoi_concept_hit *hit)
{
    double score =
        t->weight * (hit->words > 1 ? hit->words : SINGLE_WEIGHT) * (is_general(hit->field) ? GENERAL_WEIGHT : 1.0);
    size_t i = 0;
    double before;

    while (i < t->name_count && t->names[i].name != hit->name)
        i++;
    if (i == NAMES_MAX)
        return 0;
    if (i == t->name_count) {
        t->names[i].name = hit->name;
        t->names[i].score = 0;
        t->name_count++;
    }
    before = t->names[i].score;
    if (score > before)
        t->names[i].score = score;
    return score > before ? score - before : 0;
}

static void
count_hit(const qiaoi_concept_hit *hit, void *context)
{
    tally *t = context;
    double score = gain(t, hit);
    size_t i = 0;

    while (i < t->count && strcmp(t->items[i].field, hit->field) != 0)
        i++;
    if (i == FIELDS_MAX || score <= 0)
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

/* Of two that score the same the one whose code comes first. leads: by how much over the second. */
static size_t
best_field(const tally *t, bool *leads)
{
    size_t best = 0;
    double second = 0;

    for (size_t i = 1; i < t->count; i++)
        if (t->items[i].score > t->items[best].score ||
            (t->items[i].score == t->items[best].score && strcmp(t->items[i].field, t->items[best].field) < 0))
            best = i;
    for (size_t i = 0; i < t->count; i++)
        if (i != best && t->items[i].score > second)
            second = t->items[i].score;
    *leads = t->count > 0 && t->items[best].score >= LEAST_LEAD * second;
    return best;
}

static bool
suggest_field(const qiao_record *record, const qiao_concepts *concepts, qiao_suggestion *out)
{
    tally t;
    size_t best;
    double share;
    bool leads;

    t.count = t.name_count = 0; /* the rest is set as it comes into use */
    t.total = 0;
    for (size_t i = 0; i < record->text_count; i++) {
        const qiao_text *text = &record->texts[i];

        t.weight = strcmp(text->name, "title") == 0 ? TITLE_WEIGHT : 1.0;
        t.text = text->text;
        qiaoi_concepts_find(concepts, text->text, text->length, count_hit, &t);
    }
    best = best_field(&t, &leads);
    if (!leads || t.items[best].score < LEAST_SCORE)
        return false;
    share = t.items[best].score / t.total;
    if (share < LEAST_SHARE)
        return false;
    *out = (qiao_suggestion){.field = "fields", .confidence = (int32_t)(share * 1000000)};
    snprintf(out->value, sizeof out->value, "%s", t.items[best].field);
    qiaoi_wording_copy(out->words, t.items[best].text, t.items[best].start, t.items[best].end);
    return true;
}

/* ---- readiness ---- */

static const qiaoi_wording phrases[] = {
#define QIAOI_READINESS(words, trl, percent) {words, #trl, (percent)*10000},
#include "facts/readiness.def"
#undef QIAOI_READINESS
};

_Static_assert(sizeof phrases / sizeof *phrases <= QIAOI_WORDINGS_MAX, "rows fit");

static bool
is_letter(char c)
{
    return isalnum((unsigned char)c) != 0;
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
    *out = (qiao_suggestion){.field = "trl"};
    for (size_t i = 0; i < record->text_count; i++) {
        const qiao_text *text = &record->texts[i];
        size_t start = 0, end = 0;
        int level = named_level(text->text, text->length, &start, &end);

        if (level != 0) {
            snprintf(out->value, sizeof out->value, "%d", level);
            qiaoi_wording_copy(out->words, text->text, start, end);
            out->confidence = 950000;
            return true;
        }
        qiaoi_wording_surest(phrases, sizeof phrases / sizeof *phrases, text->text, text->length, out);
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
        n += qiaoi_suggest_country(record, vocabulary, &out[n]);
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
