/* What the two records say for a signal: which fields it was read from, and their values. */
#include "match/explain.h"

#include "qiao/file.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

typedef enum value_kind { INTEGER, TEXT, CODES, MONEY, DAY } value_kind;

typedef struct source {
    qiaoi_signal signal;
    qiao_kind side;
    const char *field; /* as the record's schema names it */
    value_kind kind;
    size_t member;
} source;

#define NEED(signal, field, kind, member)                                                                              \
    {                                                                                                                  \
        QIAOI_SIGNAL_##signal, QIAO_NEED, field, kind, offsetof(qiaoi_facts, member)                                   \
    }
#define PROJECT(signal, field, kind, member)                                                                           \
    {                                                                                                                  \
        QIAOI_SIGNAL_##signal, QIAO_PROJECT, field, kind, offsetof(qiaoi_facts, member)                                \
    }

static const source sources[] = {
    NEED(FIELD, "fields", CODES, fields),
    PROJECT(FIELD, "fields", CODES, fields),
    NEED(FIELD, "suggested_field", TEXT, suggested_field),
    PROJECT(FIELD, "suggested_field", TEXT, suggested_field),
    NEED(IPC, "ipc", CODES, ipc),
    PROJECT(IPC, "ipc", CODES, ipc),
    NEED(TRL, "trl_min", INTEGER, trl_min),
    NEED(TRL, "trl_max", INTEGER, trl_max),
    NEED(TRL, "need_kind", TEXT, record_kind),
    PROJECT(TRL, "trl", INTEGER, trl),
    PROJECT(TRL, "suggested_trl", INTEGER, suggested_trl),
    NEED(MODE, "coop_modes", CODES, modes),
    PROJECT(MODE, "coop_modes", CODES, modes),
    NEED(BUDGET, "budget_min_cny", MONEY, money_min),
    NEED(BUDGET, "budget_max_cny", MONEY, money_max),
    PROJECT(BUDGET, "price_min_cny", MONEY, money_min),
    PROJECT(BUDGET, "price_max_cny", MONEY, money_max),
    NEED(TIME, "needed_by", DAY, needed_day),
    NEED(TIME, "duration_months", INTEGER, duration_months),
    PROJECT(TIME, "available_from", DAY, available_day),
    PROJECT(TIME, "time_to_deploy_months", INTEGER, duration_months),
    NEED(IP_TERMS, "ip_terms", TEXT, ip_terms),
    PROJECT(IP_TERMS, "coop_modes", CODES, modes),
    NEED(ORG_KIND, "enterprise.org_kind", TEXT, org_kind),
    NEED(ORG_KIND, "partner_requirements.org_kind", CODES, partner_kinds),
    PROJECT(ORG_KIND, "org_kind", TEXT, org_kind),
    PROJECT(ORG_KIND, "partner_sought.org_kind", CODES, partner_kinds),
    NEED(ORG_SIZE, "enterprise.size", TEXT, org_size),
    NEED(ORG_SIZE, "partner_requirements.size", CODES, partner_sizes),
    PROJECT(ORG_SIZE, "org_size", TEXT, org_size),
    PROJECT(ORG_SIZE, "partner_sought.size", CODES, partner_sizes),
    NEED(PARTNER_COUNTRY, "partner_requirements.country_allow", CODES, country_allow),
    NEED(PARTNER_COUNTRY, "partner_requirements.country_deny", CODES, country_deny),
    NEED(PARTNER_COUNTRY, "target_regions", CODES, target_regions),
    PROJECT(PARTNER_COUNTRY, "country", TEXT, country),
    PROJECT(PARTNER_COUNTRY, "suggested_country", TEXT, suggested_country),
    NEED(COMPLETENESS, "completeness", INTEGER, completeness),
    PROJECT(COMPLETENESS, "completeness", INTEGER, completeness),
    PROJECT(FRESHNESS, "published_at", DAY, published_day),
    PROJECT(FRESHNESS, "updated_at", DAY, updated_day),
    NEED(PARK_FIELD, "enterprise.park", TEXT, park),
    PROJECT(PARK_FIELD, "fields", CODES, fields),
    NEED(PARK_COUNTRY, "enterprise.park", TEXT, park),
    PROJECT(PARK_COUNTRY, "country", TEXT, country),
    PROJECT(PARK_COUNTRY, "region", TEXT, region),
    PROJECT(COUNTRY_GROUP, "country", TEXT, country),
};

static void
write_codes(const qiaoi_facts *facts, const qiaoi_fact_codes *codes, qiao_buffer *out)
{
    qiao_buffer_char(out, '[');
    for (uint32_t i = 0; i < codes->count; i++) {
        const char *code = qiaoi_facts_code(facts, codes, i);

        qiao_buffer_text(out, i > 0 ? "," : "");
        qiao_buffer_json_string(out, code, strlen(code));
    }
    qiao_buffer_char(out, ']');
}

static void
write_day(int32_t day, qiao_buffer *out)
{
    char text[QIAO_DATE_SIZE];

    qiao_date_text(day, text);
    qiao_buffer_json_string(out, text, strlen(text));
}

/* False where it is unknown. */
static bool
write_value(const qiaoi_facts *facts, const source *from, const char *before, qiao_buffer *out)
{
    const void *member = (const char *)facts + from->member;
    int32_t integer = *(const int32_t *)member;
    const char *text;
    double money;

    switch (from->kind) {
    case INTEGER:
    case DAY:
        if (integer == QIAO_UNKNOWN)
            return false;
        qiao_buffer_printf(out, "%s\"%s\":", before, from->field);
        if (from->kind == DAY)
            write_day(integer, out);
        else
            qiao_buffer_printf(out, "%d", (int)integer);
        return true;
    case TEXT:
        text = qiaoi_facts_text(facts, *(const uint32_t *)member);
        if (text == NULL)
            return false;
        qiao_buffer_printf(out, "%s\"%s\":", before, from->field);
        qiao_buffer_json_string(out, text, strlen(text));
        return true;
    case CODES:
        if (((const qiaoi_fact_codes *)member)->count == 0)
            return false;
        qiao_buffer_printf(out, "%s\"%s\":", before, from->field);
        write_codes(facts, member, out);
        return true;
    case MONEY:
        money = *(const double *)member;
        if (isnan(money))
            return false;
        qiao_buffer_printf(out, "%s\"%s\":%.2f", before, from->field, money);
        return true;
    }
    return false;
}

static void
write_side(const qiaoi_facts *facts, qiaoi_signal signal, qiao_kind side, qiao_buffer *out)
{
    const char *before = "";

    qiao_buffer_char(out, '{');
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        if (sources[i].signal == signal && sources[i].side == side && write_value(facts, &sources[i], before, out))
            before = ",";
    qiao_buffer_char(out, '}');
}

void
qiaoi_explain_evidence(const qiaoi_pair_context *pair, qiaoi_signal signal, qiao_buffer *out)
{
    qiao_buffer_text(out, "{\"need\":");
    write_side(pair->need, signal, QIAO_NEED, out);
    qiao_buffer_text(out, ",\"project\":");
    write_side(pair->project, signal, QIAO_PROJECT, out);
    qiao_buffer_char(out, '}');
}
