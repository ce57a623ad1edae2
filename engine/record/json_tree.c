/* See json_tree.h. Recursion is bounded by the depth that the scan allows. */
#include "record/json_tree.h"

#include <stdlib.h>
#include <string.h>

static void
attach_numbers(cJSON *node, const char *json, const qiaoi_json_scan *scan, size_t *next)
{
    for (; node != NULL; node = node->next) {
        if (cJSON_IsNumber(node) && *next < scan->number_count) {
            /* cJSON leaves valuestring of numbers alone; with IsReference it does not free it either */
            node->valuestring = (char *)(uintptr_t)(json + scan->numbers[(*next)++]);
            node->type |= cJSON_IsReference;
        } else if (node->child != NULL) {
            attach_numbers(node->child, json, scan, next);
        }
    }
}

cJSON *
qiaoi_json_tree_parse(const char *json, size_t length, const qiaoi_json_scan *scan)
{
    cJSON *root = cJSON_ParseWithLength(json, length);
    size_t next = 0;

    if (root != NULL)
        attach_numbers(root, json, scan, &next);
    return root;
}

static int
compare_members(const void *a, const void *b)
{
    const cJSON *const *left = a, *const *right = b;

    return strcmp((*left)->string, (*right)->string);
}

/* Counts members; *sorted_out tells whether there is anything to do. */
static size_t
count_members(const cJSON *object, bool *sorted_out)
{
    size_t n = 0;

    *sorted_out = true;
    for (const cJSON *m = object->child; m != NULL; m = m->next, n++) {
        if (m->next != NULL && strcmp(m->string, m->next->string) >= 0)
            *sorted_out = false;
    }
    return n;
}

static void
relink(cJSON *object, cJSON **members, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        members[i]->prev = i == 0 ? members[n - 1] : members[i - 1]; /* the first one's prev is the last: cJSON's way */
        members[i]->next = i + 1 < n ? members[i + 1] : NULL;
    }
    object->child = members[0];
}

bool
qiaoi_json_sort_keys(cJSON *object, const cJSON **twice_out)
{
    cJSON *few[64];
    cJSON **members = few;
    bool sorted;
    size_t n = count_members(object, &sorted), i = 0;

    *twice_out = NULL;
    if (sorted)
        return true;
    if (n > sizeof few / sizeof few[0] && (members = qiao_realloc_array(NULL, n, sizeof(cJSON *))) == NULL)
        return false;
    for (cJSON *m = object->child; m != NULL; m = m->next)
        members[i++] = m;
    qsort(members, n, sizeof members[0], compare_members);
    for (i = 1; i < n && *twice_out == NULL; i++) {
        if (strcmp(members[i - 1]->string, members[i]->string) == 0)
            *twice_out = members[i];
    }
    relink(object, members, n);
    if (members != few)
        qiao_free(members);
    return true;
}

bool
qiaoi_json_sort_all(cJSON *node, const cJSON **twice_out)
{
    *twice_out = NULL;
    if (cJSON_IsObject(node) && !qiaoi_json_sort_keys(node, twice_out))
        return false;
    for (cJSON *child = node->child; child != NULL && *twice_out == NULL; child = child->next) {
        if (child->child != NULL && !qiaoi_json_sort_all(child, twice_out))
            return false;
    }
    return true;
}

static size_t
token_length(const char *text)
{
    return strspn(text, "+-.0123456789eE");
}

static void
write_members(qiao_buffer *out, const cJSON *node, char open, char close)
{
    qiao_buffer_char(out, open);
    for (const cJSON *child = node->child; child != NULL; child = child->next) {
        if (child != node->child)
            qiao_buffer_char(out, ',');
        if (open == '{') {
            qiao_buffer_json_string(out, child->string, strlen(child->string));
            qiao_buffer_char(out, ':');
        }
        qiaoi_json_write(out, child);
    }
    qiao_buffer_char(out, close);
}

void
qiaoi_json_write(qiao_buffer *out, const cJSON *node)
{
    switch (node->type & 0xFF) {
    case cJSON_Object:
        write_members(out, node, '{', '}');
        break;
    case cJSON_Array:
        write_members(out, node, '[', ']');
        break;
    case cJSON_String:
        qiao_buffer_json_string(out, node->valuestring, strlen(node->valuestring));
        break;
    case cJSON_Number:
        qiao_buffer_append(out, node->valuestring, token_length(node->valuestring));
        break;
    case cJSON_True:
        qiao_buffer_text(out, "true");
        break;
    case cJSON_False:
        qiao_buffer_text(out, "false");
        break;
    default:
        qiao_buffer_text(out, "null");
        break;
    }
}
