/* Lays out the facts of a record: see facts.h. Strings and arrays are appended to one buffer behind the header; offsets
 * are put into the header at the end, since the buffer moves while it grows. */
#include "facts/facts.h"

#include "qiao/file.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LISTS 12u
#define SCRATCH_BYTES ((size_t)1 << 20) /* for reading the indicators of some seven texts without asking for memory */

/* ---- checking ---- */

static bool
string_inside(const char *block, size_t length, uint32_t offset)
{
    return offset < length && memchr(block + offset, '\0', length - offset) != NULL;
}

static bool
codes_inside(const char *block, size_t length, const qiaoi_fact_codes *codes)
{
    if (codes->count == 0)
        return true;
    if (codes->first % 4 != 0 || codes->first < sizeof(qiaoi_facts) || codes->count > QIAOI_FACTS_CODES ||
        codes->first + (size_t)codes->count * 4 > length)
        return false;
    for (uint32_t i = 0; i < codes->count; i++)
        if (!string_inside(block, length, ((const uint32_t *)(const void *)(block + codes->first))[i]))
            return false;
    return true;
}

static bool
readings_inside(const qiaoi_facts *facts, size_t length)
{
    const char *block = (const char *)facts;

    if (facts->reading_count == 0)
        return true;
    if (facts->reading_count > QIAOI_FACTS_READINGS || facts->readings % 8 != 0 || facts->readings < sizeof *facts ||
        facts->readings + (size_t)facts->reading_count * sizeof(qiaoi_fact_reading) > length)
        return false;
    for (uint32_t i = 0; i < facts->reading_count; i++) {
        const qiaoi_fact_reading *r = &qiaoi_facts_readings(facts)[i];

        if (!string_inside(block, length, r->name) || !string_inside(block, length, r->unit) ||
            !string_inside(block, length, r->si_unit) || (r->text != 0 && !string_inside(block, length, r->text)) ||
            r->op > QIAO_OP_ABOUT || r->change > QIAO_TREND_DOWN || r->better > QIAO_BETTER_LESS)
            return false;
    }
    return true;
}

bool
qiaoi_facts_sound(const void *block, size_t length)
{
    const qiaoi_facts *facts = block;
    const uint32_t *strings = &facts->status;
    const qiaoi_fact_codes *lists = &facts->fields;

    if (length < sizeof *facts || (uintptr_t)block % 8 != 0 || facts->magic != QIAOI_FACTS_MAGIC ||
        facts->size > length || (facts->kind != QIAO_PROJECT && facts->kind != QIAO_NEED))
        return false;
    for (const uint32_t *s = strings; s <= &facts->suggested_country; s++)
        if (*s != 0 && !string_inside(block, facts->size, *s))
            return false;
    for (size_t i = 0; i < LISTS; i++)
        if (!codes_inside(block, facts->size, &lists[i]))
            return false;
    return readings_inside(facts, facts->size);
}

/* ---- making ---- */

qiao_status
qiaoi_facts_maker_init(qiaoi_facts_maker *maker, const qiao_vocabulary *vocabulary, const qiao_units *units,
                       qiao_analyzer *analyzer, qiao_error *err)
{
    *maker = (qiaoi_facts_maker){.vocabulary = vocabulary, .units = units, .analyzer = analyzer};
    maker->arena = qiao_arena_new(SCRATCH_BYTES);
    return maker->arena != NULL ? QIAO_OK : qiao_fail_memory(err);
}

void
qiaoi_facts_maker_done(qiaoi_facts_maker *maker)
{
    qiao_arena_free(maker->arena);
    qiao_buffer_done(&maker->text);
    qiao_buffer_done(&maker->out);
    *maker = (qiaoi_facts_maker){0};
}

static uint32_t
put_string(qiaoi_facts_maker *maker, const char *text)
{
    uint32_t offset = (uint32_t)maker->out.length;

    if (text == NULL)
        return 0;
    qiao_buffer_append(&maker->out, text, strlen(text) + 1);
    return offset;
}

static void
align(qiaoi_facts_maker *maker, size_t to)
{
    while (maker->out.length % to != 0 && !maker->out.failed)
        qiao_buffer_char(&maker->out, '\0');
}

static qiaoi_fact_codes
put_codes(qiaoi_facts_maker *maker, const char *const *codes, size_t count)
{
    uint32_t offsets[QIAOI_FACTS_CODES];
    qiaoi_fact_codes out = {0, 0};

    for (; out.count < count && out.count < QIAOI_FACTS_CODES; out.count++)
        offsets[out.count] = put_string(maker, codes[out.count]);
    align(maker, 4);
    out.first = (uint32_t)maker->out.length;
    qiao_buffer_append(&maker->out, offsets, out.count * sizeof *offsets);
    return out;
}

static qiaoi_fact_codes
put_list(qiaoi_facts_maker *maker, const qiao_codes *codes)
{
    return put_codes(maker, (const char *const *)codes->items, codes->count);
}

/* Its fields, and those that its patent classes stand for where it names none. */
static qiaoi_fact_codes
put_fields(qiaoi_facts_maker *maker, const qiao_record *record)
{
    const char *fields[QIAOI_FACTS_CODES];
    size_t count = 0;

    for (; count < record->fields.count && count < QIAOI_FACTS_CODES; count++)
        fields[count] = record->fields.items[count];
    for (size_t i = 0; maker->vocabulary != NULL && record->fields.count == 0 && i < record->ipc.count; i++) {
        const char *found[4];
        size_t n = qiao_vocabulary_crosswalk(maker->vocabulary, "ipc", record->ipc.items[i], found, 4);

        for (size_t k = 0; k < n && k < 4 && count < QIAOI_FACTS_CODES; k++)
            fields[count++] = found[k];
    }
    return put_codes(maker, fields, count);
}

static qiaoi_fact_codes
put_partners(qiaoi_facts_maker *maker, const qiao_record *record)
{
    const char *kinds[QIAOI_FACTS_CODES];
    size_t count = 0;

    if (record->kind == QIAO_NEED)
        return put_list(maker, &record->partner_org_kinds);
    for (size_t i = 0; i < record->partner_count && count < QIAOI_FACTS_CODES; i++)
        if (record->partners[i].org_kind != NULL)
            kinds[count++] = record->partners[i].org_kind;
    return put_codes(maker, kinds, count);
}

static qiaoi_fact_codes
put_partner_sizes(qiaoi_facts_maker *maker, const qiao_record *record)
{
    const char *sizes[QIAOI_FACTS_CODES];
    size_t count = 0;

    for (size_t i = 0; i < record->partner_count && count < QIAOI_FACTS_CODES; i++)
        if (record->partners[i].size != NULL)
            sizes[count++] = record->partners[i].size;
    return put_codes(maker, sizes, count);
}

static qiaoi_ternary
rights_of(const qiao_record *record)
{
    bool none = false;

    for (size_t i = 0; i < record->ip_count; i++) {
        if (record->ip[i].kind != NULL && strcmp(record->ip[i].kind, "none") != 0)
            return QIAOI_YES;
        none = none || record->ip[i].kind != NULL;
    }
    return none ? QIAOI_NO : QIAOI_UNKNOWN_IF;
}

static qiaoi_ternary
protection_of(const qiao_record *record)
{
    qiaoi_ternary out = QIAOI_UNKNOWN_IF;

    for (size_t i = 0; i < record->ip_count; i++) {
        if (record->ip[i].cn_protected == 1)
            return QIAOI_YES;
        out = record->ip[i].cn_protected == 0 ? QIAOI_NO : out;
    }
    return out;
}

static void
put_scalars(qiaoi_facts_maker *maker, const qiao_record *record, qiaoi_facts *f)
{
    double rate = qiao_vocabulary_cny_rate(maker->vocabulary, record->currency);

    f->kind = (int32_t)record->kind;
    f->trl = record->trl;
    f->trl_min = record->trl_min;
    f->trl_max = record->trl_max;
    f->published_day = record->published_day;
    f->updated_day = record->updated_day;
    f->expires_day = record->expires_day;
    f->available_day = record->available_day;
    f->needed_day = record->needed_day;
    f->respond_day = record->respond_day;
    f->duration_months = record->duration_months;
    f->completeness = qiao_record_completeness(record, NULL, 0, NULL);
    f->money_min = record->money_min * rate;
    f->money_max = record->money_max * rate;
    f->protected_in_china = protection_of(record);
    f->has_rights = rights_of(record);
}

static void
put_strings(qiaoi_facts_maker *maker, const qiao_record *record, qiaoi_facts *f)
{
    f->status = put_string(maker, record->status);
    f->record_kind = put_string(maker, record->record_kind);
    f->visibility = put_string(maker, record->visibility);
    f->country = put_string(maker, record->country);
    f->region = put_string(maker, record->region);
    f->org_kind = put_string(maker, record->org_kind);
    f->org_size = put_string(maker, record->org_size);
    f->park = put_string(maker, record->park);
    f->ip_terms = put_string(maker, record->ip_terms);
    f->price_kind = put_string(maker, record->price_kind);
    f->export_status = put_string(maker, record->export_status);
    f->export_basis = put_string(maker, record->export_basis);
    f->import_status = put_string(maker, record->import_status);
    f->import_item = put_string(maker, record->import_item);
    f->import_edition = put_string(maker, record->import_edition);
}

static void
put_all_codes(qiaoi_facts_maker *maker, const qiao_record *record, qiaoi_facts *f)
{
    f->fields = put_fields(maker, record);
    f->ipc = put_list(maker, &record->ipc);
    f->modes = put_list(maker, &record->coop_modes);
    f->landing_pref = put_list(maker, &record->landing_pref);
    f->disclose_allow = put_list(maker, &record->dissemination_allow);
    f->disclose_deny = put_list(maker, &record->dissemination_deny);
    f->country_allow = put_list(maker, &record->country_allow);
    f->country_deny = put_list(maker, &record->country_deny);
    f->partner_kinds = put_partners(maker, record);
    f->partner_sizes = put_partner_sizes(maker, record);
    f->target_regions = put_list(maker, &record->target_regions);
    f->measures = put_list(maker, &record->policy_measures);
}

/* What the words say where the facts do not: after the codes, since patent classes stand for fields too. */
static void
put_suggestions(qiaoi_facts_maker *maker, const qiao_record *record, qiaoi_facts *f)
{
    qiao_suggestion found[QIAO_SUGGESTIONS_MAX];
    size_t count = qiao_suggest(record, f->fields.count == 0 ? maker->concepts : NULL, maker->vocabulary, found);

    f->suggested_trl = QIAO_UNKNOWN;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(found[i].field, "fields") == 0) {
            f->suggested_field = put_string(maker, found[i].value);
            f->suggested_field_confidence = found[i].confidence;
        } else if (strcmp(found[i].field, "trl") == 0) {
            f->suggested_trl = (int32_t)strtol(found[i].value, NULL, 10);
            f->suggested_trl_confidence = found[i].confidence;
        } else if (strcmp(found[i].field, "country") == 0) {
            f->suggested_country = put_string(maker, found[i].value);
            f->suggested_country_confidence = found[i].confidence;
        }
    }
}

/* ---- indicators ---- */

/* Words of a name as hashes, without stop words; English ones as stems, Chinese ones as the analyzer cuts them. */
static qiao_status
hash_name(qiaoi_facts_maker *maker, const char *name, const char *language, uint32_t out[QIAOI_NAME_WORDS],
          qiao_error *err)
{
    const qiao_token *tokens;
    size_t count, n = 0;
    qiao_status st;

    if (name == NULL || *name == '\0' || maker->analyzer == NULL)
        return QIAO_OK;
    st = qiao_analyze(maker->analyzer, name, strlen(name), language, false, &tokens, &count, err);
    for (size_t i = 0; st == QIAO_OK && i < count && n < QIAOI_NAME_WORDS; i++) {
        uint32_t hash = (uint32_t)qiao_hash64(tokens[i].form, tokens[i].form_length, 0);

        if (!tokens[i].stop_word)
            out[n++] = hash != 0 ? hash : 1;
    }
    return st;
}

typedef struct reading_list {
    qiaoi_fact_reading items[QIAOI_FACTS_READINGS];
    uint32_t count;
} reading_list;

static qiaoi_fact_reading *
add_reading(qiaoi_facts_maker *maker, reading_list *list, const qiao_reading *r)
{
    qiaoi_fact_reading *out;

    if (list->count == QIAOI_FACTS_READINGS)
        return NULL;
    out = &list->items[list->count++];
    *out = (qiaoi_fact_reading){.value = r->value,
                                .value2 = r->value2,
                                .si_value = r->si_value,
                                .si_value2 = r->si_value2,
                                .factor = r->unit_factor,
                                .offset = r->unit_offset,
                                .start = (uint32_t)r->start,
                                .end = (uint32_t)r->end,
                                .op = (uint8_t)r->op,
                                .change = (uint8_t)r->change,
                                .difference = r->difference,
                                .better = (uint8_t)r->better,
                                .span = r->span,
                                .dimension = r->dimension};
    out->name = put_string(maker, r->name);
    out->unit = put_string(maker, r->unit);
    out->si_unit = put_string(maker, r->si_unit);
    return out;
}

static qiao_status
add_structured(qiaoi_facts_maker *maker, const qiao_record *record, reading_list *list, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    for (size_t i = 0; st == QIAO_OK && i < record->indicator_count; i++) {
        const qiao_indicator *field = &record->indicators[i];
        bool chinese = field->name_zh != NULL && (record->kind == QIAO_NEED || field->name_en == NULL);
        qiaoi_fact_reading *out;
        qiao_reading r;

        st = qiao_indicator_of_field(maker->units, field, chinese ? QIAO_LANGUAGE_ZH : QIAO_LANGUAGE_EN, maker->arena,
                                     &r, err);
        if (st == QIAO_E_NOTFOUND) {
            st = QIAO_OK;
            continue;
        }
        if (st != QIAO_OK)
            break;
        out = add_reading(maker, list, &r);
        if (out == NULL)
            break;
        out->must = field->must;
        st = hash_name(maker, r.name, chinese ? "zh" : NULL, out->words[0], err);
        if (st == QIAO_OK)
            st = hash_name(maker, chinese ? field->name_en : field->name_zh, chinese ? "en" : "zh", out->words[1], err);
    }
    return st;
}

/* A text may say again what a field states: the field's reading is the one that counts. */
static bool
said_already(const reading_list *list, const qiao_reading *r)
{
    for (uint32_t i = 0; i < list->count; i++) {
        const qiaoi_fact_reading *known = &list->items[i];

        if (known->si_value == r->si_value && known->op == (uint8_t)r->op &&
            memcmp(&known->dimension, &r->dimension, sizeof r->dimension) == 0)
            return true;
    }
    return false;
}

static qiao_status
add_read(qiaoi_facts_maker *maker, const char *name, const char *language, const char *text, size_t length,
         reading_list *list, qiao_error *err)
{
    bool chinese = strcmp(language, "en") != 0;
    uint32_t place = 0;
    qiao_reading *readings;
    size_t count;
    qiao_status st = qiao_indicators_read(maker->units, text, length, chinese ? QIAO_LANGUAGE_ZH : QIAO_LANGUAGE_EN,
                                          maker->arena, &readings, &count, err);

    for (size_t i = 0; st == QIAO_OK && i < count; i++) {
        qiaoi_fact_reading *out;

        if (readings[i].name[0] == '\0' || said_already(list, &readings[i]))
            continue;
        if (place == 0) {
            qiao_buffer_clear(&maker->text);
            qiao_buffer_printf(&maker->text, *language == '\0' || strcmp(language, "und") == 0 ? "%s" : "%s.%s", name,
                               language);
            st = qiao_buffer_check(&maker->text, err);
            if (st != QIAO_OK)
                break;
            place = put_string(maker, maker->text.data);
        }
        out = add_reading(maker, list, &readings[i]);
        if (out == NULL)
            break;
        out->text = place;
        st = hash_name(maker, readings[i].name, NULL, out->words[0], err);
    }
    return st;
}

static bool
readable(const char *language)
{
    return strcmp(language, "zh") == 0 || strcmp(language, "en") == 0 || strcmp(language, "und") == 0;
}

static void
begin(qiaoi_facts_maker *maker)
{
    static const qiaoi_facts none;

    qiao_arena_reset(maker->arena);
    qiao_buffer_clear(&maker->out);
    qiao_buffer_append(&maker->out, &none, sizeof none);
}

static qiao_status
finish(qiaoi_facts_maker *maker, qiaoi_facts *f, const reading_list *list, const qiaoi_facts **out, qiao_error *err)
{
    align(maker, 8);
    f->readings = (uint32_t)maker->out.length;
    f->reading_count = list->count;
    qiao_buffer_append(&maker->out, list->items, list->count * sizeof *list->items);
    align(maker, 8);
    f->magic = QIAOI_FACTS_MAGIC;
    f->size = (uint32_t)maker->out.length;
    if (maker->out.failed)
        return qiao_buffer_check(&maker->out, err);
    memcpy(maker->out.data, f, sizeof *f);
    *out = (const qiaoi_facts *)(const void *)maker->out.data;
    return QIAO_OK;
}

qiao_status
qiaoi_facts_make(qiaoi_facts_maker *maker, const qiao_record *record, const qiaoi_facts **out, qiao_error *err)
{
    reading_list list = {.count = 0};
    qiaoi_facts f = {0};
    qiao_status st;

    begin(maker);
    put_scalars(maker, record, &f);
    put_strings(maker, record, &f);
    put_all_codes(maker, record, &f);
    put_suggestions(maker, record, &f);
    qiaoi_identity_of(record, &f.identity);
    st = maker->units == NULL ? QIAO_OK : add_structured(maker, record, &list, err);
    for (size_t i = 0; st == QIAO_OK && maker->units != NULL && i < record->text_count; i++) {
        const qiao_text *text = &record->texts[i];

        if (readable(text->language))
            st = add_read(maker, text->name, text->language, text->text, text->length, &list, err);
    }
    return st == QIAO_OK ? finish(maker, &f, &list, out, err) : st;
}

qiao_status
qiaoi_facts_of_text(qiaoi_facts_maker *maker, const char *text, size_t length, const qiaoi_facts **out, qiao_error *err)
{
    reading_list list = {.count = 0};
    qiaoi_facts f = {.kind = QIAO_NEED,
                     .trl = QIAO_UNKNOWN,
                     .trl_min = QIAO_UNKNOWN,
                     .trl_max = QIAO_UNKNOWN,
                     .suggested_trl = QIAO_UNKNOWN,
                     .published_day = QIAO_UNKNOWN,
                     .updated_day = QIAO_UNKNOWN,
                     .expires_day = QIAO_UNKNOWN,
                     .available_day = QIAO_UNKNOWN,
                     .needed_day = QIAO_UNKNOWN,
                     .respond_day = QIAO_UNKNOWN,
                     .duration_months = QIAO_UNKNOWN,
                     .completeness = QIAO_UNKNOWN,
                     .money_min = (double)NAN,
                     .money_max = (double)NAN};
    qiao_status st;

    begin(maker);
    st = maker->units == NULL ? QIAO_OK : add_read(maker, "text", "", text, length, &list, err);
    return st == QIAO_OK ? finish(maker, &f, &list, out, err) : st;
}
