/* See map_lint.h. */
#include "map_lint.h"

#include "harvest/plan.h"
#include "import_map.h"

#include "qiao/file.h"

#include <stdio.h>
#include <string.h>

#define FIELD_SIZE 160

typedef struct lint {
    const qiao_vocabulary *vocabulary;
    qiaoi_map_mistake tell;
    void *context;
    size_t fatal;
} lint;

/* A pointer of up to four parts; ~ and / in names are written ~0 and ~1. */
static void
append_part(char *pointer, size_t size, const char *part)
{
    size_t n = strlen(pointer);

    if (n + 1 < size)
        pointer[n++] = '/';
    for (; *part != '\0' && n + 3 < size; part++) {
        if (*part == '~' || *part == '/') {
            pointer[n++] = '~';
            pointer[n++] = *part == '~' ? '0' : '1';
        } else {
            pointer[n++] = *part;
        }
    }
    pointer[n] = '\0';
}

/* The message is made by qiao_fail in the call: MISTAKE(l, true, "fields", row, NULL, "must be ...", ...). */
#define MISTAKE(l, is_fatal, a, b, c, ...)                                                                             \
    do {                                                                                                               \
        qiao_error mistake_ = QIAO_ERROR_INIT;                                                                         \
        qiao_fail(&mistake_, QIAO_E_INPUT, __VA_ARGS__);                                                               \
        tell_at(l, is_fatal, a, b, c, &mistake_);                                                                      \
    } while (0)

static void
tell_at(lint *l, bool fatal, const char *a, const char *b, const char *c, const qiao_error *mistake)
{
    const char *parts[3] = {a, b, c};
    char pointer[512] = "";

    for (size_t i = 0; i < 3 && parts[i] != NULL; i++)
        append_part(pointer, sizeof pointer, parts[i]);
    l->fatal += fatal ? 1 : 0;
    l->tell(l->context, pointer, mistake, fatal);
}

static bool
is_one_of(const char *text, const char *const *known, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(text, known[i]) == 0)
            return true;
    }
    return false;
}

/* The row of a record field, with its language or without; NULL where there is none. */
static const qiao_field *
field_of(const char *name)
{
    const qiao_field *row = qiao_record_field(name);
    const char *dot = strrchr(name, '.');
    char base[FIELD_SIZE];

    if (row != NULL || dot == NULL)
        return row;
    snprintf(base, sizeof base, "%.*s", (int)(dot - name), name);
    row = qiao_record_field(base);
    return row != NULL &&
                   (row->type == QIAO_FIELD_TEXT || row->type == QIAO_FIELD_TEXTS || row->type == QIAO_FIELD_LABEL)
               ? row
               : NULL;
}

static bool
is_code(const lint *l, const char *lists, const char *code)
{
    char list[64];

    while (*lists != '\0') {
        size_t n = strcspn(lists, "|");

        snprintf(list, sizeof list, "%.*s", (int)n, lists);
        if (qiao_vocabulary_resolve(l->vocabulary, list, code) != NULL)
            return true;
        lists += n + (lists[n] == '|' ? 1 : 0);
    }
    return false;
}

static bool
is_text_list(const cJSON *node)
{
    for (const cJSON *item = cJSON_IsArray(node) ? node->child : NULL; item != NULL; item = item->next) {
        if (!cJSON_IsString(item))
            return false;
    }
    return cJSON_IsArray(node) && node->child != NULL;
}

/* ---- rows ---- */

static void
check_values(lint *l, const cJSON *row, const cJSON *values, const qiao_field *field)
{
    if (!cJSON_IsObject(values)) {
        MISTAKE(l, true, "fields", row->string, "values",
                "must be an object: value of the source to value of the record");
        return;
    }
    for (const cJSON *item = values->child; item != NULL; item = item->next) {
        if (!cJSON_IsString(item))
            MISTAKE(l, true, "fields", row->string, "values", "\"%.60s\" must become a text", item->string);
        else if (field != NULL && field->list != NULL && item->valuestring[0] != '\0' &&
                 !is_code(l, field->list, item->valuestring))
            MISTAKE(l, true, "fields", row->string, "values",
                    "\"%.60s\" becomes \"%.60s\", which is not in the list %s", item->string, item->valuestring,
                    field->list);
    }
}

static void
check_member(lint *l, const cJSON *row, const cJSON *member, const qiao_field *field)
{
    static const char *const known[] = {"from", "values", "default", "scale", "html", "date", "split", "hash"};
    static const char *const dates[] = {"us", "epoch_ms", "epoch_s"};
    const char *name = member->string;

    if (!is_one_of(name, known, sizeof known / sizeof known[0]))
        MISTAKE(l, true, "fields", row->string, name,
                "is no part of a row; there are: from, values, default, scale, html, date, split, hash");
    else if (strcmp(name, "values") == 0)
        check_values(l, row, member, field);
    else if (strcmp(name, "scale") == 0 && !cJSON_IsNumber(member))
        MISTAKE(l, true, "fields", row->string, name, "must be a number");
    else if (strcmp(name, "html") == 0 && !cJSON_IsBool(member))
        MISTAKE(l, true, "fields", row->string, name, "must be true or false");
    else if (strcmp(name, "date") == 0 && (!cJSON_IsString(member) || !is_one_of(member->valuestring, dates, 3)))
        MISTAKE(l, true, "fields", row->string, name,
                "must be us, epoch_ms or epoch_s; other forms of days are found out");
    else if (strcmp(name, "hash") == 0 && !is_text_list(member))
        MISTAKE(l, true, "fields", row->string, name, "must be a list of columns");
    else if ((strcmp(name, "split") == 0 || strcmp(name, "default") == 0) && !cJSON_IsString(member))
        MISTAKE(l, true, "fields", row->string, name, "must be a text");
    else if (strcmp(name, "default") == 0 && field != NULL && field->list != NULL &&
             !is_code(l, field->list, member->valuestring))
        MISTAKE(l, true, "fields", row->string, name, "\"%.60s\" is not in the list %s", member->valuestring,
                field->list);
}

static void
check_row(lint *l, const cJSON *row)
{
    const qiao_field *field = field_of(row->string);
    const cJSON *from = cJSON_IsObject(row) ? cJSON_GetObjectItemCaseSensitive(row, "from") : row;

    if (field == NULL)
        MISTAKE(l, true, "fields", row->string, NULL,
                "is no field of records, such as title.en, country or enterprise.park");
    if (!cJSON_IsString(from) && !is_text_list(from))
        MISTAKE(l, true, "fields", row->string, cJSON_IsObject(row) ? "from" : NULL,
                "must be a source field or a list of them");
    for (const cJSON *member = cJSON_IsObject(row) ? row->child : NULL; member != NULL; member = member->next)
        check_member(l, row, member, field);
}

static void
check_rows(lint *l, const cJSON *root)
{
    const cJSON *fields = cJSON_GetObjectItemCaseSensitive(root, "fields");
    const cJSON *constants = cJSON_GetObjectItemCaseSensitive(root, "constants");
    bool id = false, title = false;

    if (!cJSON_IsObject(fields) || fields->child == NULL) {
        MISTAKE(l, true, "fields", NULL, NULL, "must be an object: record field to source field");
        return;
    }
    for (const cJSON *row = fields->child; row != NULL; row = row->next) {
        check_row(l, row);
        id = id || strcmp(row->string, "id") == 0;
        title = title || strncmp(row->string, "title", 5) == 0;
    }
    if (!id)
        MISTAKE(l, false, "fields", NULL, NULL, "leads nothing to id: every record will be refused");
    if (!title)
        MISTAKE(l, false, "fields", NULL, NULL, "leads nothing to title: every record will be refused");
    for (const cJSON *item = cJSON_IsObject(constants) ? constants->child : NULL; item != NULL; item = item->next) {
        const qiao_field *field = field_of(item->string);

        if (field == NULL)
            MISTAKE(l, true, "constants", item->string, NULL,
                    "is no field of records, such as title.en, country or enterprise.park");
        else if (field->list != NULL && cJSON_IsString(item) && !is_code(l, field->list, item->valuestring))
            MISTAKE(l, true, "constants", item->string, NULL, "\"%.60s\" is not in the list %s", item->valuestring,
                    field->list);
    }
    if (cJSON_GetObjectItemCaseSensitive(constants, "kind") == NULL &&
        cJSON_GetObjectItemCaseSensitive(fields, "kind") == NULL)
        MISTAKE(l, false, "constants", NULL, NULL, "says no kind: project or need");
}

static void
check_members(lint *l, const cJSON *root)
{
    static const char *const known[] = {"format",         "encoding",      "delimiter", "records", "id_prefix",
                                        "list_separator", "decimal_comma", "constants", "fields",  "name",
                                        "note",           "licence",       "harvest",   "sheet",   "zip"};

    for (const cJSON *member = root->child; member != NULL; member = member->next) {
        if (!is_one_of(member->string, known, sizeof known / sizeof known[0]))
            MISTAKE(l, true, member->string, NULL, NULL, "is no part of a feed map");
    }
}

/* What only loading finds: one mistake, without its place. */
static void
load(lint *l, const char *path)
{
    qiaoi_map *map = NULL;
    qiaoi_plan plan;
    qiao_error err = QIAO_ERROR_INIT;
    qiao_status status = qiaoi_map_load(path, &map, &err);
    bool harvest = status == QIAO_OK;

    if (status == QIAO_OK)
        status = qiaoi_plan_read(map, path, &plan, &err);
    if (status != QIAO_OK && l->fatal == 0)
        tell_at(l, true, harvest ? "harvest" : NULL, NULL, NULL, &err);
    qiaoi_map_free(map);
}

qiao_status
qiaoi_map_lint(const char *path, const qiao_vocabulary *vocabulary, qiaoi_map_mistake tell, void *context,
               qiao_error *err)
{
    lint l = {.vocabulary = vocabulary, .tell = tell, .context = context};
    qiao_buffer bytes = {.limit = 0};
    qiao_status status = qiao_file_read(path, (size_t)1 << 20, &bytes, err);
    cJSON *root = status != QIAO_OK ? NULL : cJSON_ParseWithLength(bytes.data != NULL ? bytes.data : "", bytes.length);

    if (cJSON_IsObject(root)) {
        check_members(&l, root);
        check_rows(&l, root);
    }
    if (status == QIAO_OK)
        load(&l, path);
    cJSON_Delete(root);
    qiao_buffer_done(&bytes);
    return status;
}
