/* See import_path.h. */
#include "import_path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PART_SIZE 160

bool
qiaoi_path_filled(const cJSON *node)
{
    if (cJSON_IsString(node))
        return node->valuestring[strspn(node->valuestring, " \t\r\n")] != '\0';
    return node != NULL && !cJSON_IsNull(node) &&
           !((cJSON_IsArray(node) || cJSON_IsObject(node)) && node->child == NULL);
}

static const cJSON *
item_with(const cJSON *list, const char *part)
{
    const char *equals = strchr(part, '=');
    char name[PART_SIZE];

    snprintf(name, sizeof name, "%.*s", (int)(equals - part), part);
    for (const cJSON *item = list->child; item != NULL; item = item->next) {
        const cJSON *member = cJSON_GetObjectItemCaseSensitive(item, name);

        if (cJSON_IsString(member) && strcmp(member->valuestring, equals + 1) == 0)
            return item;
    }
    return NULL;
}

static const cJSON *
step(const cJSON *node, const char *part)
{
    if (!cJSON_IsArray(node))
        return cJSON_GetObjectItemCaseSensitive(node, part);
    if (part[0] != '\0' && part[strspn(part, "0123456789")] == '\0')
        return cJSON_GetArrayItem(node, (int)strtol(part, NULL, 10));
    if (strchr(part, '=') != NULL)
        return item_with(node, part);
    return cJSON_GetObjectItemCaseSensitive(cJSON_GetArrayItem(node, 0), part);
}

static const char *
next_part(const char *path, char part[PART_SIZE])
{
    size_t n = strcspn(path, ".");

    snprintf(part, PART_SIZE, "%.*s", (int)n, path);
    return path + n + (path[n] == '.' ? 1 : 0);
}

static const cJSON *follow(const cJSON *node, const char *path, cJSON *every);

/* What the rest of the path finds in each item goes into the list. */
static void
gather(const cJSON *list, const char *rest, cJSON *every)
{
    for (const cJSON *item = cJSON_IsArray(list) ? list->child : NULL; item != NULL; item = item->next) {
        const cJSON *found = *rest == '\0' ? item : follow(item, rest, every);
        cJSON *copy = qiaoi_path_filled(found) ? cJSON_Duplicate(found, 1) : NULL;

        if (copy != NULL)
            cJSON_AddItemToArray(every, copy);
    }
}

/* every: takes what "*" finds; NULL is the answer then. */
static const cJSON *
follow(const cJSON *node, const char *path, cJSON *every)
{
    char part[PART_SIZE];

    while (node != NULL && *path != '\0') {
        path = next_part(path, part);
        if (strcmp(part, "*") == 0) {
            if (every != NULL && cJSON_IsArray(node))
                gather(node, path, every);
            else if (every != NULL && *path != '\0')
                return follow(node, path, every); /* one where there may be many */
            return NULL;
        }
        node = step(node, part);
    }
    return node;
}

const cJSON *
qiaoi_path_find(const cJSON *source, const char *path, cJSON **owned_out)
{
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(source, path);
    const char *star = strchr(path, '*');

    *owned_out = NULL;
    if (node != NULL || strchr(path, '.') == NULL)
        return node;
    if (star == NULL)
        return follow(source, path, NULL);
    *owned_out = cJSON_CreateArray();
    node = *owned_out == NULL ? NULL : follow(source, path, *owned_out);
    if (node != NULL || *owned_out == NULL)
        return node;
    return *owned_out;
}
