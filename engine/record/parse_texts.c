/* Texts by language. A plain string is language "und" until the text layer looks at it. */
#include "record/parse_internal.h"

#include <stdio.h>
#include <string.h>

static bool
is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_tag_char(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9');
}

/* BCP 47 as far as we need it: two or three letters, then subtags of one to eight letters and digits; fits
 * QIAO_LANG_MAX. */
static bool
is_language(const char *tag)
{
    size_t n = 0, total = strlen(tag);

    while (is_letter(tag[n]))
        n++;
    if (n < 2 || n > 3 || total >= QIAO_LANG_MAX)
        return false;
    while (tag[n] == '-' || tag[n] == '_') {
        size_t start = ++n;

        while (is_tag_char(tag[n]))
            n++;
        if (n == start || n - start > 8)
            return false;
    }
    return n == total;
}

/* Primary subtag in lower case, "_" as "-"; true where that changed the key. */
static bool
normalise_language(char *tag)
{
    bool changed = false, primary = true;

    for (; *tag != '\0'; tag++) {
        char c = *tag;

        if (c == '_' || c == '-')
            primary = false;
        if (c == '_')
            c = '-';
        if (primary && c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (c != *tag) { /* the key "und" is a constant: not even the same byte may be written */
            *tag = c;
            changed = true;
        }
    }
    return changed;
}

/* Keys become language tags in canonical form and order. Wrong ones are reported, the rest goes on. */
static void
normalise_languages(qiaoi_parse *p, cJSON *map)
{
    const cJSON *twice = NULL;
    bool changed = false;

    for (cJSON *m = map->child; m != NULL; m = m->next) {
        if (is_language(m->string)) {
            changed = normalise_language(m->string) || changed;
        } else {
            qiaoi_place place = qiaoi_enter_key(p, m->string);

            QIAOI_FAULT(p, m, "the key is no language tag; write zh, en, de, ja and the like");
            qiaoi_leave(p, place);
        }
    }
    if (!changed)
        return;
    if (!qiaoi_json_sort_keys(map, &twice))
        p->no_memory = true;
    else if (twice != NULL)
        QIAOI_FAULT(p, twice, "gives a language twice");
}

/* "text" becomes {"und": "text"}. */
static void
wrap_language(qiaoi_parse *p, cJSON *node)
{
    cJSON *child = cJSON_CreateNull();

    if (child == NULL) {
        p->no_memory = true;
        return;
    }
    child->type = node->type & (0xFF | cJSON_IsReference);
    child->valuestring = node->valuestring;
    child->child = node->child;
    node->type &= cJSON_StringIsConst;
    node->type |= cJSON_Object;
    node->valuestring = NULL;
    node->child = NULL;
    if (!cJSON_AddItemToObjectCS(node, "und", child)) {
        cJSON_Delete(child);
        p->no_memory = true;
    }
}

static void
add_text(qiaoi_parse *p, const qiaoi_schema_row *row, const char *language, const char *text)
{
    qiao_text *entry;

    if (p->text_count == p->text_capacity) {
        size_t capacity = p->text_capacity == 0 ? 16 : p->text_capacity * 2;
        qiao_text *grown = qiao_arena_alloc(p->arena, capacity * sizeof *grown);

        if (grown == NULL) {
            p->no_memory = true;
            return;
        }
        if (p->text_count > 0)
            memcpy(grown, p->texts, p->text_count * sizeof *grown);
        p->texts = grown;
        p->text_capacity = capacity;
    }
    entry = &p->texts[p->text_count];
    entry->name = row->field.path;
    snprintf(entry->language, sizeof entry->language, "%s", language);
    entry->text = qiaoi_keep(p, text);
    entry->length = strlen(text);
    if (entry->text != NULL)
        p->text_count++;
}

static void
take_one(qiaoi_parse *p, const qiaoi_schema_row *row, const cJSON *node, const char *language, size_t limit)
{
    if (!cJSON_IsString(node))
        QIAOI_FAULT(p, node, "must be a text");
    else if (strlen(node->valuestring) > limit)
        QIAOI_FAULT(p, node, "is %zu bytes long; at most %u go in", strlen(node->valuestring), (unsigned)limit);
    else
        add_text(p, row, language, node->valuestring);
}

bool
qiaoi_take_text(qiaoi_parse *p, const qiaoi_schema_row *row, cJSON *node, void *base)
{
    (void)base;
    if (cJSON_IsString(node))
        wrap_language(p, node);
    if (!cJSON_IsObject(node)) {
        QIAOI_FAULT(p, node, "must be texts by language such as {\"zh\": \"...\", \"en\": \"...\"}");
        return true;
    }
    if (!qiaoi_drop_blanks(node))
        return false;
    normalise_languages(p, node);
    for (const cJSON *m = node->child; m != NULL; m = m->next) {
        qiaoi_place place = qiaoi_enter_key(p, m->string);

        take_one(p, row, m, m->string, row->field.limit);
        qiaoi_leave(p, place);
    }
    return true;
}

/* The items of one language. */
static bool
take_items(qiaoi_parse *p, const qiaoi_schema_row *row, cJSON *list, const char *language)
{
    size_t i = 0;

    qiaoi_wrap_list(p, list);
    if (!cJSON_IsArray(list)) {
        QIAOI_FAULT(p, list, "must be a list of texts");
        return true;
    }
    if (!qiaoi_drop_blanks(list))
        return false;
    if ((size_t)cJSON_GetArraySize(list) > row->field.limit) {
        QIAOI_FAULT(p, NULL, "has %zu items; at most %u go in", (size_t)cJSON_GetArraySize(list),
                    (unsigned)row->field.limit);
        return true;
    }
    for (const cJSON *item = list->child; item != NULL; item = item->next, i++) {
        qiaoi_place place = qiaoi_enter_index(p, i);

        take_one(p, row, item, language, 2000);
        qiaoi_leave(p, place);
    }
    return true;
}

bool
qiaoi_take_texts(qiaoi_parse *p, const qiaoi_schema_row *row, cJSON *node, void *base)
{
    cJSON *next;

    (void)base;
    if (!cJSON_IsObject(node))
        return take_items(p, row, node, "und");
    normalise_languages(p, node);
    for (cJSON *m = node->child; m != NULL; m = next) {
        qiaoi_place place = qiaoi_enter_key(p, m->string);

        next = m->next;
        if (!take_items(p, row, m, m->string))
            cJSON_Delete(cJSON_DetachItemViaPointer(node, m));
        qiaoi_leave(p, place);
    }
    return node->child != NULL;
}

bool
qiaoi_take_label(qiaoi_parse *p, const qiaoi_schema_row *row, cJSON *node, void *base)
{
    if (!cJSON_IsObject(node))
        return qiaoi_take_string(p, row, node, base);
    if (!qiaoi_drop_blanks(node))
        return false;
    normalise_languages(p, node);
    for (cJSON *m = node->child; m != NULL; m = m->next) {
        qiaoi_place place = qiaoi_enter_key(p, m->string);

        if (m == node->child)
            qiaoi_take_string(p, row, m, base);
        else if (!cJSON_IsString(m))
            QIAOI_FAULT(p, m, "must be a text");
        qiaoi_leave(p, place);
    }
    return true;
}
