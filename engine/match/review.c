/* See qiao/review.h. What the record tells comes first, then what a search for it tells. */
#include "match/review.h"

#include "match/assess.h"
#include "match/paired_terms.h"
#include "match/phrases.h"
#include "qiao/privacy.h"
#include "qiao/review.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define CANDIDATES 50u
#define SHORT_WORDS 15u
#define FORM_SHARE 0.25 /* of the words of a need: fewer that say something make it form */
#define TELLING 0.5     /* rarity from which on a word says something */
#define PLACES_MAX 32u
#define TERM_RECORDS 3u
#define TERMS_MAX 12u

typedef enum review_code {
#define REVIEW_ENUM(name, code, level, field) REVIEW_##name,
    QIAOI_REVIEWS(REVIEW_ENUM)
#undef REVIEW_ENUM
        REVIEW_COUNT
} review_code;

static const struct {
    const char *code, *level, *field;
    qiaoi_phrase phrase;
} table[] = {
#define REVIEW_ROW(name, code, level, field) {code, level, field, QIAOI_PHRASE_REVIEW_##name},
    QIAOI_REVIEWS(REVIEW_ROW)
#undef REVIEW_ROW
};

typedef struct review {
    qiao_matcher *matcher; /* NULL: only what the record tells */
    const qiao_match_request *request;
    const qiaoi_facts *facts;
    qiao_buffer *out;
    qiao_buffer scratch;
    bool first;
    uint32_t candidates;
    uint32_t known[REVIEW_COUNT]; /* candidates of which the fact is known */
} review;

/* ---- writing ---- */

static void
write_phrase(review *r, const char *member, review_code code, qiao_language language, const char *const *arguments,
             size_t count)
{
    qiao_buffer_clear(&r->scratch);
    qiaoi_phrase_write(&r->scratch, table[code].phrase, language, arguments, count);
    qiao_buffer_printf(r->out, ",\"%s\":", member);
    qiao_buffer_json_string(r->out, r->scratch.data != NULL ? r->scratch.data : "", r->scratch.length);
}

static void
begin_finding(review *r, review_code code, const char *field)
{
    qiao_buffer_printf(r->out, "%s{\"code\":\"%s\",\"level\":\"%s\",\"field\":", r->first ? "" : ",", table[code].code,
                       table[code].level);
    qiao_buffer_json_string(r->out, field, strlen(field));
    r->first = false;
}

static void
find_with(review *r, review_code code, const char *const *arguments, size_t count)
{
    const char *field = table[code].field;
    bool need = r->facts->kind == QIAO_NEED;

    if (code == REVIEW_NO_TRL && need)
        field = "trl_min";
    if (code == REVIEW_NO_MONEY && !need)
        field = "price_min";
    if (code == REVIEW_NO_TIME && !need)
        field = "time_to_deploy_months";
    begin_finding(r, code, field);
    write_phrase(r, "zh", code, QIAO_LANGUAGE_ZH, arguments, count);
    write_phrase(r, "en", code, QIAO_LANGUAGE_EN, arguments, count);
    if (r->known[code] > 0)
        qiao_buffer_printf(r->out, ",\"sharpens\":%u", r->known[code]);
    qiao_buffer_char(r->out, '}');
}

static void
find(review *r, review_code code)
{
    find_with(r, code, NULL, 0);
}

/* ---- what is missing ---- */

static bool
has_text(const qiao_record *record, const char *name)
{
    return record != NULL && qiao_record_text(record, name, NULL) != NULL;
}

/* Words that tell of a use in the running text do as well as the field. */
static bool
tells_use(const review *r)
{
    static const char *const words[] = {"应用场景", "使用场景", "应用于",   "用于",
                                        "工况",     "used in",  "used for", "application"};
    const qiao_record *record = r->request->record;

    if (has_text(record, "use_scenario") || has_text(record, "elem_application"))
        return true;
    for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
        for (size_t i = 0; record != NULL && i < record->text_count; i++)
            if (strstr(record->texts[i].text, words[w]) != NULL)
                return true;
        if (record == NULL && r->request->text_length > 0 && strstr(r->request->text, words[w]) != NULL)
            return true;
    }
    return false;
}

static void
find_missing(review *r)
{
    const qiaoi_facts *f = r->facts;
    const qiao_record *record = r->request->record;
    bool need = f->kind == QIAO_NEED,
         amount = record != NULL && (!isnan(record->money_min) || !isnan(record->money_max));

    if (f->reading_count == 0)
        find(r, REVIEW_NO_INDICATOR);
    if (need && !tells_use(r))
        find(r, REVIEW_NO_SCENARIO);
    if (f->fields.count == 0)
        find(r, REVIEW_NO_FIELD);
    if (need ? f->trl_min == QIAO_UNKNOWN && f->trl_max == QIAO_UNKNOWN : f->trl == QIAO_UNKNOWN)
        find(r, REVIEW_NO_TRL);
    if (f->modes.count == 0)
        find(r, REVIEW_NO_MODE);
    if (!amount)
        find(r, REVIEW_NO_MONEY);
    else if (record->currency == NULL)
        find(r, REVIEW_NO_CURRENCY);
    if (f->needed_day == QIAO_UNKNOWN && f->duration_months == QIAO_UNKNOWN && f->available_day == QIAO_UNKNOWN)
        find(r, REVIEW_NO_TIME);
    if (need && f->park == 0)
        find(r, REVIEW_NO_PARK);
    if (!need && f->country == 0)
        find(r, REVIEW_NO_COUNTRY);
    if (!need && f->has_rights == QIAOI_UNKNOWN_IF)
        find(r, REVIEW_NO_RIGHTS);
    if (!need && !has_text(record, "summary") && !has_text(record, "description"))
        find(r, REVIEW_NO_SUMMARY);
}

/* ---- what should not be public ---- */

static qiaoi_phrase
name_of_kind(qiao_private_kind kind)
{
    static const qiaoi_phrase phrases[] = {
#define PHRASE(name, code) QIAOI_PHRASE_PRIVATE_##name,
        QIAO_PRIVATE_KINDS(PHRASE)
#undef PHRASE
    };

    return phrases[kind];
}

static void
find_private_place(review *r, const char *field, const char *text, const qiao_private_place *place)
{
    char quoted[200];
    size_t length = place->end - place->start;

    snprintf(quoted, sizeof quoted, "%.*s", (int)(length < sizeof quoted - 1 ? length : sizeof quoted - 1),
             text + place->start);
    begin_finding(r, REVIEW_PRIVATE_DATA, field);
    qiao_buffer_printf(r->out, ",\"kind\":\"%s\",\"start\":%u,\"end\":%u,\"text\":", qiao_private_code(place->kind),
                       place->start, place->end);
    qiao_buffer_json_string(r->out, text + place->start, length);
    for (int language = 0; language < 2; language++) {
        const char *const arguments[] = {
            qiaoi_phrase_form(name_of_kind(place->kind), language == 0 ? QIAO_LANGUAGE_ZH : QIAO_LANGUAGE_EN), quoted};

        write_phrase(r, language == 0 ? "zh" : "en", REVIEW_PRIVATE_DATA,
                     language == 0 ? QIAO_LANGUAGE_ZH : QIAO_LANGUAGE_EN, arguments, 2);
    }
    qiao_buffer_char(r->out, '}');
}

static void
find_private(review *r)
{
    const qiao_record *record = r->request->record;
    qiao_private_place places[PLACES_MAX];
    char field[80];

    for (size_t i = 0; i < (record != NULL ? record->text_count : 1); i++) {
        const char *text = record != NULL ? record->texts[i].text : r->request->text;
        size_t length = record != NULL ? record->texts[i].length : r->request->text_length,
               n = qiao_private_places(text, length, places, PLACES_MAX);

        if (record == NULL)
            snprintf(field, sizeof field, "text");
        else if (strcmp(record->texts[i].language, "und") == 0)
            snprintf(field, sizeof field, "%s", record->texts[i].name);
        else
            snprintf(field, sizeof field, "%s.%s", record->texts[i].name, record->texts[i].language);
        for (size_t k = 0; k < n; k++)
            find_private_place(r, field, text, &places[k]);
    }
}

/* ---- what a search tells ---- */

static void
count_known(review *r, const qiaoi_facts *f)
{
    r->known[REVIEW_NO_INDICATOR] += f->reading_count > 0;
    r->known[REVIEW_NO_FIELD] += f->fields.count > 0;
    r->known[REVIEW_NO_TRL] += f->trl != QIAO_UNKNOWN || f->trl_min != QIAO_UNKNOWN || f->trl_max != QIAO_UNKNOWN;
    r->known[REVIEW_NO_MODE] += f->modes.count > 0;
    r->known[REVIEW_NO_MONEY] += !isnan(f->money_min) || !isnan(f->money_max);
    r->known[REVIEW_NO_TIME] +=
        f->duration_months != QIAO_UNKNOWN || f->available_day != QIAO_UNKNOWN || f->needed_day != QIAO_UNKNOWN;
    r->known[REVIEW_NO_PARK] += f->country != 0;
    r->known[REVIEW_NO_COUNTRY] += f->park != 0;
    r->candidates++;
}

static qiao_status
look_at_candidates(review *r, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    for (size_t i = 0; st == QIAO_OK && i < r->matcher->candidate_count && i < CANDIDATES; i++) {
        if (r->matcher->candidates[i].band == QIAO_BAND_NONE)
            continue;
        st = qiaoi_assess(r->matcher, &r->matcher->candidates[i], err);
        if (st == QIAO_OK && r->matcher->candidate_facts != NULL)
            count_known(r, r->matcher->candidate_facts);
    }
    return st;
}

static void
count_words(const qiaoi_query *query, uint32_t *all, uint32_t *telling)
{
    *all = *telling = 0;
    for (uint32_t w = 0; w < query->word_count; w++) {
        const qiaoi_query_word *word = &query->words[w];

        if (word->part)
            continue;
        *all += word->count;
        *telling += word->rarity >= TELLING && word->background >= 1.0f ? word->count : 0;
    }
}

static void
find_vague(review *r)
{
    const qiaoi_query *query = &r->matcher->query;
    char numbers[2][12];
    const char *arguments[2] = {numbers[0], numbers[1]};
    uint32_t all, telling;

    count_words(query, &all, &telling);
    snprintf(numbers[0], sizeof numbers[0], "%u", all);
    snprintf(numbers[1], sizeof numbers[1], "%u", telling);
    if (all < SHORT_WORDS)
        find_with(r, REVIEW_SHORT_TEXT, arguments, 1);
    else if (telling < all * FORM_SHARE)
        find_with(r, REVIEW_FORM_ONLY, arguments, 2);
    for (uint32_t w = 0; w < query->word_count; w++) {
        const qiaoi_query_word *word = &query->words[w];
        const char *form = word->form;

        if (!word->part && !word->latin && !word->translated && word->form_length > 3 &&
            strcmp(r->matcher->texts[word->text].name, "title") == 0)
            find_with(r, REVIEW_OBJECT_UNKNOWN, &form, 1);
    }
}

/* Words of what is reviewed as its best candidates write them: real words, not stems. */
static qiao_status
write_terms(review *r, qiao_error *err)
{
    qiao_matcher *m = r->matcher;
    uint32_t shown[TERMS_MAX];
    size_t count = 0;
    qiao_status st = QIAO_OK;

    qiao_buffer_text(r->out, ",\"terms\":[");
    for (size_t i = 0; st == QIAO_OK && i < m->candidate_count && i < TERM_RECORDS; i++) {
        qiaoi_candidate *candidate = &m->candidates[i];
        qiaoi_paired_terms terms;

        if (candidate->band == QIAO_BAND_NONE)
            break;
        st = qiaoi_matcher_record(m, candidate, err);
        if (st == QIAO_OK)
            st = qiaoi_pair_terms(m, candidate->docid, candidate->record, QIAOI_TERMS_BRIEF, &terms, err);
        for (size_t k = 0; st == QIAO_OK && k < terms.count && count < TERMS_MAX; k++) {
            const qiaoi_paired_term *term = &terms.items[k];
            uint32_t word = m->query.groups[term->group].word;
            size_t known = 0;

            while (known < count && shown[known] != word)
                known++;
            if (!term->found || known < count || m->query.words[word].latin)
                continue;
            qiao_buffer_text(r->out, count > 0 ? ",{\"text\":" : "{\"text\":");
            qiao_buffer_json_string(r->out, m->query.words[word].form, m->query.words[word].form_length);
            qiao_buffer_text(r->out, ",\"translation\":");
            qiao_buffer_json_string(r->out, term->text->text + term->start, term->end - term->start);
            qiao_buffer_char(r->out, '}');
            shown[count++] = word;
        }
    }
    qiao_buffer_char(r->out, ']');
    return st;
}

/* ---- the whole ---- */

static qiao_status
search(review *r, qiao_error *err)
{
    qiao_match_request request = *r->request;
    const qiao_match_result *result;
    qiao_status st;

    request.limit = CANDIDATES;
    request.offset = 0;
    request.search = true;
    st = qiao_matcher_match(r->matcher, &request, &result, err);
    if (st == QIAO_OK)
        st = look_at_candidates(r, err);
    r->facts = r->matcher->subject_facts;
    return st;
}

static qiao_status
write_review(review *r, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    qiao_buffer_printf(r->out, "{\"kind\":\"%s\",\"completeness\":", r->facts->kind == QIAO_NEED ? "need" : "project");
    if (r->facts->completeness == QIAO_UNKNOWN)
        qiao_buffer_text(r->out, "null");
    else
        qiao_buffer_printf(r->out, "%.3f", r->facts->completeness / (double)QIAO_MICRO);
    qiao_buffer_text(r->out, ",\"findings\":[");
    r->first = true;
    find_private(r);
    if (r->matcher != NULL)
        find_vague(r);
    find_missing(r);
    qiao_buffer_char(r->out, ']');
    if (r->matcher != NULL) {
        qiao_buffer_printf(r->out, ",\"candidates\":%u", r->candidates);
        st = write_terms(r, err);
        if (st == QIAO_OK)
            qiaoi_matcher_write_untranslated(r->matcher, r->out);
    }
    qiao_buffer_char(r->out, '}');
    return st == QIAO_OK ? qiao_buffer_check(r->out, err) : st;
}

qiao_status
qiao_review_json(const qiao_tables *tables, qiao_matcher *matcher, const qiao_match_request *request, qiao_buffer *out,
                 qiao_error *err)
{
    review r = {.matcher = matcher, .request = request, .out = out};
    qiaoi_facts_maker maker = {0};
    qiao_status st;

    if ((request->record == NULL) == (request->text == NULL))
        return qiao_fail(err, QIAO_E_USAGE, "give one of: an id, a record, a text");
    if (matcher != NULL) {
        st = search(&r, err);
    } else {
        st = qiaoi_facts_maker_init(&maker, tables->vocabulary, tables->units, NULL, err);
        if (st == QIAO_OK)
            st = request->record != NULL
                     ? qiaoi_facts_make(&maker, request->record, &r.facts, err)
                     : qiaoi_facts_of_text(&maker, request->text, request->text_length, &r.facts, err);
    }
    if (st == QIAO_OK)
        st = write_review(&r, err);
    qiaoi_facts_maker_done(&maker);
    qiao_buffer_done(&r.scratch);
    return st;
}
