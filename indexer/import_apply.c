/*
 * A feed map applied to one source object: what each row reads, in which form it goes into the record, and the record's
 * id. Numbers keep the digits they have in the source.
 */
#include "import_convert.h"
#include "import_flat.h"
#include "import_map_internal.h"
#include "import_path.h"

#include "qiao/file.h"

#include <stdio.h>
#include <string.h>

/* The first of the row's sources that is filled. The caller deletes *owned_out. */
static const cJSON *
source_of(const cJSON *source, const cJSON *row, cJSON **owned_out)
{
    const cJSON *from = cJSON_IsObject(row) ? cJSON_GetObjectItemCaseSensitive(row, "from") : row;
    const cJSON *name = cJSON_IsArray(from) ? from->child : from;

    *owned_out = NULL;
    for (; name != NULL; name = cJSON_IsArray(from) ? name->next : NULL) {
        const cJSON *node = qiaoi_path_find(source, name->valuestring, owned_out);

        if (qiaoi_path_filled(node))
            return node;
        cJSON_Delete(*owned_out);
        *owned_out = NULL;
    }
    return NULL;
}

static const char *
member_text(const cJSON *row, const char *key)
{
    const cJSON *node = cJSON_IsObject(row) ? cJSON_GetObjectItemCaseSensitive(row, key) : NULL;

    return cJSON_IsString(node) ? node->valuestring : NULL;
}

static const cJSON *
member_object(const cJSON *row, const char *key)
{
    const cJSON *node = cJSON_IsObject(row) ? cJSON_GetObjectItemCaseSensitive(row, key) : NULL;

    return cJSON_IsObject(node) ? node : NULL;
}

/* values: {"企业": "sme"} */
static const char *
translate(const cJSON *row, const char *text)
{
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(member_object(row, "values"), text);

    return cJSON_IsString(found) ? found->valuestring : text;
}

static qiaoi_flat_options
options_of(const qiaoi_map *map, const cJSON *row)
{
    const cJSON *scale = cJSON_IsObject(row) ? cJSON_GetObjectItemCaseSensitive(row, "scale") : NULL;
    const char *split = member_text(row, "split");

    return (qiaoi_flat_options){.list_separator = split != NULL ? split
                                                  : map == NULL ? NULL
                                                                : map->list_separator,
                                .decimal_comma = map != NULL && map->decimal_comma,
                                .scale = cJSON_IsNumber(scale) ? scale->valuedouble : 0};
}

/* Numbers, true and false as they stand in the source; NULL when out of memory. The caller frees it with cJSON_free. */
static char *
text_of(const cJSON *node)
{
    return cJSON_PrintUnformatted(node);
}

/* ["a", 2] to ["a", "2"], each looked up in the values of the row; one that becomes "" is left out. */
static bool
set_list(cJSON *record, const cJSON *row, const char *field, const cJSON *node)
{
    cJSON *list = cJSON_CreateArray();
    bool sound = list != NULL;

    for (const cJSON *item = node->child; sound && item != NULL; item = item->next) {
        char *own = cJSON_IsString(item) ? NULL : text_of(item);
        const char *text = cJSON_IsString(item) ? item->valuestring : own;
        const char *value = text == NULL ? NULL : translate(row, text);
        cJSON *copy = value == NULL || *value == '\0' ? NULL : cJSON_CreateString(value);

        sound = value != NULL && (*value == '\0' || copy != NULL);
        cJSON_free(own);
        if (copy != NULL)
            cJSON_AddItemToArray(list, copy);
    }
    if (!sound || list->child == NULL) {
        cJSON_Delete(list);
        return sound;
    }
    return qiaoi_flat_put(record, field, list);
}

/* A text into a field, by the values of the row: whole, and where the field is a list, item by item. */
static bool
set_value(cJSON *record, const cJSON *row, const char *field, const char *text, const qiaoi_flat_options *options)
{
    qiao_field_type type = qiaoi_flat_type(field);
    const char *value = translate(row, text);
    cJSON *list;
    bool sound;

    if (member_object(row, "values") == NULL || value != text)
        return *value == '\0' || qiaoi_flat_set(record, field, value, options);
    if (type != QIAO_FIELD_CODES && type != QIAO_FIELD_STRINGS)
        return qiaoi_flat_set(record, field, text, options);
    list = qiaoi_flat_list(text, options->list_separator);
    sound = list != NULL && set_list(record, row, field, list);
    cJSON_Delete(list);
    return sound;
}

static bool
set_text(cJSON *record, const cJSON *row, const char *field, const char *text, const qiaoi_flat_options *options)
{
    const cJSON *html = cJSON_IsObject(row) ? cJSON_GetObjectItemCaseSensitive(row, "html") : NULL;
    qiao_buffer plain = {.limit = 0};
    char day[QIAO_DATE_SIZE];
    bool sound = true;

    if (qiaoi_convert_date(member_text(row, "date"), text, day))
        return qiaoi_flat_set(record, field, day, options);
    if (!cJSON_IsTrue(html))
        return set_value(record, row, field, text, options);
    qiaoi_convert_html(text, &plain);
    sound = !plain.failed && (plain.length == 0 || set_value(record, row, field, plain.data, options));
    qiao_buffer_done(&plain);
    return sound;
}

static bool
set_scalar(const qiaoi_map *map, cJSON *record, const cJSON *row, const char *field, const cJSON *node)
{
    qiaoi_flat_options options = options_of(map, row);
    char *text;
    bool sound;

    text = cJSON_IsString(node) ? cJSON_GetStringValue(node) : text_of(node);
    sound = text != NULL && set_text(record, row, field, text, &options);
    if (text != cJSON_GetStringValue(node))
        cJSON_free(text);
    return sound;
}

/* Paragraphs of one text. */
static bool
set_joined(cJSON *record, const char *field, const cJSON *node)
{
    qiao_buffer text = {.limit = 0};
    cJSON *joined;

    for (const cJSON *item = node->child; item != NULL; item = item->next) {
        if (!cJSON_IsString(item))
            continue;
        if (text.length > 0)
            qiao_buffer_char(&text, '\n');
        qiao_buffer_text(&text, item->valuestring);
    }
    joined = text.failed ? NULL : cJSON_CreateString(text.length > 0 ? text.data : "");
    qiao_buffer_done(&text);
    return qiaoi_flat_put(record, field, joined);
}

static const cJSON *
first_filled(const cJSON *list)
{
    const cJSON *item = list->child;

    while (item != NULL && !qiaoi_path_filled(item))
        item = item->next;
    return item;
}

static bool
set_node(const qiaoi_map *map, cJSON *record, const cJSON *row, const char *field, const cJSON *node)
{
    qiao_field_type type = qiaoi_flat_type(field);

    if (cJSON_IsObject(node) ||
        (cJSON_IsArray(node) && (type == QIAO_FIELD_OBJECT || type == QIAO_FIELD_OBJECTS || type == QIAO_FIELD_ANY)))
        return qiaoi_flat_put(record, field, cJSON_Duplicate(node, 1));
    if (cJSON_IsArray(node) && (type == QIAO_FIELD_CODES || type == QIAO_FIELD_STRINGS || type == QIAO_FIELD_TEXTS))
        return set_list(record, row, field, node);
    if (cJSON_IsArray(node) && type == QIAO_FIELD_TEXT)
        return set_joined(record, field, node);
    if (cJSON_IsArray(node))
        node = first_filled(node);
    return node == NULL || set_scalar(map, record, row, field, node);
}

/* An identifier made of what the columns hold that "hash" names; none where they hold nothing. */
static bool
set_hash(cJSON *record, const cJSON *row, const cJSON *source)
{
    const cJSON *columns = cJSON_GetObjectItemCaseSensitive(row, "hash");
    qiao_buffer text = {.limit = 0};
    char id[17];
    bool sound;

    for (const cJSON *name = columns->child; name != NULL; name = name->next) {
        cJSON *owned = NULL;
        const cJSON *node = cJSON_IsString(name) ? qiaoi_path_find(source, name->valuestring, &owned) : NULL;

        if (qiaoi_path_filled(node) && cJSON_IsString(node)) {
            qiao_buffer_text(&text, node->valuestring);
            qiao_buffer_char(&text, '\n');
        }
        cJSON_Delete(owned);
    }
    snprintf(id, sizeof id, "%016llx", (unsigned long long)qiao_hash64(text.data, text.length, 0));
    sound = !text.failed && (text.length == 0 || qiaoi_flat_put(record, row->string, cJSON_CreateString(id)));
    qiao_buffer_done(&text);
    return sound;
}

static bool
set_row(const qiaoi_map *map, cJSON *record, const cJSON *row, const cJSON *source)
{
    cJSON *owned;
    const cJSON *node = source_of(source, row, &owned);
    const char *fallback = member_text(row, "default");
    bool sound;

    if (node != NULL) {
        sound = set_node(map, record, row, row->string, node);
        cJSON_Delete(owned);
        return sound;
    }
    if (cJSON_IsArray(cJSON_GetObjectItemCaseSensitive(row, "hash")))
        return set_hash(record, row, source);
    if (fallback != NULL) {
        qiaoi_flat_options options = options_of(map, row);

        return qiaoi_flat_set(record, row->string, fallback, &options);
    }
    return true;
}

/* A CSV row without a map: its columns are record fields. */
static bool
fill_from_row(cJSON *record, const cJSON *source)
{
    bool sound = true;

    for (const cJSON *member = source->child; sound && member != NULL; member = member->next)
        sound = !qiaoi_path_filled(member) || set_node(NULL, record, NULL, member->string, member);
    return sound;
}

static bool
fill_by_map(const qiaoi_map *map, cJSON *record, const cJSON *source)
{
    const cJSON *constant = map->constants == NULL ? NULL : map->constants->child;
    bool sound = true;

    for (; sound && constant != NULL; constant = constant->next)
        sound = set_node(map, record, NULL, constant->string, constant);
    for (const cJSON *row = map->fields->child; sound && row != NULL; row = row->next)
        sound = set_row(map, record, row, source);
    return sound;
}

/* "123" becomes "prefix123". */
static bool
prefix_id(cJSON *record, const char *prefix, const char *colon)
{
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(record, "id");
    bool given = cJSON_IsString(node) || cJSON_IsRaw(node);
    char *id = given ? qiao_strdup(node->valuestring) : NULL; /* the node goes when its successor comes */
    qiao_buffer text = {.limit = 0};
    bool sound = true;

    if (id == NULL)
        return !given;
    if (strncmp(id, prefix, strlen(prefix)) != 0 || colon[0] != '\0') {
        qiao_buffer_printf(&text, "%s%s%s", prefix, colon, id);
        sound = !text.failed && qiaoi_flat_put(record, "id", cJSON_CreateString(text.data));
    }
    qiao_buffer_done(&text);
    qiao_free(id);
    return sound;
}

static bool
apply_source(cJSON *record, const char *source)
{
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(record, "id");
    const char *text = cJSON_IsString(id) || cJSON_IsRaw(id) ? id->valuestring : "";
    size_t n = strlen(source);

    if (strchr(text, ':') == NULL)
        return prefix_id(record, source, ":");
    if ((strncmp(text, source, n) == 0 && text[n] == ':') || cJSON_GetObjectItemCaseSensitive(record, "source") != NULL)
        return true;
    return qiaoi_flat_put(record, "source", cJSON_CreateString(source));
}

/* Where the next number of valid JSON stands, outside texts; end where there is none. */
static const char *
next_number(const char *at, const char *end)
{
    bool quoted = false;

    for (; at < end; at++) {
        if (quoted && *at == '\\')
            at++;
        else if (*at == '"')
            quoted = !quoted;
        else if (!quoted && (*at == '-' || (*at >= '0' && *at <= '9')))
            break;
    }
    return at < end ? at : end;
}

/* cJSON holds numbers as doubles; an identifier of 18 digits must not lose its last ones. Number nodes become their own
 * text. */
static bool
keep_numbers(cJSON *node, const char **at, const char *end)
{
    for (; node != NULL; node = node->next) {
        size_t n;

        if (node->child != NULL && !keep_numbers(node->child, at, end))
            return false;
        if (!cJSON_IsNumber(node))
            continue;
        *at = next_number(*at, end);
        n = strspn(*at, "+-.0123456789eE");
        node->valuestring = cJSON_malloc(n + 1);
        if (node->valuestring == NULL)
            return false;
        memcpy(node->valuestring, *at, n);
        node->valuestring[n] = '\0';
        node->type = (node->type & ~0xFF) | cJSON_Raw;
        *at += n;
    }
    return true;
}

static cJSON *
make_record(const qiaoi_map *map, bool row, const char *source, cJSON *root)
{
    bool own = map == NULL && !row;
    cJSON *record = own ? root : cJSON_CreateObject();
    bool sound = record != NULL;

    if (sound && !own)
        sound = map != NULL ? fill_by_map(map, record, root) : fill_from_row(record, root);
    if (sound && map != NULL && map->id_prefix != NULL)
        sound = prefix_id(record, map->id_prefix, "");
    if (sound && source != NULL)
        sound = apply_source(record, source);
    if (!sound && !own) {
        cJSON_Delete(record);
        record = NULL;
    }
    return sound ? record : NULL;
}

static qiao_status
write_record(const qiaoi_map *map, bool row, const char *source, cJSON *root, qiao_buffer *out, qiao_error *err)
{
    cJSON *record = make_record(map, row, source, root);
    char *text = record == NULL ? NULL : cJSON_PrintUnformatted(record);

    if (text != NULL)
        qiao_buffer_text(out, text);
    if (record != root)
        cJSON_Delete(record);
    if (text == NULL || out->failed) {
        cJSON_free(text);
        return qiao_fail_memory(err);
    }
    cJSON_free(text);
    return QIAO_OK;
}

qiao_status
qiaoi_map_apply(const qiaoi_map *map, bool row, const char *source, const char *json, size_t length, qiao_buffer *out,
                qiao_error *err)
{
    qiao_status status = qiao_json_check(json, length, err);
    cJSON *root = status != QIAO_OK ? NULL : cJSON_ParseWithLength(json, length);
    const char *at = json;

    if (status != QIAO_OK)
        return status;
    if (root == NULL || !keep_numbers(root, &at, json + length))
        status = qiao_fail_memory(err);
    else if (!cJSON_IsObject(root))
        status = qiao_fail(err, QIAO_E_INPUT, "a record must be a JSON object");
    if (status == QIAO_OK)
        status = write_record(map, row, source, root, out, err);
    cJSON_Delete(root);
    return status;
}
