/* The note: what it is and from where, the words that meet, figures, stage and cooperation, doubts. */
#include "match/explain_internal.h"

#include <math.h>
#include <string.h>

#define WORDS_SHOWN 5u
#define WORDS_LEAST 0.15 /* of the most telling word in common */
#define WORD_BYTES_MAX 60u
#define FOR (QIAO_MICRO / 3 * 2)

static bool
speaks_for(const qiaoi_explained *e, qiaoi_signal signal)
{
    return e->candidate->values[signal] != QIAOI_SIGNAL_UNKNOWN && e->candidate->values[signal] >= FOR;
}

/* ---- first line ---- */

static const char *
who_offers(qiaoi_explained *e, qiao_language language)
{
    const qiao_record *project = e->project;
    const char *what = project->record_kind != NULL ? qiaoi_named(e, "record_kind", project->record_kind, language)
                                                    : qiaoi_named(e, "kind", "project", language),
               *country = qiaoi_named(e, "country", project->country, language),
               *kind = qiaoi_named(e, "org_kind", project->org_kind, language),
               *name = project->org_confidential ? NULL : project->org_name;

    if (name != NULL && country != NULL && kind != NULL)
        return qiaoi_told(e, PROJECT_NAMED_KIND, language, name, country, what, kind);
    if (name != NULL && country != NULL)
        return qiaoi_told(e, PROJECT_NAMED, language, name, country, what);
    if (country != NULL && kind != NULL)
        return qiaoi_told(e, PROJECT_KIND, language, country, kind, what);
    if (country != NULL)
        return qiaoi_told(e, PROJECT_COUNTRY, language, country, what);
    if (name != NULL || kind != NULL)
        return qiaoi_told(e, PROJECT_PLACELESS, language, name != NULL ? name : kind, what);
    return qiaoi_phrase_form(QIAOI_PHRASE_PROJECT_UNKNOWN, language);
}

/* The enterprise is not named: who may know its name is for the platform to say. */
static const char *
who_needs(qiaoi_explained *e, qiao_language language)
{
    const qiao_record *need = e->need;
    const char *what = need->record_kind != NULL ? qiaoi_named(e, "need_kind", need->record_kind, language)
                                                 : qiaoi_phrase_form(QIAOI_PHRASE_NEED_TECHNOLOGY, language),
               *park = qiaoi_named(e, "park", need->park, language),
               *kind = qiaoi_named(e, "org_kind", need->org_kind, language);

    if (park != NULL && kind != NULL)
        return qiaoi_told(e, NEED_PARK_KIND, language, park, kind, what);
    if (park != NULL)
        return qiaoi_told(e, NEED_PARK, language, park, what);
    if (kind != NULL)
        return qiaoi_told(e, NEED_KIND, language, kind, what);
    return need->record_kind != NULL ? qiaoi_told(e, NEED_PLAIN, language, what)
                                     : qiaoi_phrase_form(QIAOI_PHRASE_NEED_UNKNOWN, language);
}

/* Where a side states no field: what its words suggest. */
static const char *
fields_suggested(qiaoi_explained *e, qiao_language language)
{
    const char *need = qiaoi_named_field(e, e->pair.need, language),
               *project = qiaoi_named_field(e, e->pair.project, language);

    return qiaoi_told(e, FIELD_SUGGESTED, language, need, project);
}

static const char *
fields_of(qiaoi_explained *e, qiao_language language)
{
    const qiaoi_facts *need = e->pair.need, *project = e->pair.project;
    const qiaoi_facts *found = e->matcher->side == QIAO_PROJECT ? project : need;
    const char *best[2] = {NULL, NULL};
    size_t longest = 0;

    if (e->candidate->suggested.field > 0 && e->candidate->values[QIAOI_SIGNAL_FIELD] > 0)
        return fields_suggested(e, language);
    if (found == NULL || found->fields.count == 0)
        return NULL;
    if (need == NULL || project == NULL || !(e->candidate->values[QIAOI_SIGNAL_FIELD] > 0))
        return qiaoi_told(e, FIELD_FOUND, language, qiaoi_named_all(e, "field", found, &found->fields, language));
    for (uint32_t i = 0; i < need->fields.count; i++)
        for (uint32_t k = 0; k < project->fields.count; k++) {
            const char *a = qiaoi_facts_code(need, &need->fields, i),
                       *b = qiaoi_facts_code(project, &project->fields, k);
            size_t same = 1;

            while (a[same - 1] != '\0' && a[same - 1] == b[same - 1])
                same++;
            if (strcmp(a, b) == 0)
                same += 1000;
            if (same > longest) {
                longest = same;
                best[0] = a;
                best[1] = b;
            }
        }
    if (best[0] == NULL)
        return NULL;
    if (longest > 1000)
        return qiaoi_told(e, FIELD_SHARED, language, qiaoi_named(e, "field", best[0], language));
    return qiaoi_told(e, FIELD_NEAR, language, qiaoi_named(e, "field", best[0], language),
                      qiaoi_named(e, "field", best[1], language));
}

static const char *
band_of(qiaoi_explained *e, const char *rest, qiao_language language)
{
    static const qiaoi_phrase phrases[] = {[QIAO_BAND_STRONG] = QIAOI_PHRASE_BAND_STRONG,
                                           [QIAO_BAND_POSSIBLE] = QIAOI_PHRASE_BAND_POSSIBLE,
                                           [QIAO_BAND_SAME_AREA] = QIAOI_PHRASE_BAND_SAME_AREA,
                                           [QIAO_BAND_NONE] = QIAOI_PHRASE_BAND_NONE};

    if (e->candidate->gate != QIAOI_GATE_NONE)
        return qiaoi_told(e, BAND_SHUT, language, rest);
    return e->candidate->band < QIAO_BAND_COUNT ? qiaoi_tell(e, phrases[e->candidate->band], language, &rest, 1) : rest;
}

const char *
qiaoi_gate_phrase(qiaoi_gate gate, qiao_language language)
{
    static const qiaoi_phrase phrases[] = {QIAOI_PHRASE_COUNT,
#define ROW(name, code) QIAOI_PHRASE_GATE_##name,
                                           QIAOI_GATES(ROW)
#undef ROW
    };

    return gate < QIAOI_GATE_COUNT ? qiaoi_phrase_form(phrases[gate], language) : "";
}

static const char *
first_line(qiaoi_explained *e, qiao_language language)
{
    qiaoi_sayings told = {.count = 0};

    if (e->candidate->gate != QIAOI_GATE_NONE)
        qiaoi_sayings_add(&told, qiaoi_gate_phrase(e->candidate->gate, language));
    qiaoi_sayings_add(&told, e->matcher->side == QIAO_PROJECT ? who_offers(e, language) : who_needs(e, language));
    qiaoi_sayings_add(&told, fields_of(e, language));
    return told.count == 0 ? NULL : band_of(e, qiaoi_sayings_join_clauses(e, &told, language), language);
}

/* ---- second line ---- */

static bool
same_word(const char *a, size_t a_length, const char *b, size_t b_length)
{
    if (a_length != b_length)
        return false;
    for (size_t i = 0; i < a_length; i++)
        if ((a[i] | 0x20) != (b[i] | 0x20) && a[i] != b[i])
            return false;
    return true;
}

static const char *
tell_words(qiaoi_explained *e, const qiaoi_paired_term *term, qiao_language language)
{
    const qiaoi_query_word *word = &e->matcher->query.words[e->matcher->query.groups[term->group].word];
    const char *asked = e->matcher->texts[word->text].text + word->start, *found = term->text->text + term->start;
    size_t asked_length = word->end - word->start, found_length = term->end - term->start;
    const char *a = qiaoi_say_kept(e, asked, asked_length), *b = qiaoi_say_kept(e, found, found_length);

    if (asked_length > WORD_BYTES_MAX || found_length > WORD_BYTES_MAX)
        return NULL;
    return same_word(asked, asked_length, found, found_length) ? qiaoi_told(e, WORD_SAME, language, a)
                                                               : qiaoi_told(e, WORD_PAIR, language, a, b);
}

/* A part of a word that is shown already, or that stands in one place with it, says it twice. */
static bool
told_before(const qiaoi_explained *e, const size_t *order, size_t count, size_t at)
{
    const qiaoi_query *query = &e->matcher->query;
    const qiaoi_paired_term *term = &e->terms->items[at];
    const qiaoi_query_word *word = &query->words[query->groups[term->group].word];

    for (size_t i = 0; i < count; i++) {
        const qiaoi_paired_term *other = &e->terms->items[order[i]];
        const qiaoi_query_word *of = &query->words[query->groups[other->group].word];

        if ((of->text == word->text && word->start < of->end && of->start < word->end) ||
            (other->text == term->text && term->start < other->end && other->start < term->end))
            return true;
    }
    return false;
}

/* Words of a figure ("不低于3 mS/cm") are told in the line of figures. */
static bool
inside_figure(const qiaoi_explained *e, const qiaoi_query_word *word)
{
    const qiaoi_facts *facts = e->matcher->subject_facts;
    const char *name = e->matcher->texts[word->text].name;
    size_t length = strlen(name);

    for (uint32_t i = 0; facts != NULL && i < facts->reading_count; i++) {
        const qiaoi_fact_reading *reading = &qiaoi_facts_readings(facts)[i];
        const char *place = qiaoi_facts_text(facts, reading->text);

        if (place != NULL && strncmp(place, name, length) == 0 && (place[length] == '\0' || place[length] == '.') &&
            word->start < reading->end && reading->start < word->end)
            return true;
    }
    return false;
}

/* One character, or a bare number, tells nothing to a reader. */
static bool
worth_showing(const qiaoi_explained *e, const qiaoi_paired_term *term)
{
    const qiaoi_query_word *word = &e->matcher->query.words[e->matcher->query.groups[term->group].word];
    const char *text = e->matcher->texts[word->text].text;
    bool number = true;

    for (uint32_t i = word->start; i < word->end; i++)
        number = number && ((text[i] >= '0' && text[i] <= '9') || text[i] == '.');
    return !number && word->end - word->start > 3 && !inside_figure(e, word);
}

/* What a word in common tells a reader: what it adds to the ranking, less for what many needs say (应用, 高性能). */
static double
telling(const qiaoi_explained *e, const qiaoi_paired_term *term)
{
    double rarity = e->matcher->query.words[e->matcher->query.groups[term->group].word].rarity;

    return term->contribution * rarity * sqrt(rarity);
}

/* The most telling of the words that are left; the count of terms where none is. */
static size_t
next_words(const qiaoi_explained *e, const bool *used, double least)
{
    size_t best = e->terms->count;

    for (size_t i = 0; i < e->terms->count; i++)
        if (!used[i] && e->terms->items[i].found && telling(e, &e->terms->items[i]) >= least &&
            (best == e->terms->count || telling(e, &e->terms->items[i]) > telling(e, &e->terms->items[best])))
            best = i;
    return best;
}

static const char *
second_line(qiaoi_explained *e, qiao_language language)
{
    bool used[QIAOI_TERMS_FULL] = {false};
    size_t order[QIAOI_TERMS_FULL], count = 0, at;
    qiaoi_sayings words = {.count = 0};
    double least = 0;
    const char *told;

    while (words.count < WORDS_SHOWN && (at = next_words(e, used, least)) < e->terms->count) {
        used[at] = true;
        if (!worth_showing(e, &e->terms->items[at]) || told_before(e, order, count, at))
            continue;
        order[count++] = at;
        least = count == 1 ? telling(e, &e->terms->items[at]) * WORDS_LEAST : least;
        qiaoi_sayings_add(&words, tell_words(e, &e->terms->items[at], language));
    }
    told = qiaoi_sayings_join(e, &words, language);
    if (told == NULL)
        return NULL;
    return e->candidate->band == QIAO_BAND_NONE ? qiaoi_told(e, WORDS_STRAY, language, told)
                                                : qiaoi_told(e, WORDS, language, told);
}

/* ---- fourth line ---- */

static const char *
shared_modes(qiaoi_explained *e, qiao_language language)
{
    const qiaoi_facts *need = e->pair.need, *project = e->pair.project;
    qiaoi_sayings names = {.count = 0};

    for (uint32_t i = 0; i < need->modes.count; i++)
        for (uint32_t k = 0; k < project->modes.count; k++)
            if (strcmp(qiaoi_facts_code(need, &need->modes, i), qiaoi_facts_code(project, &project->modes, k)) == 0)
                qiaoi_sayings_add(&names,
                                  qiaoi_named(e, "coop_mode", qiaoi_facts_code(need, &need->modes, i), language));
    return names.count == 0 ? NULL : qiaoi_told(e, MODE_SHARED, language, qiaoi_sayings_join(e, &names, language));
}

static void
add_stage(qiaoi_explained *e, qiao_language language, qiaoi_sayings *out)
{
    int trl = e->pair.project->trl;
    const char *wanted = qiaoi_trl_wanted(e, language), *number;

    if (trl == QIAO_UNKNOWN && e->candidate->suggested.trl > 0)
        qiaoi_sayings_add(out,
                          qiaoi_told(e, TRL_SUGGESTED, language, qiaoi_say_number(e, e->pair.project->suggested_trl)));
    if (trl == QIAO_UNKNOWN)
        return;
    number = qiaoi_say_number(e, trl);
    if (wanted == NULL)
        qiaoi_sayings_add(out, qiaoi_told(e, TRL_ONLY, language, number));
    else if (e->candidate->values[QIAOI_SIGNAL_TRL] == QIAO_MICRO)
        qiaoi_sayings_add(
            out, e->pair.need->trl_min != QIAO_UNKNOWN && trl < e->pair.need->trl_min
                     ? qiaoi_told(e, TRL_EARLY_RESEARCH, language, number, qiaoi_say_number(e, e->pair.need->trl_min))
                     : qiaoi_told(e, TRL_FITS, language, number, wanted));
}

static void
add_terms(qiaoi_explained *e, qiao_language language, qiaoi_sayings *out)
{
    const qiaoi_facts *need = e->pair.need, *project = e->pair.project;

    if (speaks_for(e, QIAOI_SIGNAL_BUDGET))
        qiaoi_sayings_add(
            out, qiaoi_told(e, PRICE_INSIDE, language,
                            qiaoi_say_money(e, isnan(project->money_min) ? project->money_max : project->money_min,
                                            language)));
    if (e->candidate->values[QIAOI_SIGNAL_TIME] == QIAO_MICRO && need->needed_day != QIAO_UNKNOWN)
        qiaoi_sayings_add(out, qiaoi_told(e, TIME_FITS, language, qiaoi_say_day(e, need->needed_day)));
    if (speaks_for(e, QIAOI_SIGNAL_IP_TERMS))
        qiaoi_sayings_add(out,
                          qiaoi_told(e, RIGHTS_FIT, language,
                                     qiaoi_named(e, "ip_terms", qiaoi_facts_text(need, need->ip_terms), language)));
    if (speaks_for(e, QIAOI_SIGNAL_PARTNER_COUNTRY) && e->candidate->suggested.country > 0)
        qiaoi_sayings_add(
            out,
            qiaoi_told(e, COUNTRY_SUGGESTED, language,
                       qiaoi_named(e, "country", qiaoi_facts_text(project, project->suggested_country), language)));
    else if (speaks_for(e, QIAOI_SIGNAL_PARTNER_COUNTRY))
        qiaoi_sayings_add(out,
                          qiaoi_told(e, COUNTRY_WANTED, language,
                                     qiaoi_named(e, "country", qiaoi_facts_text(project, project->country), language)));
    if (project->protected_in_china == QIAOI_YES)
        qiaoi_sayings_add(out, qiaoi_phrase_form(QIAOI_PHRASE_PROTECTED, language));
    if (speaks_for(e, QIAOI_SIGNAL_FEEDBACK))
        qiaoi_sayings_add(out, qiaoi_phrase_form(QIAOI_PHRASE_ACCEPTED_BEFORE, language));
}

static const char *
fourth_line(qiaoi_explained *e, qiao_language language)
{
    qiaoi_sayings told = {.count = 0};

    if (e->pair.need == NULL || e->pair.project == NULL)
        return NULL;
    add_stage(e, language, &told);
    if (e->candidate->values[QIAOI_SIGNAL_MODE] == QIAO_MICRO)
        qiaoi_sayings_add(&told, shared_modes(e, language));
    else if (e->candidate->values[QIAOI_SIGNAL_MODE] == QIAOI_SIGNAL_UNKNOWN && e->pair.project->modes.count > 0)
        qiaoi_sayings_add(
            &told, qiaoi_told(e, MODE_OFFERED, language,
                              qiaoi_named_all(e, "coop_mode", e->pair.project, &e->pair.project->modes, language)));
    add_terms(e, language, &told);
    return qiaoi_sayings_join_clauses(e, &told, language);
}

void
qiaoi_explain_reasons(qiaoi_explained *e, qiao_language language, qiaoi_sayings *out)
{
    qiaoi_sayings_add(out, qiaoi_sentence(e, first_line(e, language), language));
    qiaoi_sayings_add(out, qiaoi_sentence(e, second_line(e, language), language));
    qiaoi_sayings_add(out, qiaoi_sentence(e, qiaoi_explain_figures(e, language), language));
    qiaoi_sayings_add(out, qiaoi_sentence(e, fourth_line(e, language), language));
    qiaoi_sayings_add(out, qiaoi_sentence(e, qiaoi_explain_doubts(e, language), language));
}
