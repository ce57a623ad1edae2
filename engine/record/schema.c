/*
 * The schema of records: one row per field, in order of path. Parsing, validation, completeness, the CSV reader and the
 * documentation all read this table; a new field is a new row (and a member in qiao_record where the engine computes
 * with it).
 */
#include "record/schema.h"

#include <string.h>

#define PROJECT (1u << QIAO_PROJECT)
#define NEED (1u << QIAO_NEED)
#define BOTH (PROJECT | NEED)

#define TEXT_BYTES 65536 /* a body text in one language */
#define TITLE_BYTES 2000
#define NAME_BYTES 512
#define UNIT_BYTES 64
#define ITEMS 256     /* of a list */
#define COUNTRIES 300 /* of a list of countries and groups */

#define IN(member) offsetof(qiao_record, member), sizeof(((qiao_record *)0)->member)
#define IN_INDICATOR(member) offsetof(qiao_indicator, member), sizeof(((qiao_indicator *)0)->member)
#define IN_IP(member) offsetof(qiao_ip, member), sizeof(((qiao_ip *)0)->member)
#define IN_PARTNER(member) offsetof(qiao_partner, member), sizeof(((qiao_partner *)0)->member)
#define NOWHERE 0, 0

/* path, type, vocabulary lists, sides, limit, weight in completeness for projects and for needs, stands for, member */
#define ROW(path, type, list, sides, limit, weight_project, weight_need, stands_for, ...)                              \
    {                                                                                                                  \
        {path, QIAO_FIELD_##type, list, sides, limit, weight_project, weight_need}, stands_for, __VA_ARGS__            \
    }

/* clang-format off */
static const qiaoi_schema_row rows[] = {
    ROW("advantage", TEXT, NULL, PROJECT, TEXT_BYTES, 3, 0, NULL, NOWHERE),
    ROW("annual_volume", LABEL, NULL, NEED, TITLE_BYTES, 0, 0, NULL, NOWHERE),
    ROW("attachments_meta", ANY, NULL, BOTH, 0, 0, 0, NULL, NOWHERE),
    ROW("available_from", DATE, NULL, PROJECT, 0, 2, 0, NULL, IN(available_day)),
    ROW("background", TEXT, NULL, NEED, TEXT_BYTES, 0, 2, NULL, NOWHERE),
    ROW("budget_kind", STRING, NULL, NEED, NAME_BYTES, 0, 0, NULL, NOWHERE),
    ROW("budget_max", DECIMAL, NULL, NEED, NAME_BYTES, 0, 0, "budget_min", IN(money_max)),
    ROW("budget_min", DECIMAL, NULL, NEED, NAME_BYTES, 0, 6, NULL, IN(money_min)),
    ROW("cn_import_status", OBJECT, NULL, PROJECT, 0, 0, 0, NULL, NOWHERE),
    ROW("cn_import_status.catalogue_item", STRING, NULL, PROJECT, TITLE_BYTES, 0, 0, NULL, IN(import_item)),
    ROW("cn_import_status.edition", STRING, NULL, PROJECT, NAME_BYTES, 0, 0, NULL, IN(import_edition)),
    ROW("cn_import_status.status", CODE, "import_status", PROJECT, 0, 3, 0, NULL, IN(import_status)),
    ROW("comparator", TEXT, NULL, PROJECT, TEXT_BYTES, 0, 0, NULL, NOWHERE),
    ROW("contact_role", STRING, NULL, NEED, NAME_BYTES, 0, 0, NULL, NOWHERE),
    ROW("coop_modes", CODES, "coop_mode", BOTH, ITEMS, 8, 6, NULL, IN(coop_modes)),
    ROW("country", CODE, "country", PROJECT, 0, 8, 0, NULL, IN(country)),
    ROW("country_groups", ANY, NULL, PROJECT, 0, 0, 0, NULL, NOWHERE),
    ROW("currency", CODE, "currency", BOTH, 0, 0, 0, NULL, IN(currency)),
    ROW("deadline", DATE, NULL, NEED, 0, 0, 0, NULL, IN(respond_day)),
    ROW("decision_owner", STRING, NULL, NEED, NAME_BYTES, 0, 0, NULL, NOWHERE),
    ROW("description", TEXT, NULL, BOTH, TEXT_BYTES, 0, 0, "summary|problem", NOWHERE),
    ROW("dissemination", OBJECT, NULL, BOTH, 0, 0, 0, NULL, NOWHERE),
    ROW("dissemination.allow", CODES, "country|country_group", BOTH, COUNTRIES, 0, 0, NULL, IN(dissemination_allow)),
    ROW("dissemination.deny", CODES, "country|country_group", BOTH, COUNTRIES, 0, 0, NULL, IN(dissemination_deny)),
    ROW("duration_months", INTEGER, NULL, NEED, 1200, 0, 2, NULL, IN(duration_months)),
    ROW("economic_case", TEXT, NULL, PROJECT, TEXT_BYTES, 0, 0, NULL, NOWHERE),
    ROW("een_market", STRINGS, NULL, PROJECT, ITEMS, 0, 0, NULL, NOWHERE),
    ROW("een_tech", STRINGS, NULL, PROJECT, ITEMS, 0, 0, NULL, NOWHERE),
    ROW("elem_application", TEXTS, NULL, BOTH, ITEMS, 1, 1, NULL, NOWHERE),
    ROW("elem_efficacy", TEXTS, NULL, BOTH, ITEMS, 0, 0, NULL, NOWHERE),
    ROW("elem_material", TEXTS, NULL, BOTH, ITEMS, 0, 0, NULL, NOWHERE),
    ROW("elem_method", TEXTS, NULL, BOTH, ITEMS, 1, 0, NULL, NOWHERE),
    ROW("elem_product", TEXTS, NULL, BOTH, ITEMS, 0, 0, NULL, NOWHERE),
    ROW("enterprise", OBJECT, NULL, NEED, 0, 0, 0, NULL, NOWHERE),
    ROW("enterprise.confidential", BOOLEAN, NULL, NEED, 0, 0, 0, NULL, IN(org_confidential)),
    ROW("enterprise.name", LABEL, NULL, NEED, NAME_BYTES, 0, 0, NULL, IN(org_name)),
    ROW("enterprise.org_kind", CODE, "org_kind", NEED, 0, 0, 6, NULL, IN(org_kind)),
    ROW("enterprise.park", CODE, "park", NEED, 0, 0, 8, NULL, IN(park)),
    ROW("enterprise.size", CODE, "org_size", NEED, 0, 0, 2, NULL, IN(org_size)),
    ROW("enterprise.tags", STRINGS, NULL, NEED, ITEMS, 0, 0, NULL, IN(tags)),
    ROW("enterprise.uscc", STRING, NULL, NEED, UNIT_BYTES, 0, 0, NULL, NOWHERE),
    ROW("evidence_urls", STRINGS, NULL, BOTH, ITEMS, 0, 0, NULL, NOWHERE),
    ROW("expires_at", DATE, NULL, BOTH, 0, 2, 0, NULL, IN(expires_day)),
    ROW("export_control", OBJECT, NULL, PROJECT, 0, 0, 0, NULL, NOWHERE),
    ROW("export_control.basis", STRING, NULL, PROJECT, TITLE_BYTES, 0, 0, NULL, IN(export_basis)),
    ROW("export_control.checked_at", DATE, NULL, PROJECT, 0, 0, 0, NULL, NOWHERE),
    ROW("export_control.origin_status", CODE, "export_status", PROJECT, 0, 3, 0, NULL, IN(export_status)),
    ROW("fields", CODES, "field", BOTH, ITEMS, 10, 10, NULL, IN(fields)),
    ROW("id", STRING, NULL, BOTH, QIAO_ID_MAX, 0, 0, NULL, IN(id)),
    ROW("indicators", OBJECTS, NULL, BOTH, ITEMS, 6, 8, NULL, IN(indicators)),
    ROW("indicators.condition", LABEL, NULL, BOTH, TITLE_BYTES, 0, 0, NULL, IN_INDICATOR(condition)),
    ROW("indicators.evidence", CODE, "evidence", BOTH, 0, 0, 0, NULL, IN_INDICATOR(evidence)),
    ROW("indicators.must", BOOLEAN, NULL, BOTH, 0, 0, 0, NULL, IN_INDICATOR(must)),
    ROW("indicators.name", LABEL, NULL, BOTH, NAME_BYTES, 0, 0, NULL, IN_INDICATOR(name)),
    ROW("indicators.op", OPERATOR, NULL, BOTH, 0, 0, 0, NULL, IN_INDICATOR(op)),
    ROW("indicators.unit", STRING, NULL, BOTH, UNIT_BYTES, 0, 0, NULL, IN_INDICATOR(unit)),
    ROW("indicators.value", NUMBER, NULL, BOTH, 0, 0, 0, NULL, IN_INDICATOR(value)),
    ROW("indicators.value2", NUMBER, NULL, BOTH, 0, 0, 0, NULL, IN_INDICATOR(value2)),
    ROW("indicators.weight", NUMBER, NULL, BOTH, 0, 0, 0, NULL, NOWHERE),
    ROW("ip", OBJECTS, NULL, PROJECT, ITEMS, 5, 0, NULL, IN(ip)),
    ROW("ip.cn_protected", BOOLEAN, NULL, PROJECT, 0, 0, 0, NULL, IN_IP(cn_protected)),
    ROW("ip.expiry", STRING, NULL, PROJECT, NAME_BYTES, 0, 0, NULL, IN_IP(expiry)),
    ROW("ip.kind", CODE, "ip_kind", PROJECT, 0, 0, 0, NULL, IN_IP(kind)),
    ROW("ip.number", STRING, NULL, PROJECT, NAME_BYTES, 0, 0, NULL, IN_IP(number)),
    ROW("ip.office", STRING, NULL, PROJECT, NAME_BYTES, 0, 0, NULL, IN_IP(office)),
    ROW("ip.status", STRING, NULL, PROJECT, NAME_BYTES, 0, 0, NULL, IN_IP(status)),
    ROW("ip_terms", CODE, "ip_terms", NEED, 0, 0, 4, NULL, IN(ip_terms)),
    ROW("ipc", STRINGS, NULL, BOTH, ITEMS, 2, 0, NULL, IN(ipc)),
    ROW("keywords", STRINGS, NULL, BOTH, ITEMS, 0, 3, NULL, IN(keywords)),
    ROW("kind", CODE, "kind", BOTH, 16, 0, 0, NULL, NOWHERE),
    ROW("landing", OBJECT, NULL, NEED, 0, 0, 0, NULL, NOWHERE),
    ROW("landing.carrier", LABEL, NULL, NEED, NAME_BYTES, 0, 0, NULL, NOWHERE),
    ROW("landing.energy", LABEL, NULL, NEED, NAME_BYTES, 0, 0, NULL, NOWHERE),
    ROW("landing.site_area", LABEL, NULL, NEED, NAME_BYTES, 0, 0, NULL, NOWHERE),
    ROW("landing_pref", CODES, "park|zone", PROJECT, ITEMS, 0, 0, NULL, IN(landing_pref)),
    ROW("nace", STRINGS, NULL, PROJECT, ITEMS, 0, 0, NULL, NOWHERE),
    ROW("need_intent", CODE, "need_intent", NEED, 0, 0, 2, NULL, IN(need_intent)),
    ROW("need_kind", CODE, "need_kind", NEED, 0, 0, 5, NULL, IN(record_kind)),
    ROW("needed_by", DATE, NULL, NEED, 0, 0, 4, NULL, IN(needed_day)),
    ROW("org_confidential", BOOLEAN, NULL, PROJECT, 0, 0, 0, NULL, IN(org_confidential)),
    ROW("org_kind", CODE, "org_kind", PROJECT, 0, 6, 0, NULL, IN(org_kind)),
    ROW("org_name", LABEL, NULL, PROJECT, NAME_BYTES, 2, 0, NULL, IN(org_name)),
    ROW("org_size", CODE, "org_size", PROJECT, 0, 1, 0, NULL, IN(org_size)),
    ROW("partner_requirements", OBJECT, NULL, NEED, 0, 0, 0, NULL, NOWHERE),
    ROW("partner_requirements.conditions", TEXT, NULL, NEED, TEXT_BYTES, 0, 0, NULL, NOWHERE),
    ROW("partner_requirements.country_allow", CODES, "country|country_group", NEED, COUNTRIES, 0, 0, NULL, IN(country_allow)),
    ROW("partner_requirements.country_deny", CODES, "country|country_group", NEED, COUNTRIES, 0, 0, NULL, IN(country_deny)),
    ROW("partner_requirements.org_kind", CODES, "org_kind", NEED, ITEMS, 0, 2, NULL, IN(partner_org_kinds)),
    ROW("partner_requirements.size", CODES, "org_size", NEED, ITEMS, 0, 0, NULL, NOWHERE),
    ROW("partner_sought", OBJECTS, NULL, PROJECT, ITEMS, 2, 0, NULL, IN(partners)),
    ROW("partner_sought.org_kind", CODE, "org_kind", PROJECT, 0, 0, 0, NULL, IN_PARTNER(org_kind)),
    ROW("partner_sought.role", LABEL, NULL, PROJECT, NAME_BYTES, 0, 0, NULL, IN_PARTNER(role)),
    ROW("partner_sought.size", CODE, "org_size", PROJECT, 0, 0, 0, NULL, IN_PARTNER(size)),
    ROW("price_kind", CODE, "price_kind", PROJECT, 0, 0, 0, "price_min", IN(price_kind)),
    ROW("price_max", DECIMAL, NULL, PROJECT, NAME_BYTES, 0, 0, "price_min", IN(money_max)),
    ROW("price_min", DECIMAL, NULL, PROJECT, NAME_BYTES, 4, 0, NULL, IN(money_min)),
    ROW("problem", TEXT, NULL, NEED, TEXT_BYTES, 0, 10, NULL, NOWHERE),
    ROW("published_at", DATE, NULL, BOTH, 0, 0, 0, NULL, IN(published_day)),
    ROW("quality", ANY, NULL, BOTH, 0, 0, 0, NULL, NOWHERE),
    ROW("record_kind", CODE, "record_kind", PROJECT, 0, 2, 0, NULL, IN(record_kind)),
    ROW("region", STRING, NULL, PROJECT, NAME_BYTES, 0, 0, NULL, IN(region)),
    ROW("respond_by", DATE, NULL, NEED, 0, 0, 0, NULL, IN(respond_day)),
    ROW("rev", INTEGER, NULL, BOTH, 2000000000, 0, 0, NULL, NOWHERE),
    ROW("source", OBJECT, NULL, BOTH, NAME_BYTES, 0, 0, NULL, IN(source)),
    ROW("source.channel", STRING, NULL, BOTH, NAME_BYTES, 0, 0, NULL, NOWHERE),
    ROW("source.event", STRING, NULL, BOTH, NAME_BYTES, 0, 0, NULL, NOWHERE),
    ROW("source.liaison_office", STRING, NULL, BOTH, NAME_BYTES, 0, 0, NULL, NOWHERE),
    ROW("source.policy_measures", STRINGS, NULL, BOTH, ITEMS, 0, 0, NULL, IN(policy_measures)),
    ROW("stage_note", TEXT, NULL, PROJECT, TEXT_BYTES, 0, 0, NULL, NOWHERE),
    ROW("status", CODE, "status", BOTH, 0, 2, 2, NULL, IN(status)),
    ROW("summary", TEXT, NULL, BOTH, TEXT_BYTES, 10, 0, NULL, NOWHERE),
    ROW("target", TEXT, NULL, NEED, TEXT_BYTES, 0, 5, NULL, NOWHERE),
    ROW("target_regions", CODES, "country|country_group", NEED, COUNTRIES, 0, 0, NULL, IN(target_regions)),
    ROW("time_to_deploy_months", INTEGER, NULL, PROJECT, 1200, 0, 0, "available_from", IN(duration_months)),
    ROW("title", TEXT, NULL, BOTH, TITLE_BYTES, 10, 10, NULL, NOWHERE),
    ROW("translation_quality", CODE, "translation_quality", BOTH, 0, 0, 0, NULL, NOWHERE),
    ROW("trl", INTEGER, "trl", PROJECT, 9, 8, 0, NULL, IN(trl)),
    ROW("trl_max", INTEGER, "trl", NEED, 9, 0, 0, "trl_min", IN(trl_max)),
    ROW("trl_min", INTEGER, "trl", NEED, 9, 0, 4, NULL, IN(trl_min)),
    ROW("trl_scale", STRING, NULL, BOTH, NAME_BYTES, 0, 0, NULL, NOWHERE),
    ROW("updated_at", DATE, NULL, BOTH, 0, 3, 3, NULL, IN(updated_day)),
    ROW("use_scenario", TEXT, NULL, NEED, TEXT_BYTES, 0, 2, NULL, NOWHERE),
    ROW("visibility", CODE, "visibility", BOTH, 0, 0, 0, NULL, IN(visibility)),
};
/* clang-format on */

#define ROW_COUNT (sizeof rows / sizeof rows[0])

_Static_assert(ROW_COUNT <= 64 * (sizeof(((qiao_record *)0)->filled) / sizeof(uint64_t)), "a bit for every row");
_Static_assert(sizeof(qiao_record) <= UINT16_MAX, "offsets fit");

size_t
qiaoi_schema_find(const char *path)
{
    size_t low = 0, high = ROW_COUNT;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(path, rows[middle].field.path);

        if (order == 0)
            return middle;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return QIAOI_NO_ROW;
}

const qiaoi_schema_row *
qiaoi_schema_row_at(size_t index)
{
    return index < ROW_COUNT ? &rows[index] : NULL;
}

const qiao_field *
qiao_record_field(const char *path)
{
    size_t at = qiaoi_schema_find(path);

    return at == QIAOI_NO_ROW ? NULL : &rows[at].field;
}

const qiao_field *
qiao_record_field_at(size_t index)
{
    return index < ROW_COUNT ? &rows[index].field : NULL;
}
