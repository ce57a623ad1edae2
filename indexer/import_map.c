/* Loading feed maps. Rules of the form stand in import_map.h; import_apply.c applies one. */
#include "import_map_internal.h"
#include "table_header.h"

#include "qiao/file.h"

#include <stdio.h>
#include <string.h>

#define MAP_BYTES_MAX ((size_t)1 << 20)

/* wanted: a literal, so that each is one message of the table */
#define BAD_KEY(path, key, wanted, err) qiao_fail(err, QIAO_E_INPUT, "feed map %s: \"%s\" must be " wanted, path, key)

static qiao_status
read_text(const qiaoi_map *map, const char *path, const char *key, const char **out, qiao_error *err)
{
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(map->root, key);

    if (node == NULL)
        return QIAO_OK;
    if (!cJSON_IsString(node))
        return BAD_KEY(path, key, "a text", err);
    *out = node->valuestring;
    return QIAO_OK;
}

static qiao_status
read_format(qiaoi_map *map, const char *path, qiao_error *err)
{
    const char *format = NULL, *encoding = NULL, *delimiter = NULL;
    qiao_status status = read_text(map, path, "format", &format, err);

    if (status == QIAO_OK)
        status = read_text(map, path, "encoding", &encoding, err);
    if (status == QIAO_OK)
        status = read_text(map, path, "delimiter", &delimiter, err);
    if (status != QIAO_OK)
        return status;
    if (format != NULL && !qiaoi_format_named(format, &map->format))
        return BAD_KEY(path, "format", "ndjson, json, csv, tsv, xml, xlsx or zip", err);
    if (encoding != NULL && !qiaoi_encoding_named(encoding, &map->encoding))
        return BAD_KEY(path, "encoding", "utf-8 or gb18030", err);
    if (delimiter != NULL && strlen(delimiter) != 1)
        return BAD_KEY(path, "delimiter", "one character", err);
    map->delimiter = delimiter != NULL ? delimiter[0] : '\0';
    return QIAO_OK;
}

static bool
is_text_list(const cJSON *node)
{
    if (!cJSON_IsArray(node) || node->child == NULL)
        return false;
    for (const cJSON *item = node->child; item != NULL; item = item->next) {
        if (!cJSON_IsString(item))
            return false;
    }
    return true;
}

static bool
is_row(const cJSON *node)
{
    const cJSON *from = cJSON_IsObject(node) ? cJSON_GetObjectItemCaseSensitive(node, "from") : node;

    return cJSON_IsString(from) || is_text_list(from);
}

static bool
is_record_field(const char *field)
{
    const char *dot = strrchr(field, '.');
    const qiao_field *row;
    char base[160];

    if (qiao_record_field(field) != NULL)
        return true;
    if (dot == NULL)
        return false;
    snprintf(base, sizeof base, "%.*s", (int)(dot - field), field);
    row = qiao_record_field(base); /* only texts have languages */
    return row != NULL &&
           (row->type == QIAO_FIELD_TEXT || row->type == QIAO_FIELD_TEXTS || row->type == QIAO_FIELD_LABEL);
}

static qiao_status
read_rows(qiaoi_map *map, const char *path, qiao_error *err)
{
    map->fields = cJSON_GetObjectItemCaseSensitive(map->root, "fields");
    map->constants = cJSON_GetObjectItemCaseSensitive(map->root, "constants");
    if (!cJSON_IsObject(map->fields) || map->fields->child == NULL)
        return BAD_KEY(path, "fields", "an object: record field to source field", err);
    if (map->constants != NULL && !cJSON_IsObject(map->constants))
        return BAD_KEY(path, "constants", "an object: record field to value", err);
    for (const cJSON *row = map->fields->child; row != NULL; row = row->next) {
        if (!is_row(row))
            return BAD_KEY(path, row->string, "a source field, a list of them, or an object with \"from\"", err);
        if (!is_record_field(row->string))
            return BAD_KEY(path, row->string, "a field of records, such as title.en, country or enterprise.park", err);
    }
    return QIAO_OK;
}

static qiao_status
check_keys(const qiaoi_map *map, const char *path, qiao_error *err)
{
    static const char *const known[] = {"format",         "encoding",      "delimiter", "records", "id_prefix",
                                        "list_separator", "decimal_comma", "constants", "fields",  "name",
                                        "note",           "licence",       "harvest",   "sheet",   "zip"};

    for (const cJSON *member = map->root->child; member != NULL; member = member->next) {
        size_t i = 0;

        while (i < sizeof known / sizeof known[0] && strcmp(known[i], member->string) != 0)
            i++;
        if (i == sizeof known / sizeof known[0])
            return qiao_fail(err, QIAO_E_INPUT, "feed map %s: unknown key \"%s\"", path, member->string);
    }
    return QIAO_OK;
}

static const char *
text_at(const cJSON *object, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

/* "zip": {"records": "project.csv", "join": {"organization": {"member": "organization.csv", "key": "projectID", "to":
 * "id"}}} */
static qiao_status
read_zip(qiaoi_map *map, const char *path, qiao_error *err)
{
    const cJSON *zip = cJSON_GetObjectItemCaseSensitive(map->root, "zip");
    const cJSON *joins = cJSON_GetObjectItemCaseSensitive(zip, "join");

    if (zip == NULL)
        return QIAO_OK;
    map->member = text_at(zip, "records");
    if (map->member == NULL)
        return BAD_KEY(path, "zip", "an object with \"records\": the file in the archive", err);
    for (const cJSON *item = joins == NULL ? NULL : joins->child; item != NULL; item = item->next) {
        qiaoi_join join = {item->string, text_at(item, "member"), text_at(item, "key"), text_at(item, "to")};

        if (join.name == NULL || join.member == NULL || join.key == NULL || join.to == NULL ||
            map->join_count == QIAOI_JOINS_MAX)
            return BAD_KEY(path, "join",
                           "an object of at most 16: name to {\"member\": file, \"key\": column there, \"to\": "
                           "column of the record}",
                           err);
        map->joins[map->join_count++] = join;
    }
    return QIAO_OK;
}

static qiao_status
read_map(qiaoi_map *map, const char *path, qiao_error *err)
{
    qiao_status status = check_keys(map, path, err);

    if (status == QIAO_OK)
        status = read_format(map, path, err);
    if (status == QIAO_OK)
        status = read_text(map, path, "records", &map->records, err);
    if (status == QIAO_OK)
        status = read_text(map, path, "id_prefix", &map->id_prefix, err);
    if (status == QIAO_OK)
        status = read_text(map, path, "list_separator", &map->list_separator, err);
    if (status == QIAO_OK)
        status = read_text(map, path, "sheet", &map->sheet, err);
    if (status == QIAO_OK)
        status = read_zip(map, path, err);
    map->decimal_comma = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(map->root, "decimal_comma"));
    return status == QIAO_OK ? read_rows(map, path, err) : status;
}

static qiao_status
not_json(const char *path, const qiao_error *why, qiao_error *err)
{
    size_t n, n_zh;

    qiao_fail(err, QIAO_E_INPUT, "feed map %s cannot be read", path);
    if (err == NULL)
        return QIAO_E_INPUT;
    n = strlen(err->message);
    n_zh = strlen(err->message_zh);
    snprintf(err->message + n, sizeof err->message - n, ": %s", why->message);
    snprintf(err->message_zh + n_zh, sizeof err->message_zh - n_zh, "：%s", why->message_zh);
    return QIAO_E_INPUT;
}

static qiao_status
parse_map(qiaoi_map *map, const char *path, const qiao_buffer *bytes, qiao_error *err)
{
    qiao_error why = QIAO_ERROR_INIT;
    qiao_status status = qiao_json_check(bytes->data != NULL ? bytes->data : "", bytes->length, &why);

    if (status == QIAO_E_NOMEM)
        return qiao_fail_memory(err);
    if (status != QIAO_OK)
        return not_json(path, &why, err);
    map->root = cJSON_ParseWithLength(bytes->data, bytes->length);
    if (map->root == NULL)
        return qiao_fail_memory(err);
    if (cJSON_IsObject(map->root))
        return QIAO_OK;
    return qiao_fail(err, QIAO_E_INPUT, "feed map %s is no JSON object", path);
}

qiao_status
qiaoi_map_load(const char *path, qiaoi_map **out, qiao_error *err)
{
    qiao_buffer bytes = {.limit = 0};
    qiaoi_map *map = qiao_calloc(1, sizeof *map);
    qiao_status status = map == NULL ? qiao_fail_memory(err) : qiao_file_read(path, MAP_BYTES_MAX, &bytes, err);

    *out = NULL;
    if (status == QIAO_OK)
        status = parse_map(map, path, &bytes, err);
    if (status == QIAO_OK)
        status = read_map(map, path, err);
    qiao_buffer_done(&bytes);
    if (status != QIAO_OK)
        qiaoi_map_free(map);
    else
        *out = map;
    return status;
}

void
qiaoi_map_free(qiaoi_map *map)
{
    if (map == NULL)
        return;
    cJSON_Delete(map->root);
    qiao_free(map);
}

const cJSON *
qiaoi_map_part(const qiaoi_map *map, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(map->root, name);
}

static bool
begins_with_member(const char *path, const char *member)
{
    size_t n = strlen(member);

    return strncmp(path, member, n) == 0 && (path[n] == '\0' || path[n] == '.');
}

bool
qiaoi_map_reads(const qiaoi_map *map, const char *member)
{
    for (const cJSON *row = map->fields->child; row != NULL; row = row->next) {
        const cJSON *from = cJSON_IsObject(row) ? cJSON_GetObjectItemCaseSensitive(row, "from") : row;
        const cJSON *name = cJSON_IsArray(from) ? from->child : from;

        for (; name != NULL; name = cJSON_IsArray(from) ? name->next : NULL) {
            if (begins_with_member(name->valuestring, member))
                return true;
        }
    }
    return false;
}

/* Names of columns that rows of the map read; without a map, record fields. */
const char *
qiaoi_map_column(const void *context, const char *name)
{
    const qiaoi_map *map = context;

    if (map == NULL)
        return is_record_field(name) ? name : NULL;
    for (const cJSON *row = map->fields->child; row != NULL; row = row->next) {
        const cJSON *from = cJSON_IsObject(row) ? cJSON_GetObjectItemCaseSensitive(row, "from") : row;
        const cJSON *own = cJSON_IsArray(from) ? from->child : from;

        for (; own != NULL; own = cJSON_IsArray(from) ? own->next : NULL) {
            if (qiaoi_header_same(own->valuestring, name))
                return own->valuestring;
        }
    }
    return NULL;
}

void
qiaoi_map_reader_options(const qiaoi_map *map, qiaoi_reader_options *options)
{
    if (map->format != QIAOI_FORMAT_AUTO)
        options->format = map->format;
    if (map->encoding != QIAOI_ENCODING_AUTO)
        options->encoding = map->encoding;
    if (map->delimiter != '\0')
        options->delimiter = map->delimiter;
    if (map->records != NULL)
        options->records = map->records;
    if (map->sheet != NULL && options->sheet == NULL)
        options->sheet = map->sheet;
    options->column = qiaoi_map_column;
    options->column_context = map;
    options->member = map->member;
    options->joins = map->joins;
    options->join_count = map->join_count;
}
