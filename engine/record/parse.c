/*
 * Parses one record: strict look (json_scan), tree (json_tree), walk over the tree by the schema table with a taker per
 * type, cross checks, canonical form. The walk brings the tree itself into canonical form, so that what is stored is
 * what was understood.
 */
#include "record/parse_internal.h"

#include "qiao/file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool walk_object(qiaoi_parse *p, cJSON *object, void *base);

bool
qiaoi_blank(const cJSON *node)
{
    if (cJSON_IsString(node))
        return node->valuestring[strspn(node->valuestring, " \t\r\n")] == '\0';
    return cJSON_IsNull(node) || ((cJSON_IsArray(node) || cJSON_IsObject(node)) && node->child == NULL);
}

bool
qiaoi_drop_blanks(cJSON *container)
{
    cJSON *next;

    for (cJSON *child = container->child; child != NULL; child = next) {
        next = child->next;
        if (qiaoi_blank(child))
            cJSON_Delete(cJSON_DetachItemViaPointer(container, child));
    }
    return container->child != NULL;
}

const char *
qiaoi_keep(qiaoi_parse *p, const char *text)
{
    const char *copy = qiao_arena_strndup(p->arena, text, strlen(text));

    if (copy == NULL)
        p->no_memory = true;
    return copy;
}

void
qiaoi_wrap_list(qiaoi_parse *p, cJSON *node)
{
    cJSON *item;

    if (cJSON_IsArray(node) || cJSON_IsObject(node))
        return;
    item = cJSON_CreateNull();
    if (item == NULL) {
        p->no_memory = true;
        return;
    }
    item->type = node->type & (0xFF | cJSON_IsReference);
    item->valuestring = node->valuestring;
    item->valuedouble = node->valuedouble;
    node->type = (node->type & cJSON_StringIsConst) | cJSON_Array;
    node->valuestring = NULL;
    cJSON_AddItemToArray(node, item);
}

static const qiao_indicator blank_indicator = {.op = QIAO_OP_EQ, .value = NAN, .value2 = NAN};
static const qiao_ip blank_ip = {.cn_protected = -1};
static const qiao_partner blank_partner = {.org_kind = NULL};

/* Lists of objects that become arrays of structs. The pointer to the array is the row's member; the count stands
 * elsewhere. */
static const struct object_list {
    const char *path;
    const void *blank;
    size_t item_size, count_offset;
} object_lists[] = {
    {"indicators", &blank_indicator, sizeof(qiao_indicator), offsetof(qiao_record, indicator_count)},
    {"ip", &blank_ip, sizeof(qiao_ip), offsetof(qiao_record, ip_count)},
    {"partner_sought", &blank_partner, sizeof(qiao_partner), offsetof(qiao_record, partner_count)},
};

static const struct object_list *
object_list_of(const qiaoi_schema_row *row)
{
    size_t i = 0;

    while (strcmp(object_lists[i].path, row->field.path) != 0)
        i++;
    return &object_lists[i];
}

/* The two names that the engine compares and shows, whichever the list gives. */
static void
finish_indicator(qiaoi_parse *p, const cJSON *node, qiao_indicator *item)
{
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(node, "name");
    const cJSON *zh = cJSON_IsObject(name) ? cJSON_GetObjectItemCaseSensitive(name, "zh") : NULL;
    const cJSON *en = cJSON_IsObject(name) ? cJSON_GetObjectItemCaseSensitive(name, "en") : NULL;

    if (cJSON_IsString(zh))
        item->name_zh = qiaoi_keep(p, zh->valuestring);
    if (cJSON_IsString(en))
        item->name_en = qiaoi_keep(p, en->valuestring);
    if (item->op == QIAO_OP_RANGE && (isnan(item->value) || isnan(item->value2)))
        QIAOI_FAULT(p, node, "a range needs value and value2");
    else if (item->op == QIAO_OP_RANGE && item->value > item->value2)
        QIAOI_FAULT(p, node, "the range runs backwards: value is greater than value2");
    else if (isnan(item->value))
        QIAOI_WARNING(p, node, "an indicator without a number cannot be compared; give value");
}

static void
take_items(qiaoi_parse *p, const struct object_list *list, cJSON *node, char *items)
{
    size_t i = 0;

    for (cJSON *child = node->child; child != NULL; child = child->next, i++) {
        qiaoi_place place = qiaoi_enter_index(p, i);
        char *item = items + i * list->item_size;

        memcpy(item, list->blank, list->item_size);
        if (!cJSON_IsObject(child))
            QIAOI_FAULT(p, child, "must be an object");
        else
            walk_object(p, child, item);
        if (list->blank == &blank_indicator && cJSON_IsObject(child))
            finish_indicator(p, child, (qiao_indicator *)(void *)item);
        qiaoi_leave(p, place);
    }
}

static bool
take_objects(qiaoi_parse *p, const qiaoi_schema_row *row, cJSON *node, void *base)
{
    const struct object_list *list = object_list_of(row);
    size_t n;
    char *items;

    if (!cJSON_IsArray(node)) {
        QIAOI_FAULT(p, node, "must be a list of objects");
        return true;
    }
    if (!qiaoi_drop_blanks(node))
        return false;
    n = (size_t)cJSON_GetArraySize(node);
    if (n > row->field.limit) {
        QIAOI_FAULT(p, NULL, "has %zu items; at most %u go in", n, (unsigned)row->field.limit);
        return true;
    }
    items = qiao_arena_alloc(p->arena, n * list->item_size);
    if (items == NULL) {
        p->no_memory = true;
        return true;
    }
    take_items(p, list, node, items);
    *(const void **)qiaoi_member(base, row) = items;
    memcpy((char *)base + list->count_offset, &n, sizeof n);
    return true;
}

/* Members go into the record itself. Where the row has a member of its own, a plain string is taken too (source). */
static bool
take_object(qiaoi_parse *p, const qiaoi_schema_row *row, cJSON *node, void *base)
{
    if (cJSON_IsString(node) && row->size > 0)
        return qiaoi_take_string(p, row, node, base);
    if (!cJSON_IsObject(node)) {
        QIAOI_FAULT(p, node, "must be an object");
        return true;
    }
    return walk_object(p, node, base);
}

static bool
take(qiaoi_parse *p, const qiaoi_schema_row *row, cJSON *node, void *base)
{
    switch (row->field.type) {
    case QIAO_FIELD_TEXT:
        return qiaoi_take_text(p, row, node, base);
    case QIAO_FIELD_TEXTS:
        return qiaoi_take_texts(p, row, node, base);
    case QIAO_FIELD_STRING:
        return qiaoi_take_string(p, row, node, base);
    case QIAO_FIELD_LABEL:
        return qiaoi_take_label(p, row, node, base);
    case QIAO_FIELD_STRINGS:
        return qiaoi_take_strings(p, row, node, base);
    case QIAO_FIELD_CODE:
        return qiaoi_take_code(p, row, node, base);
    case QIAO_FIELD_CODES:
        return qiaoi_take_codes(p, row, node, base);
    case QIAO_FIELD_INTEGER:
        return qiaoi_take_integer(p, row, node, base);
    case QIAO_FIELD_NUMBER:
        return qiaoi_take_number(p, row, node, base);
    case QIAO_FIELD_DECIMAL:
        return qiaoi_take_decimal(p, row, node, base);
    case QIAO_FIELD_DATE:
        return qiaoi_take_date(p, row, node, base);
    case QIAO_FIELD_BOOLEAN:
        return qiaoi_take_boolean(p, row, node, base);
    case QIAO_FIELD_OPERATOR:
        return qiaoi_take_operator(p, row, node, base);
    case QIAO_FIELD_OBJECT:
        return take_object(p, row, node, base);
    case QIAO_FIELD_OBJECTS:
        return take_objects(p, row, node, base);
    case QIAO_FIELD_ANY:
        return true;
    }
    return true;
}

static void
note_unknown(qiaoi_parse *p)
{
    if (p->unknown_count == p->unknown_capacity) {
        size_t capacity = p->unknown_capacity == 0 ? 8 : p->unknown_capacity * 2;
        const char **grown = qiao_arena_alloc(p->arena, capacity * sizeof *grown);

        if (grown == NULL) {
            p->no_memory = true;
            return;
        }
        if (p->unknown_count > 0)
            memcpy(grown, p->unknown, p->unknown_count * sizeof *grown);
        p->unknown = grown;
        p->unknown_capacity = capacity;
    }
    p->unknown[p->unknown_count] = qiaoi_keep(p, p->path);
    if (p->unknown[p->unknown_count] != NULL)
        p->unknown_count++;
}

/* false where the node says nothing and can go. */
static bool
walk_member(qiaoi_parse *p, cJSON *node, void *base)
{
    size_t at = qiaoi_schema_find(p->path);
    const qiaoi_schema_row *row = at == QIAOI_NO_ROW ? NULL : qiaoi_schema_row_at(at);

    if (row == NULL || (row->field.sides & p->sides) == 0) {
        note_unknown(p);
        return true;
    }
    if (qiaoi_blank(node) || !take(p, row, node, base))
        return false;
    p->record->filled[at / 64] |= UINT64_C(1) << (at % 64);
    return true;
}

static bool
walk_object(qiaoi_parse *p, cJSON *object, void *base)
{
    cJSON *next;

    for (cJSON *child = object->child; child != NULL; child = next) {
        qiaoi_place place = qiaoi_enter_key(p, child->string);

        next = child->next;
        if (!walk_member(p, child, base))
            cJSON_Delete(cJSON_DetachItemViaPointer(object, child));
        qiaoi_leave(p, place);
    }
    return object->child != NULL;
}

/* The kind says which rows apply, so it is read before the walk. */
static void
read_kind(qiaoi_parse *p, const cJSON *root)
{
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(root, "kind");
    const char *code = cJSON_IsString(node) ? qiaoi_resolve_code(p, "kind", node->valuestring) : NULL;
    qiaoi_place place = qiaoi_enter_key(p, "kind");

    if (node == NULL)
        QIAOI_FAULT(p, NULL, "is missing; write \"project\" or \"need\"");
    else if (code != NULL && strcmp(code, "project") == 0)
        p->record->kind = QIAO_PROJECT;
    else if (code != NULL && strcmp(code, "need") == 0)
        p->record->kind = QIAO_NEED;
    else if (p->vocabulary == NULL || !cJSON_IsString(node)) /* otherwise the walk reports the code */
        QIAOI_FAULT(p, node, "must be \"project\" or \"need\"");
    qiaoi_leave(p, place);
    p->sides = 1u << p->record->kind;
}

static qiao_record *
new_record(size_t length)
{
    qiao_arena *arena =
        qiao_arena_new(length * 3 + 2048); /* texts, canonical form, structs: one block for most records */
    qiao_record *record = arena == NULL ? NULL : qiao_arena_alloc(arena, sizeof *record);

    if (record == NULL) {
        qiao_arena_free(arena);
        return NULL;
    }
    *record = (qiao_record){.arena = arena};
    record->trl = record->trl_min = record->trl_max = QIAO_UNKNOWN;
    record->money_min = record->money_max = NAN;
    record->published_day = record->updated_day = record->expires_day = QIAO_UNKNOWN;
    record->available_day = record->needed_day = record->respond_day = QIAO_UNKNOWN;
    record->duration_months = QIAO_UNKNOWN;
    return record;
}

static void
write_canonical(qiaoi_parse *p, const cJSON *root, size_t length)
{
    qiao_record *record = p->record;
    qiao_buffer text = {0};

    qiao_buffer_reserve(&text, length + 64);
    qiaoi_json_write(&text, root);
    record->canonical = text.failed ? NULL : qiao_arena_strndup(p->arena, text.data, text.length);
    record->canonical_length = text.length;
    if (record->canonical == NULL)
        p->no_memory = true;
    else
        record->content_hash = qiao_hash64(text.data, text.length, 0);
    qiao_buffer_done(&text);
    record->texts = p->texts;
    record->text_count = p->text_count;
    record->unknown_names = p->unknown;
    record->unknown_fields = p->unknown_count;
}

static void
read_tree(qiaoi_parse *p, cJSON *root, size_t length)
{
    const cJSON *twice = NULL;

    if (!cJSON_IsObject(root)) {
        QIAOI_FAULT(p, root, "a record must be a JSON object");
        return;
    }
    if (!qiaoi_json_sort_all(root, &twice)) {
        p->no_memory = true;
        return;
    }
    if (twice != NULL) {
        qiaoi_enter_key(p, twice->string);
        QIAOI_FAULT(p, twice, "the key is given twice in one object");
        return;
    }
    read_kind(p, root);
    walk_object(p, root, p->record);
    qiaoi_check_record(p, root);
    if (!p->fatal && !p->no_memory)
        write_canonical(p, root, length);
}

/* What the strict look found, as an issue at the whole record. */
static void
report_scan(qiaoi_parse *p, const char *json, size_t length, const qiaoi_json_scan *scan)
{
    if (qiaoi_json_scan_fail(scan, json, length, &p->scratch) == QIAO_E_NOMEM)
        p->no_memory = true;
    else
        qiaoi_issue_add(p, NULL, true);
}

static qiao_status
parse_text(qiaoi_parse *p, const char *json, size_t length, qiao_error *err)
{
    qiaoi_json_scan scan = {.fault = QIAOI_JSON_OK};
    cJSON *root = NULL;
    qiao_status status = QIAO_E_INPUT;

    if (length > QIAO_RECORD_BYTES_MAX) {
        QIAOI_FAULT(p, NULL, "the record is %zu bytes long; at most %zu go in", length, QIAO_RECORD_BYTES_MAX);
        return qiaoi_issues_fail(p->issues, QIAO_E_LIMIT, err);
    }
    qiaoi_json_scan_text(json, length, &scan);
    if (scan.fault == QIAOI_JSON_OK && (root = qiaoi_json_tree_parse(json, length, &scan)) == NULL)
        scan.fault = QIAOI_JSON_MEMORY;
    if (root != NULL)
        read_tree(p, root, length);
    else
        report_scan(p, json, length, &scan);
    cJSON_Delete(root);
    qiao_free(scan.numbers);
    if (scan.fault == QIAOI_JSON_DEPTH)
        status = QIAO_E_LIMIT;
    if (p->no_memory)
        return qiao_fail_memory(err);
    return p->fatal ? qiaoi_issues_fail(p->issues, status, err) : QIAO_OK;
}

qiao_status
qiao_record_parse(const char *json, size_t length, const qiao_vocabulary *vocabulary, qiao_record **out,
                  qiao_record_issues *issues, qiao_error *err)
{
    qiao_record_issues own_issues;
    qiaoi_parse p = {.vocabulary = vocabulary, .issues = issues != NULL ? issues : &own_issues};
    qiao_status status;

    *out = NULL;
    p.issues->count = p.issues->total = 0;
    p.record = new_record(length < QIAO_RECORD_BYTES_MAX ? length : 0);
    if (p.record == NULL)
        return qiao_fail_memory(err);
    p.arena = p.record->arena;
    status = parse_text(&p, json, length, err);
    if (status == QIAO_OK)
        *out = p.record;
    else
        qiao_record_free(p.record);
    return status;
}
