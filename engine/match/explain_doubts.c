/* The fifth line: what speaks against a pair, and what its found side leaves unsaid. */
#include "match/explain_internal.h"

#include <math.h>
#include <string.h>

#define AGAINST (QIAO_MICRO / 3)
#define OPEN_SHOWN 5u

static bool
speaks_against(const qiaoi_explained *e, qiaoi_signal signal)
{
    return e->candidate->values[signal] != QIAOI_SIGNAL_UNKNOWN && e->candidate->values[signal] < AGAINST;
}

static bool
short_of(const qiaoi_explained *e, qiaoi_signal signal)
{
    return e->candidate->values[signal] != QIAOI_SIGNAL_UNKNOWN && e->candidate->values[signal] < QIAO_MICRO;
}

/* ---- words ---- */

static const char *
words_of(qiaoi_explained *e, const uint32_t *indices, size_t count, qiao_language language)
{
    qiaoi_sayings words = {.count = 0};

    for (size_t i = 0; i < count; i++) {
        const qiaoi_query_word *word = &e->matcher->query.words[indices[i]];
        const char *text = e->matcher->texts[word->text].text + word->start;

        qiaoi_sayings_add(&words, qiaoi_told(e, WORD_SAME, language, qiaoi_say_kept(e, text, word->end - word->start)));
    }
    return qiaoi_sayings_join(e, &words, language);
}

/* What the line of figures tells is not told again. */
static bool
names_a_figure(const qiaoi_explained *e, const qiaoi_query_word *word)
{
    const qiaoi_facts *asking = e->matcher->subject_facts;
    const char *text = e->matcher->texts[word->text].text + word->start;

    for (uint32_t i = 0; asking != NULL && i < asking->reading_count; i++)
        if (qiaoi_contains((const char *)asking + qiaoi_facts_readings(asking)[i].name, text, word->end - word->start))
            return true;
    return false;
}

static size_t
really_missing(const qiaoi_explained *e, uint32_t out[QIAOI_MISSING_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < e->terms->missing_count; i++)
        if (!names_a_figure(e, &e->matcher->query.words[e->terms->missing[i]]))
            out[count++] = e->terms->missing[i];
    return count;
}

/* Words that nothing on the other side answers: with a translation that nobody uses, or without one. */
static void
add_unanswered(qiaoi_explained *e, bool translatable, qiao_language language, qiaoi_sayings *out)
{
    uint32_t indices[QIAOI_MISSING_MAX];
    size_t count = 0;

    for (size_t i = 0; i < e->terms->untranslated_count; i++)
        if ((e->matcher->query.words[e->terms->untranslated[i]].entry != 0) == translatable)
            indices[count++] = e->terms->untranslated[i];
    if (count > 0)
        qiaoi_sayings_add(out, translatable
                                   ? qiaoi_told(e, WORD_UNUSED, language, words_of(e, indices, count, language))
                                   : qiaoi_told(e, WORD_UNTRANSLATED, language, words_of(e, indices, count, language)));
}

static void
add_words(qiaoi_explained *e, qiao_language language, qiaoi_sayings *out)
{
    const qiaoi_paired_terms *terms = e->terms;
    uint32_t missing[QIAOI_MISSING_MAX];
    bool any = false;
    size_t count;

    for (size_t i = 0; i < terms->count; i++)
        any = any || terms->items[i].found;
    if (!any)
        qiaoi_sayings_add(out, qiaoi_phrase_form(QIAOI_PHRASE_NO_WORDS, language));
    else if ((count = really_missing(e, missing)) > 0) {
        const char *words = words_of(e, missing, count, language);

        qiaoi_sayings_add(out, e->matcher->side == QIAO_PROJECT ? qiaoi_told(e, NEED_WORD_MISSING, language, words)
                                                                : qiaoi_told(e, PROJECT_WORD_MISSING, language, words));
    }
    add_unanswered(e, true, language, out);
    add_unanswered(e, false, language, out);
}

/* ---- stage and terms ---- */

static void
add_stage(qiaoi_explained *e, qiao_language language, qiaoi_sayings *out)
{
    int trl = e->pair.project->trl, low = e->pair.need->trl_min;

    if (!short_of(e, QIAOI_SIGNAL_TRL) || e->candidate->suggested.trl > 0) /* a suggestion speaks against nobody */
        return;
    qiaoi_sayings_add(out, low != QIAO_UNKNOWN && trl < low
                               ? qiaoi_told(e, TRL_LOW, language, qiaoi_say_number(e, trl), qiaoi_say_number(e, low))
                               : qiaoi_told(e, TRL_HIGH, language, qiaoi_say_number(e, trl),
                                            qiaoi_say_number(e, e->pair.need->trl_max)));
}

static void
add_time(qiaoi_explained *e, qiao_language language, qiaoi_sayings *out)
{
    const qiaoi_facts *need = e->pair.need, *project = e->pair.project;

    if (!short_of(e, QIAOI_SIGNAL_TIME))
        return;
    if (need->needed_day != QIAO_UNKNOWN)
        qiaoi_sayings_add(out, qiaoi_told(e, TIME_LATE, language, qiaoi_say_day(e, need->needed_day)));
    else
        qiaoi_sayings_add(out, qiaoi_told(e, TIME_LONG, language, qiaoi_say_number(e, project->duration_months),
                                          qiaoi_say_number(e, need->duration_months)));
}

static void
add_terms(qiaoi_explained *e, qiao_language language, qiaoi_sayings *out)
{
    const qiaoi_facts *need = e->pair.need, *project = e->pair.project;

    if (speaks_against(e, QIAOI_SIGNAL_MODE))
        qiaoi_sayings_add(out, qiaoi_told(e, MODES_DIFFER, language,
                                          qiaoi_named_all(e, "coop_mode", need, &need->modes, language),
                                          qiaoi_named_all(e, "coop_mode", project, &project->modes, language)));
    if (short_of(e, QIAOI_SIGNAL_BUDGET))
        qiaoi_sayings_add(
            out, qiaoi_told(e, PRICE_OVER, language,
                            qiaoi_say_money(e, isnan(project->money_min) ? project->money_max : project->money_min,
                                            language)));
    add_time(e, language, out);
    if (speaks_against(e, QIAOI_SIGNAL_IP_TERMS))
        qiaoi_sayings_add(out,
                          qiaoi_told(e, RIGHTS_DIFFER, language,
                                     qiaoi_named(e, "ip_terms", qiaoi_facts_text(need, need->ip_terms), language)));
}

static void
add_parties(qiaoi_explained *e, qiao_language language, qiaoi_sayings *out)
{
    const qiaoi_facts *project = e->pair.project;

    if (speaks_against(e, QIAOI_SIGNAL_PARTNER_COUNTRY) && e->candidate->suggested.country > 0)
        qiaoi_sayings_add(
            out,
            qiaoi_told(e, COUNTRY_SUGGESTED_UNWANTED, language,
                       qiaoi_named(e, "country", qiaoi_facts_text(project, project->suggested_country), language)));
    else if (speaks_against(e, QIAOI_SIGNAL_PARTNER_COUNTRY) && e->candidate->gate != QIAOI_GATE_COUNTRY_DENIED)
        qiaoi_sayings_add(out,
                          qiaoi_told(e, COUNTRY_UNWANTED, language,
                                     qiaoi_named(e, "country", qiaoi_facts_text(project, project->country), language)));
    if (speaks_against(e, QIAOI_SIGNAL_ORG_KIND) && e->candidate->gate != QIAOI_GATE_ORG_KIND_DENIED)
        qiaoi_sayings_add(out, qiaoi_phrase_form(QIAOI_PHRASE_PARTNER_KIND_DIFFERS, language));
    if (speaks_against(e, QIAOI_SIGNAL_ORG_SIZE))
        qiaoi_sayings_add(out, qiaoi_phrase_form(QIAOI_PHRASE_PARTNER_SIZE_DIFFERS, language));
    if (speaks_against(e, QIAOI_SIGNAL_FRESHNESS))
        qiaoi_sayings_add(out,
                          qiaoi_told(e, STALE, language,
                                     qiaoi_say_day(e, project->updated_day != QIAO_UNKNOWN ? project->updated_day
                                                                                           : project->published_day)));
    if (speaks_against(e, QIAOI_SIGNAL_FEEDBACK))
        qiaoi_sayings_add(out, qiaoi_phrase_form(QIAOI_PHRASE_REJECTED_BEFORE, language));
}

static void
add_fields(qiaoi_explained *e, qiao_language language, qiaoi_sayings *out)
{
    const qiaoi_facts *need = e->pair.need, *project = e->pair.project;

    if (speaks_against(e, QIAOI_SIGNAL_FIELD) && e->candidate->suggested.field > 0)
        qiaoi_sayings_add(out, qiaoi_told(e, FIELDS_SUGGESTED_DIFFER, language, qiaoi_named_field(e, need, language),
                                          qiaoi_named_field(e, project, language)));
    else if (speaks_against(e, QIAOI_SIGNAL_FIELD))
        qiaoi_sayings_add(out, qiaoi_told(e, FIELDS_DIFFER, language,
                                          qiaoi_named_all(e, "field", need, &need->fields, language),
                                          qiaoi_named_all(e, "field", project, &project->fields, language)));
}

/* What needs care before two parties meet; what is merely not checked yet stands among the flags. */
static void
add_flags(qiaoi_explained *e, qiao_language language, qiaoi_sayings *out)
{
    if ((e->candidate->flags >> QIAOI_FLAG_IMPORT_RESTRICTED & 1u) != 0)
        qiaoi_sayings_add(out, qiaoi_phrase_form(QIAOI_PHRASE_FLAG_IMPORT_RESTRICTED, language));
    if ((e->candidate->flags >> QIAOI_FLAG_EXPORT_LICENCE & 1u) != 0)
        qiaoi_sayings_add(out, qiaoi_phrase_form(QIAOI_PHRASE_FLAG_EXPORT_LICENCE, language));
    if ((e->candidate->flags >> QIAOI_FLAG_RIGHTS_NOT_IN_CHINA & 1u) != 0)
        qiaoi_sayings_add(out, qiaoi_phrase_form(QIAOI_PHRASE_FLAG_RIGHTS_NOT_IN_CHINA, language));
}

/* ---- what is not known ---- */

static void
add_open(qiaoi_sayings *out, bool open, qiaoi_phrase phrase, qiao_language language)
{
    if (open && out->count < OPEN_SHOWN)
        qiaoi_sayings_add(out, qiaoi_phrase_form(phrase, language));
}

static const char *
not_known(qiaoi_explained *e, qiao_language language)
{
    const qiaoi_facts *need = e->pair.need, *project = e->pair.project;
    qiaoi_sayings open = {.count = 0};

    if (e->matcher->side == QIAO_PROJECT) {
        add_open(&open, project->trl == QIAO_UNKNOWN, QIAOI_PHRASE_OPEN_TRL, language);
        add_open(&open, project->modes.count == 0, QIAOI_PHRASE_OPEN_MODES, language);
        add_open(&open, isnan(project->money_min) && isnan(project->money_max), QIAOI_PHRASE_OPEN_PRICE, language);
        add_open(&open, project->has_rights == QIAOI_UNKNOWN_IF, QIAOI_PHRASE_OPEN_RIGHTS, language);
        add_open(&open, (e->candidate->flags >> QIAOI_FLAG_EXPORT_UNKNOWN & 1u) != 0, QIAOI_PHRASE_OPEN_EXPORT,
                 language);
    } else {
        add_open(&open, need->reading_count == 0, QIAOI_PHRASE_OPEN_FIGURES, language);
        add_open(&open, need->modes.count == 0, QIAOI_PHRASE_OPEN_MODES, language);
        add_open(&open, isnan(need->money_min) && isnan(need->money_max), QIAOI_PHRASE_OPEN_BUDGET, language);
        add_open(&open, need->needed_day == QIAO_UNKNOWN, QIAOI_PHRASE_OPEN_NEEDED, language);
    }
    return qiaoi_sayings_join(e, &open, language);
}

const char *
qiaoi_explain_doubts(qiaoi_explained *e, qiao_language language)
{
    qiaoi_sayings against = {.count = 0};
    const char *told, *open = NULL;

    add_words(e, language, &against);
    if (e->pair.need != NULL && e->pair.project != NULL) {
        add_fields(e, language, &against);
        add_stage(e, language, &against);
        add_terms(e, language, &against);
        add_parties(e, language, &against);
        add_flags(e, language, &against);
        open = not_known(e, language);
    }
    told = qiaoi_sayings_join_clauses(e, &against, language);
    if (told != NULL && open != NULL)
        return qiaoi_told(e, AGAINST_AND_OPEN, language, told, open);
    return told != NULL   ? qiaoi_told(e, AGAINST, language, told)
           : open != NULL ? qiaoi_told(e, OPEN, language, open)
                          : NULL;
}
