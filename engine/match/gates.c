/* See gates.h. */
#include "match/gates.h"

#include "match/signals_internal.h"

#include <string.h>

#define SOON_DAYS 30

static bool
is(const char *text, const char *word)
{
    return text != NULL && strcmp(text, word) == 0;
}

static bool
unpublished(const qiaoi_facts *facts)
{
    const char *status = qiaoi_facts_text(facts, facts->status);

    return status != NULL && !is(status, "published") && !is(status, "expired");
}

static bool
expired(const qiaoi_facts *facts, int today)
{
    return is(qiaoi_facts_text(facts, facts->status), "expired") ||
           (facts->expires_day != QIAO_UNKNOWN && facts->expires_day < today);
}

/* May what facts tell be shown to somebody in the country? A list of allowed ones shuts the others out. */
static bool
hidden_from(const qiaoi_pair_context *pair, const qiaoi_facts *facts, const char *country)
{
    if (country == NULL)
        return false;
    if (qiaoi_names_country(pair->vocabulary, pair->as_of, facts, &facts->disclose_deny, country))
        return true;
    return facts->disclose_allow.count > 0 &&
           !qiaoi_names_country(pair->vocabulary, pair->as_of, facts, &facts->disclose_allow, country);
}

static bool
applies(const qiaoi_pair_context *pair, qiaoi_gate gate, int today)
{
    const qiaoi_facts *need = pair->need, *project = pair->project;
    const char *country = qiaoi_facts_text(project, project->country),
               *kind = qiaoi_facts_text(project, project->org_kind);

    switch (gate) {
    case QIAOI_GATE_NOT_PUBLISHED:
        return unpublished(need) || unpublished(project);
    case QIAOI_GATE_EXPIRED:
        return expired(need, today) || expired(project, today);
    case QIAOI_GATE_DISSEMINATION_DENIED:
        return hidden_from(pair, project, "CN") || hidden_from(pair, need, country);
    case QIAOI_GATE_COUNTRY_DENIED:
        return country != NULL &&
               qiaoi_names_country(pair->vocabulary, pair->as_of, need, &need->country_deny, country);
    case QIAOI_GATE_ORG_KIND_DENIED:
        return kind != NULL && need->partner_kinds.count > 0 && !qiaoi_codes_contain(need, &need->partner_kinds, kind);
    case QIAOI_GATE_IMPORT_PROHIBITED:
        return is(qiaoi_facts_text(project, project->import_status), "prohibited");
    case QIAOI_GATE_EXPORT_PROHIBITED:
        return is(qiaoi_facts_text(project, project->export_status), "prohibited");
    case QIAOI_GATE_NONE:
    case QIAOI_GATE_COUNT:
        break;
    }
    return false;
}

qiaoi_gate
qiaoi_gate_of(const qiaoi_pair_context *pair, int today, uint32_t switched_off)
{
    if (pair->need == NULL || pair->project == NULL)
        return QIAOI_GATE_NONE;
    for (int gate = QIAOI_GATE_NONE + 1; gate < QIAOI_GATE_COUNT; gate++)
        if ((switched_off >> gate & 1u) == 0 && applies(pair, (qiaoi_gate)gate, today))
            return (qiaoi_gate)gate;
    return QIAOI_GATE_NONE;
}

bool
qiaoi_gate_shuts_out(const qiaoi_facts *facts, int today, uint32_t switched_off)
{
    return ((switched_off >> QIAOI_GATE_NOT_PUBLISHED & 1u) == 0 && unpublished(facts)) ||
           ((switched_off >> QIAOI_GATE_EXPIRED & 1u) == 0 && expired(facts, today));
}

static bool
unknown(const char *status)
{
    return status == NULL || strcmp(status, "unknown") == 0;
}

uint32_t
qiaoi_flags_of(const qiaoi_pair_context *pair, int today)
{
    const qiaoi_facts *project = pair->project;
    const char *import, *export;
    uint32_t flags = 0;

    if (project == NULL)
        return 0;
    import = qiaoi_facts_text(project, project->import_status);
    export = qiaoi_facts_text(project, project->export_status);
    flags |= (uint32_t)is(import, "restricted") << QIAOI_FLAG_IMPORT_RESTRICTED;
    flags |= (uint32_t)unknown(import) << QIAOI_FLAG_IMPORT_UNKNOWN;
    flags |= (uint32_t)is(export, "licence") << QIAOI_FLAG_EXPORT_LICENCE;
    flags |= (uint32_t)unknown(export) << QIAOI_FLAG_EXPORT_UNKNOWN;
    flags |= (uint32_t)(project->protected_in_china == QIAOI_NO) << QIAOI_FLAG_RIGHTS_NOT_IN_CHINA;
    flags |= (uint32_t)(project->expires_day != QIAO_UNKNOWN && project->expires_day >= today &&
                        project->expires_day - today < SOON_DAYS)
             << QIAOI_FLAG_EXPIRES_SOON;
    return flags;
}

const char *
qiaoi_gate_code(qiaoi_gate gate)
{
    static const char *const codes[] = {"",
#define CODE(name, code) code,
                                        QIAOI_GATES(CODE)
#undef CODE
    };

    return gate < QIAOI_GATE_COUNT ? codes[gate] : "";
}

const char *
qiaoi_flag_code(qiaoi_flag flag)
{
    static const char *const codes[] = {
#define CODE(name, code) code,
        QIAOI_FLAGS(CODE)
#undef CODE
    };

    return flag < QIAOI_FLAG_COUNT ? codes[flag] : "";
}
