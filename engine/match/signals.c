/* The signals, one function each; the table in signals.h names them. Policy: signals_policy.c. */
#include "match/policy_memo.h"
#include "match/signals_internal.h"

#include <math.h>
#include <string.h>

#define DAYS_A_MONTH 30.44
#define FRESH_DAYS 182
#define STALE_DAYS 1826

static int32_t
micro(double value)
{
    return value <= 0 ? 0 : value >= 1 ? QIAO_MICRO : (int32_t)(value * QIAO_MICRO);
}

bool
qiaoi_codes_contain(const qiaoi_facts *facts, const qiaoi_fact_codes *codes, const char *code)
{
    for (uint32_t i = 0; i < codes->count; i++)
        if (strcmp(qiaoi_facts_code(facts, codes, i), code) == 0)
            return true;
    return false;
}

/* Same code 1; one under the other .8; same branch .6; else 0. */
int32_t
qiaoi_field_likeness(const char *a, const char *b)
{
    size_t top_a = strcspn(a, "."), top_b = strcspn(b, ".");

    if (strcmp(a, b) == 0)
        return QIAO_MICRO;
    if (top_a != top_b || memcmp(a, b, top_a) != 0)
        return 0;
    return a[top_a] == '\0' || b[top_b] == '\0' ? 800000 : 600000;
}

/* The classification is read letter by letter: section, class (3), subclass (4), group. */
static int32_t
ipc_likeness(const char *a, const char *b)
{
    size_t n = 0;

    while (a[n] != '\0' && a[n] == b[n])
        n++;
    if (n >= 4 && a[n] == '\0' && b[n] == '\0')
        return QIAO_MICRO;
    if (n > 4 && memchr(a, '/', n) != NULL)
        return 800000;
    return n >= 4 ? 600000 : n == 3 ? 300000 : 0;
}

static int32_t
best_pair(const qiaoi_pair_context *pair, const qiaoi_fact_codes *need, const qiaoi_fact_codes *project,
          int32_t (*likeness)(const char *, const char *))
{
    int32_t best = 0;

    if (need->count == 0 || project->count == 0)
        return QIAOI_SIGNAL_UNKNOWN;
    for (uint32_t i = 0; i < need->count; i++)
        for (uint32_t k = 0; k < project->count; k++) {
            int32_t value =
                likeness(qiaoi_facts_code(pair->need, need, i), qiaoi_facts_code(pair->project, project, k));

            best = value > best ? value : best;
        }
    return best;
}

static bool
research_need(const qiaoi_facts *need)
{
    const char *kind = qiaoi_facts_text(need, need->record_kind), *park = qiaoi_facts_text(need, need->park);

    /* measure 18: basic research in Haidian, large facilities in Huairou */
    return (kind != NULL && strcmp(kind, "joint_rd") == 0) ||
           (park != NULL && (strcmp(park, "haidian") == 0 || strcmp(park, "huairou") == 0));
}

static int32_t
trl_signal(const qiaoi_pair_context *pair, int32_t trl)
{
    int32_t low = pair->need->trl_min, high = pair->need->trl_max, distance = 0;

    if (trl == QIAO_UNKNOWN || (low == QIAO_UNKNOWN && high == QIAO_UNKNOWN))
        return QIAOI_SIGNAL_UNKNOWN;
    if (low != QIAO_UNKNOWN && trl < low)
        distance = research_need(pair->need) ? 0 : low - trl;
    else if (high != QIAO_UNKNOWN && trl > high)
        distance = trl - high;
    return distance >= 4 ? 0 : QIAO_MICRO - distance * (QIAO_MICRO / 4);
}

static int32_t
mode_signal(const qiaoi_pair_context *pair)
{
    const qiaoi_fact_codes *need = &pair->need->modes;

    if (need->count == 0 || pair->project->modes.count == 0)
        return QIAOI_SIGNAL_UNKNOWN;
    for (uint32_t i = 0; i < need->count; i++)
        if (qiaoi_codes_contain(pair->project, &pair->project->modes, qiaoi_facts_code(pair->need, need, i)))
            return QIAO_MICRO;
    return 0;
}

static int32_t
budget_signal(const qiaoi_pair_context *pair)
{
    double budget = isnan(pair->need->money_max) ? pair->need->money_min : pair->need->money_max;
    double price = isnan(pair->project->money_min) ? pair->project->money_max : pair->project->money_min;

    if (isnan(budget) || isnan(price) || budget <= 0 || price < 0)
        return QIAOI_SIGNAL_UNKNOWN;
    return price <= budget ? QIAO_MICRO : micro(2.0 - price / budget);
}

static int32_t
time_signal(const qiaoi_pair_context *pair)
{
    const qiaoi_facts *need = pair->need, *project = pair->project;
    double ready, late;

    if (project->duration_months == QIAO_UNKNOWN && project->available_day == QIAO_UNKNOWN)
        return QIAOI_SIGNAL_UNKNOWN;
    if (need->needed_day == QIAO_UNKNOWN) {
        if (need->duration_months == QIAO_UNKNOWN || project->duration_months == QIAO_UNKNOWN)
            return QIAOI_SIGNAL_UNKNOWN;
        return micro(1.0 - (project->duration_months - need->duration_months) / 12.0);
    }
    ready = project->available_day != QIAO_UNKNOWN && project->available_day > pair->as_of ? project->available_day
                                                                                           : pair->as_of;
    if (project->duration_months != QIAO_UNKNOWN)
        ready += project->duration_months * DAYS_A_MONTH;
    late = (ready - need->needed_day) / DAYS_A_MONTH;
    return micro(1.0 - late / 12.0);
}

/* Which modes give the rights that are asked for. */
static int32_t
ip_signal(const qiaoi_pair_context *pair)
{
    static const struct {
        const char *terms, *modes[6];
    } gives[] = {
        {"own", {"tc_transfer_patent", "tc_transfer_app", "tc_transfer_secret", "tc_dev_commissioned", NULL}},
        {"share", {"tc_dev_joint", "jv", "joint_lab", "equity", NULL}},
        {"licence_exclusive", {"tc_license_patent", "tc_license_secret", NULL}},
        {"licence_nonexcl", {"tc_license_patent", "tc_license_secret", NULL}},
    };
    const char *terms = qiaoi_facts_text(pair->need, pair->need->ip_terms);

    if (terms == NULL || pair->project->modes.count == 0)
        return QIAOI_SIGNAL_UNKNOWN;
    for (size_t i = 0; i < sizeof gives / sizeof *gives; i++) {
        if (strcmp(gives[i].terms, terms) != 0)
            continue;
        for (size_t k = 0; gives[i].modes[k] != NULL; k++)
            if (qiaoi_codes_contain(pair->project, &pair->project->modes, gives[i].modes[k]))
                return QIAO_MICRO;
        return 0;
    }
    return QIAOI_SIGNAL_UNKNOWN; /* negotiable */
}

/* Mean of what is known of: does one side seek what the other is. */
static int32_t
sought(const qiaoi_facts *a, const qiaoi_fact_codes *wanted_a, const char *is_b, const qiaoi_facts *b,
       const qiaoi_fact_codes *wanted_b, const char *is_a)
{
    int32_t sum = 0, known = 0;

    if (wanted_a->count > 0 && is_b != NULL) {
        sum += qiaoi_codes_contain(a, wanted_a, is_b) ? QIAO_MICRO : 0;
        known++;
    }
    if (wanted_b->count > 0 && is_a != NULL) {
        sum += qiaoi_codes_contain(b, wanted_b, is_a) ? QIAO_MICRO : 0;
        known++;
    }
    return known == 0 ? QIAOI_SIGNAL_UNKNOWN : sum / known;
}

static int32_t
org_kind_signal(const qiaoi_pair_context *pair)
{
    const qiaoi_facts *n = pair->need, *p = pair->project;

    return sought(n, &n->partner_kinds, qiaoi_facts_text(p, p->org_kind), p, &p->partner_kinds,
                  qiaoi_facts_text(n, n->org_kind));
}

static int32_t
org_size_signal(const qiaoi_pair_context *pair)
{
    const qiaoi_facts *n = pair->need, *p = pair->project;

    return sought(n, &n->partner_sizes, qiaoi_facts_text(p, p->org_size), p, &p->partner_sizes,
                  qiaoi_facts_text(n, n->org_size));
}

bool
qiaoi_names_country(const qiao_vocabulary *vocabulary, int day, const qiaoi_facts *facts, const qiaoi_fact_codes *codes,
                    const char *country)
{
    for (uint32_t i = 0; i < codes->count; i++) {
        const char *code = qiaoi_facts_code(facts, codes, i);

        if (strcmp(code, country) == 0 ||
            (vocabulary != NULL && qiao_vocabulary_in_group(vocabulary, code, country, day)))
            return true;
    }
    return false;
}

static int32_t
country_signal(const qiaoi_pair_context *pair, const char *country)
{
    const qiaoi_facts *need = pair->need;

    if (country == NULL)
        return QIAOI_SIGNAL_UNKNOWN;
    if (qiaoi_names_country(pair->vocabulary, pair->as_of, need, &need->country_deny, country))
        return 0;
    if (need->country_allow.count == 0 && need->target_regions.count == 0)
        return QIAOI_SIGNAL_UNKNOWN;
    return qiaoi_names_country(pair->vocabulary, pair->as_of, need, &need->country_allow, country) ||
                   qiaoi_names_country(pair->vocabulary, pair->as_of, need, &need->target_regions, country)
               ? QIAO_MICRO
               : 0;
}

static int32_t
completeness_signal(const qiaoi_pair_context *pair)
{
    int32_t a = pair->need->completeness, b = pair->project->completeness;

    return a == QIAO_UNKNOWN || b == QIAO_UNKNOWN ? QIAOI_SIGNAL_UNKNOWN : (a + b) / 2;
}

int32_t
qiaoi_freshness(const qiaoi_facts *project, int as_of)
{
    int32_t day = project->updated_day != QIAO_UNKNOWN ? project->updated_day : project->published_day;

    if (day == QIAO_UNKNOWN)
        return QIAOI_SIGNAL_UNKNOWN;
    return micro(1.0 - (double)(as_of - day - FRESH_DAYS) / (STALE_DAYS - FRESH_DAYS));
}

/* Best likeness of a suggested field to those of the other side. */
static int32_t
likeness_of_suggested(const char *field, const qiaoi_facts *other, const char *other_suggested)
{
    int32_t best = other_suggested == NULL ? 0 : qiaoi_field_likeness(field, other_suggested);

    for (uint32_t i = 0; i < other->fields.count; i++) {
        int32_t value = qiaoi_field_likeness(field, qiaoi_facts_code(other, &other->fields, i));

        best = value > best ? value : best;
    }
    return best;
}

/* A fact goes before a suggestion; where both sides are suggested, both must be right. */
static void
use_suggestions(const qiaoi_pair_context *pair, int32_t values[QIAOI_SIGNAL_COUNT], qiaoi_suggested *suggested)
{
    const qiaoi_facts *n = pair->need, *p = pair->project;
    const char *need = n->fields.count > 0 ? NULL : qiaoi_facts_text(n, n->suggested_field);
    const char *project = p->fields.count > 0 ? NULL : qiaoi_facts_text(p, p->suggested_field);

    if (values[QIAOI_SIGNAL_FIELD] == QIAOI_SIGNAL_UNKNOWN && (need != NULL || n->fields.count > 0) &&
        (project != NULL || p->fields.count > 0)) {
        int64_t sure_need = need != NULL ? n->suggested_field_confidence : QIAO_MICRO;
        int64_t sure_project = project != NULL ? p->suggested_field_confidence : QIAO_MICRO;

        suggested->field = (int32_t)(sure_need * sure_project / QIAO_MICRO);
        if (suggested->field > 0)
            values[QIAOI_SIGNAL_FIELD] =
                need != NULL ? likeness_of_suggested(need, p, project) : likeness_of_suggested(project, n, NULL);
    }
    if (p->trl == QIAO_UNKNOWN && p->suggested_trl != QIAO_UNKNOWN && p->suggested_trl_confidence > 0) {
        values[QIAOI_SIGNAL_TRL] = trl_signal(pair, p->suggested_trl);
        if (values[QIAOI_SIGNAL_TRL] != QIAOI_SIGNAL_UNKNOWN)
            suggested->trl = p->suggested_trl_confidence;
    }
    if (p->country == 0 && p->suggested_country != 0) {
        values[QIAOI_SIGNAL_PARTNER_COUNTRY] = country_signal(pair, qiaoi_facts_text(p, p->suggested_country));
        if (values[QIAOI_SIGNAL_PARTNER_COUNTRY] != QIAOI_SIGNAL_UNKNOWN)
            suggested->country = p->suggested_country_confidence;
    }
}

void
qiaoi_signals(const qiaoi_pair_context *pair, int32_t values[QIAOI_SIGNAL_COUNT], qiaoi_suggested *suggested)
{
    for (int s = 0; s < QIAOI_SIGNAL_COUNT; s++)
        values[s] = QIAOI_SIGNAL_UNKNOWN;
    if (suggested != NULL)
        *suggested = (qiaoi_suggested){.field = 0};
    values[QIAOI_SIGNAL_TEXT_TITLE] = pair->text_title;
    values[QIAOI_SIGNAL_TEXT_BODY] = pair->text_body;
    values[QIAOI_SIGNAL_INDICATORS] = pair->indicators;
    values[QIAOI_SIGNAL_FEEDBACK] = pair->feedback;
    if (pair->need == NULL || pair->project == NULL)
        return;
    values[QIAOI_SIGNAL_FIELD] = best_pair(pair, &pair->need->fields, &pair->project->fields, qiaoi_field_likeness);
    values[QIAOI_SIGNAL_IPC] = best_pair(pair, &pair->need->ipc, &pair->project->ipc, ipc_likeness);
    values[QIAOI_SIGNAL_TRL] = trl_signal(pair, pair->project->trl);
    values[QIAOI_SIGNAL_MODE] = mode_signal(pair);
    values[QIAOI_SIGNAL_BUDGET] = budget_signal(pair);
    values[QIAOI_SIGNAL_TIME] = time_signal(pair);
    values[QIAOI_SIGNAL_IP_TERMS] = ip_signal(pair);
    values[QIAOI_SIGNAL_ORG_KIND] = org_kind_signal(pair);
    values[QIAOI_SIGNAL_ORG_SIZE] = org_size_signal(pair);
    values[QIAOI_SIGNAL_PARTNER_COUNTRY] =
        country_signal(pair, qiaoi_facts_text(pair->project, pair->project->country));
    values[QIAOI_SIGNAL_COMPLETENESS] = completeness_signal(pair);
    values[QIAOI_SIGNAL_FRESHNESS] = qiaoi_freshness(pair->project, pair->as_of);
    if (pair->policy != NULL)
        qiaoi_policy_recall(pair->policy, pair, values);
    else
        qiaoi_policy_signals(pair, values);
    if (suggested != NULL)
        use_suggestions(pair, values, suggested);
}

static const struct {
    const char *code;
    bool policy;
} table[] = {
#define ROW(name, code, policy) {code, policy},
    QIAOI_SIGNALS(ROW)
#undef ROW
};

const char *
qiaoi_signal_code(qiaoi_signal signal)
{
    return signal < QIAOI_SIGNAL_COUNT ? table[signal].code : "";
}

bool
qiaoi_signal_is_policy(qiaoi_signal signal)
{
    return signal < QIAOI_SIGNAL_COUNT && table[signal].policy;
}

qiaoi_signal
qiaoi_signal_of(const char *code)
{
    int s = 0;

    while (s < QIAOI_SIGNAL_COUNT && strcmp(table[s].code, code) != 0)
        s++;
    return (qiaoi_signal)s;
}
