/* Scalars and lists of scalars: strings, codes, numbers, dates. See parse_internal.h for the rules of takers. */
#include "record/parse_internal.h"

#include "qiao/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST_NAME_SIZE 64
#define SHORT_LIST 12 /* codes of a list that is shown whole where nothing is near */

void *
qiaoi_member(void *base, const qiaoi_schema_row *row)
{
    return (char *)base + row->offset;
}

static void
set_pointer(const qiaoi_schema_row *row, void *base, const char *text)
{
    if (row->size == sizeof(const char *))
        *(const char **)qiaoi_member(base, row) = text;
}

static bool
fits(qiaoi_parse *p, const qiaoi_schema_row *row, const cJSON *node)
{
    size_t n = strlen(node->valuestring);

    if (n <= row->field.limit)
        return true;
    QIAOI_FAULT(p, node, "is %zu bytes long; at most %u go in", n, (unsigned)row->field.limit);
    return false;
}

bool
qiaoi_take_string(qiaoi_parse *p, const qiaoi_schema_row *row, cJSON *node, void *base)
{
    if (cJSON_IsNumber(node)) { /* "number": 7624566 */
        char text[64];

        snprintf(text, sizeof text, "%.*s", (int)strspn(node->valuestring, "+-.0123456789eE"), node->valuestring);
        set_pointer(row, base, qiaoi_keep(p, text));
    } else if (!cJSON_IsString(node)) {
        QIAOI_FAULT(p, node, "must be a text");
    } else if (fits(p, row, node)) {
        set_pointer(row, base, qiaoi_keep(p, node->valuestring));
    }
    return true;
}

/* Calls of the list takers: is there already such an item? Lists are short. */
static bool
contains(const qiao_codes *codes, const char *text)
{
    for (size_t i = 0; i < codes->count; i++) {
        if (strcmp(codes->items[i], text) == 0)
            return true;
    }
    return false;
}

/* A list with room for its items, ready to be walked; false where there is nothing in it. */
static bool
open_list(qiaoi_parse *p, const qiaoi_schema_row *row, cJSON *node, qiao_codes *codes)
{
    size_t n;

    *codes = (qiao_codes){0};
    qiaoi_wrap_list(p, node);
    if (!cJSON_IsArray(node)) {
        QIAOI_FAULT(p, node, "must be a list of texts");
        return true;
    }
    if (!qiaoi_drop_blanks(node))
        return false;
    n = (size_t)cJSON_GetArraySize(node);
    if (n > row->field.limit) {
        QIAOI_FAULT(p, NULL, "has %zu items; at most %u go in", n, (unsigned)row->field.limit);
        return true;
    }
    codes->items = qiao_arena_alloc(p->arena, n * sizeof *codes->items);
    if (codes->items == NULL)
        p->no_memory = true;
    return true;
}

static void
close_list(const qiaoi_schema_row *row, void *base, const qiao_codes *codes)
{
    if (row->size == sizeof(qiao_codes))
        *(qiao_codes *)qiaoi_member(base, row) = *codes;
}

/* text joins the list, or its node goes where the list has it already. */
static void
add_item(qiaoi_parse *p, cJSON *list, cJSON *item, const char *text, qiao_codes *codes)
{
    const char *copy;

    if (contains(codes, text)) {
        cJSON_Delete(cJSON_DetachItemViaPointer(list, item));
        return;
    }
    copy = qiaoi_keep(p, text);
    if (copy != NULL)
        codes->items[codes->count++] = copy;
}

bool
qiaoi_take_strings(qiaoi_parse *p, const qiaoi_schema_row *row, cJSON *node, void *base)
{
    qiao_codes codes;
    size_t i = 0;
    cJSON *next;

    if (!open_list(p, row, node, &codes))
        return false;
    for (cJSON *item = codes.items == NULL ? NULL : node->child; item != NULL; item = next, i++) {
        qiaoi_place place = qiaoi_enter_index(p, i);

        next = item->next;
        if (!cJSON_IsString(item))
            QIAOI_FAULT(p, item, "must be a text");
        else if (strlen(item->valuestring) > 2000)
            QIAOI_FAULT(p, item, "is %zu bytes long; at most %u go in", strlen(item->valuestring), 2000u);
        else
            add_item(p, node, item, item->valuestring, &codes);
        qiaoi_leave(p, place);
    }
    close_list(row, base, &codes);
    return true;
}

/* One name of "a|b"; moves on to the next. false at the end. */
static bool
next_list(const char **lists, char name[LIST_NAME_SIZE])
{
    size_t n = strcspn(*lists, "|");

    if (n == 0)
        return false;
    snprintf(name, LIST_NAME_SIZE, "%.*s", (int)n, *lists);
    *lists += n + ((*lists)[n] == '|' ? 1 : 0);
    return true;
}

const char *
qiaoi_resolve_code(const qiaoi_parse *p, const char *lists, const char *text)
{
    char name[LIST_NAME_SIZE];

    if (p->vocabulary == NULL)
        return text;
    while (next_list(&lists, name)) {
        const qiao_code *code = qiao_vocabulary_resolve(p->vocabulary, name, text);

        if (code != NULL)
            return code->code;
    }
    return NULL;
}

static void
list_codes(qiao_buffer *out, const qiao_code *const *codes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        qiao_buffer_printf(out, "%s%s (%s)", i == 0 ? "" : ", ", codes[i]->code, codes[i]->zh);
}

/* A code that no list has: say what was likely meant, or what there is. */
static void
unknown_code(qiaoi_parse *p, const char *lists, const cJSON *node)
{
    qiao_buffer hints = {.limit = 190};
    char name[LIST_NAME_SIZE];
    const char *rest = lists;
    bool near = false;

    while (hints.length == 0 && next_list(&rest, name)) {
        const qiao_code *codes[3];
        size_t n = qiao_vocabulary_nearest(p->vocabulary, name, node->valuestring, codes, 3);

        near = n > 0;
        list_codes(&hints, codes, n);
    }
    if (hints.length == 0) {
        size_t n;
        const qiao_code *const *all = qiao_vocabulary_list(p->vocabulary, lists, &n);

        list_codes(&hints, all, n <= SHORT_LIST ? n : 0);
        if (hints.failed)
            qiao_buffer_clear(&hints); /* half a list would mislead */
    }
    if (near && hints.length > 0)
        QIAOI_FAULT(p, node, "is not in the list %s; nearest: %s", lists, hints.data);
    else if (hints.length > 0)
        QIAOI_FAULT(p, node, "is not in the list %s; it has: %s", lists, hints.data);
    else
        QIAOI_FAULT(p, node, "is not in the list %s, and nothing in it is near", lists);
    qiao_buffer_done(&hints);
}

/* A string node points to text of the vocabulary, which outlives the tree. */
static void
replace_string(cJSON *node, const char *text)
{
    if ((node->type & cJSON_IsReference) == 0)
        cJSON_free(node->valuestring);
    node->valuestring = (char *)(uintptr_t)text;
    node->type |= cJSON_IsReference;
}

/* The code of a string node, which is brought to the code itself; NULL after reporting what is wrong with it. */
static const char *
code_of(qiaoi_parse *p, const char *lists, cJSON *node)
{
    const char *code;

    if (!cJSON_IsString(node)) {
        QIAOI_FAULT(p, node, "must be a text");
        return NULL;
    }
    code = qiaoi_resolve_code(p, lists, node->valuestring);
    if (code == NULL)
        unknown_code(p, lists, node);
    else if (code != node->valuestring && strcmp(code, node->valuestring) != 0)
        replace_string(node, code);
    return code;
}

bool
qiaoi_take_code(qiaoi_parse *p, const qiaoi_schema_row *row, cJSON *node, void *base)
{
    const char *code = code_of(p, row->field.list, node);

    if (code != NULL)
        set_pointer(row, base, qiaoi_keep(p, code));
    return true;
}

bool
qiaoi_take_codes(qiaoi_parse *p, const qiaoi_schema_row *row, cJSON *node, void *base)
{
    qiao_codes codes;
    size_t i = 0;
    cJSON *next;

    if (!open_list(p, row, node, &codes))
        return false;
    for (cJSON *item = codes.items == NULL ? NULL : node->child; item != NULL; item = next, i++) {
        qiaoi_place place = qiaoi_enter_index(p, i);
        const char *code = code_of(p, row->field.list, item);

        next = item->next;
        if (code != NULL)
            add_item(p, node, item, code, &codes);
        qiaoi_leave(p, place);
    }
    close_list(row, base, &codes);
    return true;
}

/*
 * Value of a number, or of a text that is one: the node becomes a number then (number_node), or stays a text (decimal
 * amounts). false after nothing: the caller reports.
 */
static bool
number_of(cJSON *node, bool number_node, double *value_out)
{
    if (cJSON_IsNumber(node)) {
        *value_out = node->valuedouble;
        return isfinite(node->valuedouble);
    }
    if (!cJSON_IsString(node) || strlen(node->valuestring) > 60 ||
        !qiaoi_json_is_number(node->valuestring, strlen(node->valuestring)))
        return false;
    *value_out = strtod(node->valuestring, NULL);
    if (number_node)
        node->type = (node->type & ~0xFF) | cJSON_Number;
    return isfinite(*value_out);
}

/* "TRL 5" or "五级" where the row has a list: the code of the list is the number. */
static void
resolve_integer(const qiaoi_parse *p, const qiaoi_schema_row *row, cJSON *node)
{
    const char *code = NULL;

    if (row->field.list != NULL && p->vocabulary != NULL && cJSON_IsString(node))
        code = qiaoi_resolve_code(p, row->field.list, node->valuestring);
    if (code != NULL)
        replace_string(node, code);
}

bool
qiaoi_take_integer(qiaoi_parse *p, const qiaoi_schema_row *row, cJSON *node, void *base)
{
    int least = row->field.list != NULL ? 1 : 0;
    double value = 0;

    resolve_integer(p, row, node);
    if (!number_of(node, true, &value) || floor(value) < value || value < least || value > (double)row->field.limit)
        QIAOI_FAULT(p, node, "must be a whole number from %d to %u", least, (unsigned)row->field.limit);
    else if (row->size == sizeof(int32_t))
        *(int32_t *)qiaoi_member(base, row) = (int32_t)value;
    return true;
}

bool
qiaoi_take_number(qiaoi_parse *p, const qiaoi_schema_row *row, cJSON *node, void *base)
{
    double value = 0;

    if (!number_of(node, true, &value))
        QIAOI_FAULT(p, node, "must be a number");
    else if (row->size == sizeof(double))
        *(double *)qiaoi_member(base, row) = value;
    return true;
}

bool
qiaoi_take_decimal(qiaoi_parse *p, const qiaoi_schema_row *row, cJSON *node, void *base)
{
    double value = 0;

    if (!number_of(node, false, &value) || value < 0)
        QIAOI_FAULT(p, node,
                    "must be an amount of money such as \"200000\" or \"0.5\", without separators or currency signs");
    else if (row->size == sizeof(double))
        *(double *)qiaoi_member(base, row) = value;
    return true;
}

bool
qiaoi_take_date(qiaoi_parse *p, const qiaoi_schema_row *row, cJSON *node, void *base)
{
    int32_t day = INT32_MIN;
    size_t n = cJSON_IsString(node) ? strlen(node->valuestring) : 0;

    if (n == 10 || (n > 10 && n < 40 && (node->valuestring[10] == 'T' || node->valuestring[10] == ' ')))
        day = qiao_date_days(node->valuestring, n);
    if (day == INT32_MIN)
        QIAOI_FAULT(p, node, "is no date; write YYYY-MM-DD, or a time such as 2026-02-10T00:00:00Z");
    else if (row->size == sizeof(int32_t))
        *(int32_t *)qiaoi_member(base, row) = day;
    return true;
}

/* bool members know yes and no; int members also -1 for unknown, which they were before */
bool
qiaoi_take_boolean(qiaoi_parse *p, const qiaoi_schema_row *row, cJSON *node, void *base)
{
    if (!cJSON_IsBool(node))
        QIAOI_FAULT(p, node, "must be true or false");
    else if (row->size == sizeof(bool))
        *(bool *)qiaoi_member(base, row) = cJSON_IsTrue(node);
    else if (row->size == sizeof(int))
        *(int *)qiaoi_member(base, row) = cJSON_IsTrue(node) ? 1 : 0;
    return true;
}

bool
qiaoi_take_operator(qiaoi_parse *p, const qiaoi_schema_row *row, cJSON *node, void *base)
{
    static const struct {
        const char *text, *canonical;
        qiao_indicator_operator op;
    } known[] = {{">=", ">=", QIAO_OP_GE},          {"≥", ">=", QIAO_OP_GE},   {"<=", "<=", QIAO_OP_LE},
                 {"≤", "<=", QIAO_OP_LE},           {"=", "=", QIAO_OP_EQ},    {"==", "=", QIAO_OP_EQ},
                 {"range", "range", QIAO_OP_RANGE}, {"~", "~", QIAO_OP_ABOUT}, {"≈", "~", QIAO_OP_ABOUT},
                 {"about", "~", QIAO_OP_ABOUT}};

    for (size_t i = 0; cJSON_IsString(node) && i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(node->valuestring, known[i].text) != 0)
            continue;
        *(qiao_indicator_operator *)qiaoi_member(base, row) = known[i].op;
        if (known[i].canonical != known[i].text && cJSON_SetValuestring(node, known[i].canonical) == NULL)
            p->no_memory = true;
        return true;
    }
    QIAOI_FAULT(p, node, "is no comparison; write one of >= <= = range ~");
    return true;
}
