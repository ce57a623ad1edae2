/* Indicators in an explanation: the table, the third line, and which figures are open. */
#include "match/explain_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIGURES_SHOWN 3u

static const char *
verdict_code(qiao_verdict verdict)
{
    switch (verdict) {
    case QIAO_VERDICT_MET:
        return "met";
    case QIAO_VERDICT_PARTLY:
        return "partly";
    case QIAO_VERDICT_UNMET:
        return "unmet";
    case QIAO_VERDICT_UNKNOWN:
        break;
    }
    return "unknown";
}

static uint32_t
count_of(const qiaoi_explained *e)
{
    return e->pair.need == NULL || e->pair.project == NULL || e->matcher->indicators.need != e->pair.need
               ? 0
               : e->pair.need->reading_count;
}

/* ---- the table ---- */

static void
write_value(qiao_buffer *out, const char *name, double value)
{
    if (isnan(value) || isinf(value))
        qiao_buffer_printf(out, ",\"%s\":null", name);
    else
        qiao_buffer_printf(out, ",\"%s\":%.9g", name, value);
}

/* The one text of that place; NULL where there is none, or several of one name. */
static const char *
text_of_place(const qiaoi_explained *e, const qiao_record *record, const char *place, size_t *length_out)
{
    const char *found = NULL;

    if (record == NULL) {
        *length_out = e->matcher->texts[0].length;
        return strcmp(place, e->matcher->texts[0].name) == 0 ? e->matcher->texts[0].text : NULL;
    }
    for (size_t i = 0; i < record->text_count; i++) {
        const qiao_text *text = &record->texts[i];
        size_t name = strlen(text->name);
        bool plain = strcmp(text->language, "und") == 0;

        if (strncmp(place, text->name, name) != 0 ||
            (plain ? place[name] != '\0' : place[name] != '.' || strcmp(place + name + 1, text->language) != 0))
            continue;
        if (found != NULL)
            return NULL;
        found = text->text;
        *length_out = text->length;
    }
    return found;
}

static void
write_reading(const qiaoi_explained *e, const qiaoi_facts *facts, uint32_t index, const qiao_reading *r,
              const qiao_record *record, qiao_buffer *out)
{
    const char *place = qiaoi_facts_text(facts, qiaoi_facts_readings(facts)[index].text), *text;
    size_t length = 0;

    qiao_buffer_text(out, "{\"name\":");
    qiao_buffer_json_string(out, r->name, strlen(r->name));
    qiao_buffer_printf(out, ",\"op\":\"%s\"", qiao_indicator_operator_text(r->op));
    write_value(out, "value", r->value);
    write_value(out, "value2", r->value2);
    qiao_buffer_text(out, ",\"unit\":");
    qiao_buffer_json_string(out, r->unit, strlen(r->unit));
    if (place == NULL) {
        qiao_buffer_text(out, ",\"field\":\"indicators\"}");
        return;
    }
    text = text_of_place(e, record, place, &length);
    qiao_buffer_text(out, ",\"field\":");
    qiao_buffer_json_string(out, place, strlen(place));
    if (text != NULL && r->start < r->end && r->end <= length) {
        qiao_buffer_printf(out, ",\"start\":%zu,\"end\":%zu,\"text\":", r->start, r->end);
        qiao_buffer_json_string(out, text + r->start, r->end - r->start);
    }
    qiao_buffer_char(out, '}');
}

void
qiaoi_explain_indicators(qiaoi_explained *e, qiao_buffer *out)
{
    const qiaoi_indicators *in = &e->matcher->indicators;
    uint32_t count = count_of(e);

    qiao_buffer_char(out, '[');
    for (uint32_t i = 0; i < count; i++) {
        const qiao_comparison *result = &in->results[i];

        qiao_buffer_printf(out, "%s{\"verdict\":\"%s\",\"must\":%s,\"need\":", i > 0 ? "," : "",
                           verdict_code(result->verdict),
                           qiaoi_facts_readings(e->pair.need)[i].must != 0 ? "true" : "false");
        write_reading(e, e->pair.need, i, &in->needs[i], e->need, out);
        qiao_buffer_text(out, ",\"project\":");
        if (result->project < e->pair.project->reading_count) {
            write_reading(e, e->pair.project, (uint32_t)result->project, &in->projects[result->project], e->project,
                          out);
            write_value(out, "project_value", result->project_value);
            write_value(out, "project_value2", result->project_value2);
        } else {
            qiao_buffer_text(out, "null,\"project_value\":null,\"project_value2\":null");
        }
        qiao_buffer_text(out, ",\"unit\":");
        qiao_buffer_json_string(out, in->needs[i].unit, strlen(in->needs[i].unit));
        qiao_buffer_char(out, '}');
    }
    qiao_buffer_char(out, ']');
}

/* ---- the line ---- */

/* Four digits: a converted value is no more exact than what it was made from. */
static double
rounded(double value)
{
    char text[40];

    if (isnan(value) || isinf(value))
        return value;
    snprintf(text, sizeof text, "%.4g", value);
    return strtod(text, NULL);
}

/* What the project states, in the need's unit; as it is written too where that is another one. */
static const char *
stated(qiaoi_explained *e, uint32_t i, qiao_language language)
{
    const qiaoi_indicators *in = &e->matcher->indicators;
    const qiao_comparison *result = &in->results[i];
    qiao_reading converted = in->projects[result->project];
    const char *written = qiaoi_say_figure(e, &converted, language);

    if (strcmp(converted.unit, in->needs[i].unit) == 0 || isnan(result->project_value))
        return written;
    converted = in->needs[i]; /* unit and what it means */
    converted.op = in->projects[result->project].op;
    converted.value = rounded(result->project_value);
    converted.value2 = rounded(result->project_value2);
    converted.si_value = converted.value * converted.unit_factor + converted.unit_offset;
    converted.si_value2 = converted.value2 * converted.unit_factor + converted.unit_offset;
    return qiaoi_told(e, AS_WRITTEN, language, qiaoi_say_figure(e, &converted, language), written);
}

static const char *
tell_figure(qiaoi_explained *e, uint32_t i, qiao_language language)
{
    const qiao_reading *need = &e->matcher->indicators.needs[i];
    const char *name = qiaoi_say_name(e, need->name, language), *wanted = qiaoi_say_figure(e, need, language),
               *has = stated(e, i, language);

    switch (e->matcher->indicators.results[i].verdict) {
    case QIAO_VERDICT_MET:
        return qiaoi_told(e, FIGURE_MET, language, name, wanted, has);
    case QIAO_VERDICT_PARTLY:
        return qiaoi_told(e, FIGURE_PARTLY, language, name, wanted, has);
    case QIAO_VERDICT_UNMET:
        return qiaoi_told(e, FIGURE_UNMET, language, name, wanted, has);
    case QIAO_VERDICT_UNKNOWN:
        break;
    }
    return NULL;
}

/* What is not met comes first: it decides. */
static size_t
add_figures(qiaoi_explained *e, qiao_verdict verdict, size_t room, qiao_language language, qiaoi_sayings *out)
{
    size_t left = 0;

    for (uint32_t i = 0; i < count_of(e); i++) {
        if (e->matcher->indicators.results[i].verdict != verdict)
            continue;
        if (out->count < room)
            qiaoi_sayings_add(out, tell_figure(e, i, language));
        else
            left++;
    }
    return left;
}

size_t
qiaoi_open_figures(const qiaoi_explained *e, const qiao_reading **out, size_t capacity)
{
    size_t count = 0;

    for (int must = 1; must >= 0; must--)
        for (uint32_t i = 0; i < count_of(e); i++) {
            if (e->matcher->indicators.results[i].verdict != QIAO_VERDICT_UNKNOWN ||
                (qiaoi_facts_readings(e->pair.need)[i].must != 0) != (must == 1))
                continue;
            if (count < capacity)
                out[count] = &e->matcher->indicators.needs[i];
            count++;
        }
    return count;
}

/* What the project does state, those of a kind that the need asks for first. */
static const char *
what_is_stated(qiaoi_explained *e, qiao_language language)
{
    const qiaoi_indicators *in = &e->matcher->indicators;
    qiaoi_sayings told = {.count = 0};

    for (int alike = 1; alike >= 0; alike--)
        for (uint32_t k = 0; k < e->pair.project->reading_count && told.count < FIGURES_SHOWN; k++) {
            bool same = false;

            for (uint32_t i = 0; i < count_of(e); i++)
                same = same ||
                       memcmp(&in->needs[i].dimension, &in->projects[k].dimension, sizeof in->needs[i].dimension) == 0;
            if (same == (alike == 1) && in->projects[k].name[0] != '\0')
                qiaoi_sayings_add(&told, qiaoi_told(e, FIGURE_STATED, language, in->projects[k].name,
                                                    qiaoi_say_figure(e, &in->projects[k], language)));
        }
    return qiaoi_sayings_join(e, &told, language);
}

static const char *
none_comparable(qiaoi_explained *e, const qiao_reading *first, size_t open, qiao_language language)
{
    const char *name = qiaoi_say_name(e, first->name, language), *wanted = qiaoi_say_figure(e, first, language),
               *stated_ones = what_is_stated(e, language),
               *told = open == 1
                           ? qiaoi_told(e, FIGURE_NONE, language, name, wanted)
                           : qiaoi_told(e, FIGURES_NONE, language, qiaoi_say_number(e, (double)open), name, wanted);

    return stated_ones == NULL ? told : qiaoi_told(e, FIGURES_STATED, language, told, stated_ones);
}

const char *
qiaoi_explain_figures(qiaoi_explained *e, qiao_language language)
{
    const qiao_reading *first;
    qiaoi_sayings told = {.count = 0};
    size_t open = qiaoi_open_figures(e, &first, 1), more;

    if (count_of(e) == 0)
        return NULL;
    if (open == count_of(e))
        return none_comparable(e, first, open, language);
    add_figures(e, QIAO_VERDICT_UNMET, FIGURES_SHOWN + 1, language, &told);
    add_figures(e, QIAO_VERDICT_PARTLY, FIGURES_SHOWN + 1, language, &told);
    more = add_figures(e, QIAO_VERDICT_MET, FIGURES_SHOWN, language, &told);
    if (more > 0)
        qiaoi_sayings_add(&told, qiaoi_told(e, FIGURES_MORE, language, qiaoi_say_number(e, (double)more)));
    if (open > 0)
        qiaoi_sayings_add(&told, qiaoi_told(e, FIGURES_OPEN, language, qiaoi_say_number(e, (double)open)));
    return qiaoi_told(e, FIGURES, language, qiaoi_sayings_join_clauses(e, &told, language));
}
