/* Words and numbers inside the phrases of an explanation: see explain_internal.h. */
#include "match/explain_internal.h"

#include "qiao/file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NAMED_MAX 4u

const char *
qiaoi_say_kept(qiaoi_explained *e, const char *text, size_t length)
{
    const char *kept = qiao_arena_strndup(e->arena, text, length);

    if (kept == NULL)
        e->failed = true;
    return kept == NULL ? "" : kept;
}

const char *
qiaoi_tell(qiaoi_explained *e, qiaoi_phrase phrase, qiao_language language, const char *const *arguments, size_t count)
{
    qiao_buffer_clear(&e->line);
    qiaoi_phrase_write(&e->line, phrase, language, arguments, count);
    if (e->line.failed) {
        e->failed = true;
        return "";
    }
    return qiaoi_say_kept(e, e->line.data, e->line.length);
}

void
qiaoi_sayings_add(qiaoi_sayings *sayings, const char *text)
{
    if (text != NULL && *text != '\0' && sayings->count < QIAOI_SAYINGS_MAX)
        sayings->items[sayings->count++] = text;
}

static const char *
joined(qiaoi_explained *e, const qiaoi_sayings *sayings, const char *between)
{
    if (sayings->count == 0)
        return NULL;
    qiao_buffer_clear(&e->line);
    for (size_t i = 0; i < sayings->count; i++) {
        qiao_buffer_text(&e->line, i > 0 ? between : "");
        qiao_buffer_text(&e->line, sayings->items[i]);
    }
    if (e->line.failed) {
        e->failed = true;
        return NULL;
    }
    return qiaoi_say_kept(e, e->line.data, e->line.length);
}

const char *
qiaoi_sayings_join(qiaoi_explained *e, const qiaoi_sayings *sayings, qiao_language language)
{
    return joined(e, sayings, language == QIAO_LANGUAGE_ZH ? "、" : ", ");
}

const char *
qiaoi_sayings_join_clauses(qiaoi_explained *e, const qiaoi_sayings *sayings, qiao_language language)
{
    return joined(e, sayings, language == QIAO_LANGUAGE_ZH ? "；" : "; ");
}

const char *
qiaoi_sentence(qiaoi_explained *e, const char *text, qiao_language language)
{
    size_t length = text == NULL ? 0 : strlen(text);

    if (length == 0)
        return NULL;
    qiao_buffer_clear(&e->line);
    qiao_buffer_append(&e->line, text, length);
    if (language == QIAO_LANGUAGE_ZH)
        qiao_buffer_text(&e->line, "。");
    else if (text[length - 1] != '.')
        qiao_buffer_char(&e->line, '.');
    if (e->line.failed) {
        e->failed = true;
        return NULL;
    }
    if (language == QIAO_LANGUAGE_EN && e->line.data[0] >= 'a' && e->line.data[0] <= 'z')
        e->line.data[0] = (char)(e->line.data[0] - 'a' + 'A');
    return qiaoi_say_kept(e, e->line.data, e->line.length);
}

/* "the Netherlands" */
static bool
takes_article(const char *country)
{
    static const char *const names[] = {
        "United ", "Netherlands", "Philippines", "Czech Republic",   "Russian Federation", "Dominican Republic",
        "Bahamas", "Gambia",      "Maldives",    "Marshall Islands", "Solomon Islands"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(country, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

/* "Technology offer" inside a sentence: "technology offer"; "R&D partner", "SME" and names of places stay. */
static const char *
inside(qiaoi_explained *e, const char *list, const char *name)
{
    static const char *const common[] = {"field",     "coop_mode",   "org_kind", "org_size",
                                         "need_kind", "record_kind", "ip_terms", "kind"};
    char *copy;

    if (name[0] < 'A' || name[0] > 'Z' || name[1] < 'a' || name[1] > 'z')
        return name;
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        if (strcmp(common[i], list) == 0) {
            copy = qiao_arena_strndup(e->arena, name, strlen(name));
            if (copy == NULL) {
                e->failed = true;
                return name;
            }
            copy[0] = (char)(copy[0] - 'A' + 'a');
            return copy;
        }
    return name;
}

const char *
qiaoi_named(qiaoi_explained *e, const char *lists, const char *code, qiao_language language)
{
    char list[64];

    if (code == NULL)
        return NULL;
    while (e->vocabulary != NULL && *lists != '\0') {
        size_t length = strcspn(lists, "|");
        const qiao_code *found;

        snprintf(list, sizeof list, "%.*s", (int)length, lists);
        found = qiao_vocabulary_find(e->vocabulary, list, code);
        if (found != NULL && language == QIAO_LANGUAGE_ZH)
            return found->zh;
        if (found != NULL)
            return strcmp(list, "country") == 0 && takes_article(found->en)
                       ? qiaoi_told(e, THE_COUNTRY, language, found->en)
                       : inside(e, list, found->en);
        lists += length + (lists[length] == '|' ? 1 : 0);
    }
    return qiaoi_say_kept(e, code, strlen(code));
}

const char *
qiaoi_named_all(qiaoi_explained *e, const char *lists, const qiaoi_facts *facts, const qiaoi_fact_codes *codes,
                qiao_language language)
{
    qiaoi_sayings names = {.count = 0};

    for (uint32_t i = 0; i < codes->count && i < NAMED_MAX; i++)
        qiaoi_sayings_add(&names, qiaoi_named(e, lists, qiaoi_facts_code(facts, codes, i), language));
    return qiaoi_sayings_join(e, &names, language);
}

const char *
qiaoi_named_field(qiaoi_explained *e, const qiaoi_facts *facts, qiao_language language)
{
    return facts->fields.count > 0 ? qiaoi_named_all(e, "field", facts, &facts->fields, language)
                                   : qiaoi_named(e, "field", qiaoi_facts_text(facts, facts->suggested_field), language);
}

const char *
qiaoi_say_number(qiaoi_explained *e, double value)
{
    char text[64];
    int length = fabs(value) >= 1e6 && fabs(value) < 1e15 && value == floor(value)
                     ? snprintf(text, sizeof text, "%.0f", value)
                     : snprintf(text, sizeof text, "%.6g", value);

    return qiaoi_say_kept(e, text, length > 0 ? (size_t)length : 0);
}

const char *
qiaoi_say_money(qiaoi_explained *e, double cny, qiao_language language)
{
    long long whole = cny > 0 && cny < 1e15 ? (long long)(cny + 0.5) : 0;
    char text[80];

    if (language == QIAO_LANGUAGE_ZH)
        snprintf(text, sizeof text, cny >= 1e4 ? "%.4g 万元" : "%.0f 元", cny >= 1e4 ? cny / 1e4 : cny);
    else if (cny >= 1e6 || cny < 1e3)
        snprintf(text, sizeof text, cny >= 1e6 ? "CNY %.3g million" : "CNY %.0f", cny >= 1e6 ? cny / 1e6 : cny);
    else
        snprintf(text, sizeof text, "CNY %lld,%03lld", whole / 1000, whole % 1000);
    return qiaoi_say_kept(e, text, strlen(text));
}

const char *
qiaoi_say_day(qiaoi_explained *e, int day)
{
    char text[QIAO_DATE_SIZE];

    qiao_date_text(day, text);
    return qiaoi_say_kept(e, text, strlen(text));
}

const char *
qiaoi_trl_wanted(qiaoi_explained *e, qiao_language language)
{
    bool chinese = language == QIAO_LANGUAGE_ZH;
    int low, high;
    char text[48];

    if (e->pair.need == NULL)
        return NULL;
    low = e->pair.need->trl_min;
    high = e->pair.need->trl_max;
    if (low == QIAO_UNKNOWN && high == QIAO_UNKNOWN)
        return NULL;
    if (high == QIAO_UNKNOWN || (high == 9 && low != QIAO_UNKNOWN && low < 9))
        snprintf(text, sizeof text, chinese ? "TRL %d 及以上" : "TRL %d or more", low);
    else if (low == QIAO_UNKNOWN || low == 1)
        snprintf(text, sizeof text, chinese ? "TRL %d 及以下" : "TRL %d or less", high);
    else if (low == high)
        snprintf(text, sizeof text, "TRL %d", low);
    else
        snprintf(text, sizeof text, chinese ? "TRL %d～%d" : "TRL %d to %d", low, high);
    return qiaoi_say_kept(e, text, strlen(text));
}

static const char *
with_unit(qiaoi_explained *e, const char *sign, const char *value, const char *unit)
{
    bool micro = strcmp(unit, "um") == 0; /* as it is typed where there is no µ */
    bool letters = (unit[0] >= 'A' && unit[0] <= 'Z') || (unit[0] >= 'a' && unit[0] <= 'z') ||
                   (unsigned char)unit[0] == 0xC2 || (unsigned char)unit[0] == 0xCE; /* µ, Greek */

    qiao_buffer_clear(&e->line);
    qiao_buffer_printf(&e->line, "%s%s%s%s", sign, value, letters ? " " : "", micro ? "µm" : unit);
    if (e->line.failed) {
        e->failed = true;
        return "";
    }
    return qiaoi_say_kept(e, e->line.data, e->line.length);
}

static bool
has_chinese(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text >= 0xE3 && (unsigned char)*text <= 0xE9)
            return true;
    return false;
}

/* "mm/秒" says nothing to a reader of English: in SI then; mere counts (次) without a unit. */
static void
use_readable_unit(qiao_reading *r)
{
    if (!has_chinese(r->unit) || has_chinese(r->si_unit))
        return;
    if (strcmp(r->si_unit, "1") == 0 && r->unit_factor == 1.0)
        r->unit = "";
    if (strcmp(r->si_unit, "1") == 0 || isnan(r->si_value))
        return;
    r->unit = r->si_unit;
    r->value = r->si_value;
    r->value2 = r->si_value2;
}

const char *
qiaoi_say_figure(qiaoi_explained *e, const qiao_reading *reading, qiao_language language)
{
    qiao_reading r = *reading;
    const char *value, *told;

    if (language == QIAO_LANGUAGE_EN)
        use_readable_unit(&r);
    value = isnan(r.value) ? "" : qiaoi_say_number(e, r.value);
    if (r.op == QIAO_OP_RANGE && !isnan(r.value2))
        value = qiaoi_told(e, SPAN, language, value, qiaoi_say_number(e, r.value2));
    else if (r.op == QIAO_OP_EQ && !isnan(r.value2) && r.value2 != 0)
        value = qiaoi_told(e, TOLERANCE, language, value, qiaoi_say_number(e, r.value2));
    told = with_unit(e, r.op == QIAO_OP_GE ? "≥" : r.op == QIAO_OP_LE ? "≤" : "", value, r.unit);
    if (r.op == QIAO_OP_ABOUT)
        told = qiaoi_told(e, ABOUT, language, told);
    if (r.change == QIAO_TREND_UP)
        told = qiaoi_told(e, CHANGE_UP, language, told);
    else if (r.change == QIAO_TREND_DOWN)
        told = qiaoi_told(e, CHANGE_DOWN, language, told);
    return told;
}

/* The record's own English name of a figure. */
static const char *
english_name(const qiao_record *record, const char *name)
{
    for (size_t i = 0; record != NULL && i < record->indicator_count; i++)
        if (record->indicators[i].name_zh != NULL && record->indicators[i].name_en != NULL &&
            strcmp(record->indicators[i].name_zh, name) == 0)
            return record->indicators[i].name_en;
    return NULL;
}

bool
qiaoi_contains(const char *text, const char *part, size_t length)
{
    for (size_t all = strlen(text), i = 0; length > 0 && i + length <= all; i++)
        if (memcmp(text + i, part, length) == 0)
            return true;
    return false;
}

/* The longest word of the name that met a word of the other record, where it is most of the name. */
static const qiaoi_paired_term *
word_in_name(const qiaoi_explained *e, const char *name)
{
    const qiaoi_paired_term *best = NULL;
    size_t longest = strlen(name) / 2;

    for (size_t i = 0; e->terms != NULL && i < e->terms->count; i++) {
        const qiaoi_paired_term *term = &e->terms->items[i];
        const qiaoi_query_word *word = &e->matcher->query.words[e->matcher->query.groups[term->group].word];

        if (!term->found || word->end - word->start <= longest ||
            !qiaoi_contains(name, e->matcher->texts[word->text].text + word->start, word->end - word->start))
            continue;
        longest = word->end - word->start;
        best = term;
    }
    return best;
}

/* "寻找室温离子电导率" in running text: the verb is not part of the name. */
static const char *
without_verb(const char *name)
{
    static const char *const verbs[] = {"寻找", "寻求", "需要", "要求", "希望", "实现", "达到", "满足"};

    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strncmp(name, verbs[i], strlen(verbs[i])) == 0 && name[strlen(verbs[i])] != '\0')
            return name + strlen(verbs[i]);
    return name;
}

const char *
qiaoi_say_name(qiaoi_explained *e, const char *name, qiao_language language)
{
    const qiaoi_paired_term *term;
    const char *own;

    name = without_verb(name);
    if (language == QIAO_LANGUAGE_ZH || !has_chinese(name))
        return name;
    own = english_name(e->need, name);
    if (own == NULL)
        own = english_name(e->project, name);
    if (own != NULL)
        return own;
    term = word_in_name(e, name);
    return term == NULL ? name
                        : qiaoi_told(e, NAME_GLOSSED, language, name,
                                     qiaoi_say_kept(e, term->text->text + term->start, term->end - term->start));
}
