/*
 * What the rows of the schema cannot say alone: required fields, the form of ids, fields against each other.
 * Contradictions refuse the record, because whatever would be computed from them is wrong; oddities are warnings.
 */
#include "record/parse_internal.h"

#include <math.h>
#include <string.h>

#define SOURCE_MAX 64

static bool
id_char_allowed(unsigned char c, unsigned char next)
{
    if (c <= 0x20 || c == 0x7F)
        return false;
    return !(c == 0xC2 && next <= 0xA0); /* C1 controls and the no-break space */
}

/* Also refuses the ideographic space U+3000, which hides at the end of names pasted from forms. */
static bool
id_is_printable(const char *id)
{
    const unsigned char *at = (const unsigned char *)id;

    for (; *at != '\0'; at++) {
        if (!id_char_allowed(at[0], at[1]) || (at[0] == 0xE3 && at[1] == 0x80 && at[2] == 0x80))
            return false;
    }
    return true;
}

/* The part before the first colon, unless the source field said otherwise. */
static void
derive_source(qiaoi_parse *p, const char *colon)
{
    if (p->record->source != NULL)
        return;
    p->record->source = qiao_arena_strndup(p->arena, p->record->id, (size_t)(colon - p->record->id));
    if (p->record->source == NULL)
        p->no_memory = true;
}

static void
check_id(qiaoi_parse *p, const cJSON *root)
{
    const char *id = p->record->id;
    const char *colon = id == NULL ? NULL : strchr(id, ':');
    cJSON shown = {.type = cJSON_String, .valuestring = (char *)(uintptr_t)id};
    qiaoi_place place = qiaoi_enter_key(p, "id");

    if (cJSON_GetObjectItemCaseSensitive(root, "id") == NULL)
        QIAOI_FAULT(p, NULL, "is missing; every record needs a stable id such as source:123");
    else if (id != NULL && !id_is_printable(id))
        QIAOI_FAULT(p, &shown, "an id holds no spaces and no control characters");
    else if (id != NULL && (colon == NULL || colon == id || colon[1] == '\0' || colon - id > SOURCE_MAX))
        QIAOI_FAULT(p, &shown,
                    "an id has the form source:localid; name the source with --source, or write it before the id");
    else if (id != NULL)
        derive_source(p, colon);
    qiaoi_leave(p, place);
}

/* Blank members are gone from the tree by now; wrong ones are reported already. */
static void
check_title(qiaoi_parse *p, const cJSON *root)
{
    qiaoi_place place = qiaoi_enter_key(p, "title");

    if (cJSON_GetObjectItemCaseSensitive(root, "title") == NULL)
        QIAOI_FAULT(p, NULL, "is missing; a record needs a title in at least one language");
    qiaoi_leave(p, place);
}

static void
check_bounds(qiaoi_parse *p)
{
    const qiao_record *r = p->record;
    bool trl = r->trl_min != QIAO_UNKNOWN && r->trl_max != QIAO_UNKNOWN && r->trl_min > r->trl_max;
    bool money = r->money_min > r->money_max; /* false where one is unknown (NAN) */
    qiaoi_place place = qiaoi_enter_key(p, trl ? "trl_max" : r->kind == QIAO_PROJECT ? "price_max" : "budget_max");

    if (trl)
        QIAOI_FAULT(p, NULL, "the upper level %d is below the lower level %d", (int)r->trl_max, (int)r->trl_min);
    else if (money)
        QIAOI_FAULT(p, NULL, "the upper amount %.15g is below the lower amount %.15g", r->money_max, r->money_min);
    qiaoi_leave(p, place);
}

static void
check_money(qiaoi_parse *p)
{
    const qiao_record *r = p->record;
    qiaoi_place place = qiaoi_enter_key(p, "currency");

    if (r->currency == NULL && (!isnan(r->money_min) || !isnan(r->money_max)))
        QIAOI_WARNING(p, NULL, "is missing: an amount without its currency cannot be compared");
    qiaoi_leave(p, place);
}

static void
check_dates(qiaoi_parse *p)
{
    const qiao_record *r = p->record;
    qiaoi_place place = qiaoi_enter_key(p, "expires_at");

    if (r->expires_day != QIAO_UNKNOWN && r->published_day != QIAO_UNKNOWN && r->expires_day < r->published_day)
        QIAOI_WARNING(p, NULL, "is before published_at: the record has never been valid");
    qiaoi_leave(p, place);
}

/* ISO 3166-2: "DE-BY" lies in DE. */
static void
check_region(qiaoi_parse *p)
{
    const qiao_record *r = p->record;
    cJSON shown = {.type = cJSON_String, .valuestring = (char *)(uintptr_t)r->region};
    qiaoi_place place = qiaoi_enter_key(p, "region");

    if (r->region != NULL && r->country != NULL && strlen(r->region) > 3 && r->region[2] == '-' &&
        strncmp(r->region, r->country, 2) != 0)
        QIAOI_WARNING(p, &shown, "does not lie in the country %s", r->country);
    qiaoi_leave(p, place);
}

static bool
is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Section, class, subclass: "H01M", then anything. */
static void
check_ipc(qiaoi_parse *p)
{
    const qiao_codes *codes = &p->record->ipc;

    for (size_t i = 0; i < codes->count; i++) {
        const char *c = codes->items[i];
        cJSON shown = {.type = cJSON_String, .valuestring = (char *)(uintptr_t)c};
        qiaoi_place key = qiaoi_enter_key(p, "ipc");
        qiaoi_place index = qiaoi_enter_index(p, i);

        if (!(c[0] >= 'A' && c[0] <= 'H' && is_digit(c[1]) && is_digit(c[2]) && (c[3] == '\0' || is_upper(c[3]))))
            QIAOI_WARNING(p, &shown, "does not look like a patent class such as H01M10/0562");
        qiaoi_leave(p, index);
        qiaoi_leave(p, key);
    }
}

/* Check digit of the unified social credit code (GB 32100). */
static bool
is_credit_code(const char *code)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    static const unsigned char weights[] = {1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28};
    size_t sum = 0;
    const char *check;

    if (strlen(code) != 18)
        return false;
    for (size_t i = 0; i < sizeof weights; i++) {
        const char *at = strchr(alphabet, code[i]);

        if (at == NULL)
            return false;
        sum += (size_t)(at - alphabet) * weights[i];
    }
    check = strchr(alphabet, code[17]);
    return check != NULL && (size_t)(check - alphabet) == (31 - sum % 31) % 31;
}

static void
check_credit_code(qiaoi_parse *p, const cJSON *root)
{
    const cJSON *enterprise =
        p->record->kind == QIAO_NEED ? cJSON_GetObjectItemCaseSensitive(root, "enterprise") : NULL;
    const cJSON *code = cJSON_IsObject(enterprise) ? cJSON_GetObjectItemCaseSensitive(enterprise, "uscc") : NULL;
    qiaoi_place outer = qiaoi_enter_key(p, "enterprise");
    qiaoi_place inner = qiaoi_enter_key(p, "uscc");

    if (cJSON_IsString(code) && !is_credit_code(code->valuestring))
        QIAOI_WARNING(p, code, "is no unified social credit code: 18 characters, the last of them a check digit");
    qiaoi_leave(p, inner);
    qiaoi_leave(p, outer);
}

void
qiaoi_check_record(qiaoi_parse *p, const cJSON *root)
{
    check_id(p, root);
    check_title(p, root);
    check_bounds(p);
    check_money(p);
    check_dates(p);
    check_region(p);
    check_ipc(p);
    check_credit_code(p, root);
}
