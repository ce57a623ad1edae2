/* Feed maps: loading one, applying it to one source object. Rules of the form stand in import_map.h. */
#include "import_map.h"

#include "import_convert.h"
#include "import_path.h"
#include "table_header.h"

#include "qiao/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAP_BYTES_MAX ((size_t)1 << 20)

struct qiaoi_map {
    cJSON *root; /* the file; rows point into it */
    const cJSON *fields, *constants;
    const char *records, *id_prefix, *list_separator, *sheet, *member;
    qiaoi_join joins[QIAOI_JOINS_MAX];
    size_t join_count;
    qiaoi_format format;
    qiaoi_encoding encoding;
    char delimiter;
    bool decimal_comma;
};

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
