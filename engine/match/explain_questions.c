/*
 * What to ask the side that was found; nothing where the two have little in common or may not be introduced. Only what
 * would change the judgement of this pair, the most telling first; a
 * budget is never told to the owner of a project, nor a price to a need's enterprise.
 */
#include "match/explain_internal.h"

#include <math.h>

#define FIGURES_ASKED 3u

static void
ask_figures(qiaoi_explained *e, qiao_language language, qiaoi_sayings *out)
{
    const qiao_reading *open[FIGURES_ASKED];
    size_t count = qiaoi_open_figures(e, open, FIGURES_ASKED);

    for (size_t i = 0; i < count && i < FIGURES_ASKED; i++)
        qiaoi_sayings_add(out, qiaoi_told(e, ASK_FIGURE, language, qiaoi_say_name(e, open[i]->name, language),
                                          qiaoi_say_figure(e, open[i], language)));
}

static void
ask_stage(qiaoi_explained *e, qiao_language language, qiaoi_sayings *out)
{
    const char *wanted = qiaoi_trl_wanted(e, language);

    if (e->pair.project->trl == QIAO_UNKNOWN)
        qiaoi_sayings_add(out, wanted != NULL ? qiaoi_told(e, ASK_TRL_WANTED, language, wanted)
                                              : qiaoi_phrase_form(QIAOI_PHRASE_ASK_TRL, language));
}

static void
ask_terms(qiaoi_explained *e, qiao_language language, qiaoi_sayings *out)
{
    const qiaoi_facts *need = e->pair.need, *project = e->pair.project;

    if (need->modes.count > 0 && e->candidate->values[QIAOI_SIGNAL_MODE] < QIAO_MICRO)
        qiaoi_sayings_add(out, qiaoi_told(e, ASK_MODES_WANTED, language,
                                          qiaoi_named_all(e, "coop_mode", need, &need->modes, language)));
    else if (project->modes.count == 0)
        qiaoi_sayings_add(out, qiaoi_phrase_form(QIAOI_PHRASE_ASK_MODES, language));
    if (isnan(project->money_min) && isnan(project->money_max))
        qiaoi_sayings_add(out, qiaoi_phrase_form(QIAOI_PHRASE_ASK_PRICE, language));
    if (project->duration_months == QIAO_UNKNOWN && project->available_day == QIAO_UNKNOWN)
        qiaoi_sayings_add(out, need->needed_day != QIAO_UNKNOWN
                                   ? qiaoi_told(e, ASK_TIME_WANTED, language, qiaoi_say_day(e, need->needed_day))
                                   : qiaoi_phrase_form(QIAOI_PHRASE_ASK_TIME, language));
}

static void
ask_law(qiaoi_explained *e, qiao_language language, qiaoi_sayings *out)
{
    if (e->pair.project->has_rights == QIAOI_UNKNOWN_IF)
        qiaoi_sayings_add(out, qiaoi_phrase_form(QIAOI_PHRASE_ASK_RIGHTS, language));
    else if (e->pair.project->has_rights == QIAOI_YES && e->pair.project->protected_in_china == QIAOI_UNKNOWN_IF)
        qiaoi_sayings_add(out, qiaoi_phrase_form(QIAOI_PHRASE_ASK_RIGHTS_CHINA, language));
    if ((e->candidate->flags >> QIAOI_FLAG_EXPORT_UNKNOWN & 1u) != 0)
        qiaoi_sayings_add(out, qiaoi_phrase_form(QIAOI_PHRASE_ASK_EXPORT, language));
}

static void
ask_enterprise(qiaoi_explained *e, qiao_language language, qiaoi_sayings *out)
{
    const qiaoi_facts *need = e->pair.need, *project = e->pair.project;

    if (need->reading_count == 0)
        qiaoi_sayings_add(out, qiaoi_phrase_form(QIAOI_PHRASE_ASK_NEED_FIGURES, language));
    if (need->trl_min == QIAO_UNKNOWN && need->trl_max == QIAO_UNKNOWN && project->trl != QIAO_UNKNOWN)
        qiaoi_sayings_add(out, qiaoi_told(e, ASK_NEED_TRL, language, qiaoi_say_number(e, project->trl)));
    if (need->modes.count == 0 && project->modes.count > 0)
        qiaoi_sayings_add(out, qiaoi_told(e, ASK_NEED_MODES, language,
                                          qiaoi_named_all(e, "coop_mode", project, &project->modes, language)));
    if (isnan(need->money_min) && isnan(need->money_max))
        qiaoi_sayings_add(out, qiaoi_phrase_form(QIAOI_PHRASE_ASK_NEED_BUDGET, language));
    if (need->needed_day == QIAO_UNKNOWN)
        qiaoi_sayings_add(out, qiaoi_phrase_form(QIAOI_PHRASE_ASK_NEED_TIME, language));
    if (need->ip_terms == 0)
        qiaoi_sayings_add(out, qiaoi_phrase_form(QIAOI_PHRASE_ASK_NEED_RIGHTS, language));
}

void
qiaoi_explain_questions(qiaoi_explained *e, qiao_language language, qiaoi_sayings *out)
{
    if (e->pair.need == NULL || e->pair.project == NULL || e->candidate->band == QIAO_BAND_NONE ||
        e->candidate->gate != QIAOI_GATE_NONE)
        return;
    if (e->matcher->side == QIAO_NEED) {
        ask_enterprise(e, language, out);
        return;
    }
    ask_figures(e, language, out);
    ask_stage(e, language, out);
    ask_terms(e, language, out);
    ask_law(e, language, out);
}
