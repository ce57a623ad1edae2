/*
 * Records in a member of a ZIP archive, joined with rows of other members: "organization" of a project becomes the list
 * of rows of organization.csv whose projectID is the project's id.
 */
#include "join_index.h"
#include "reader_internal.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

struct qiaoi_zip_reader {
    qiaoi_zip *zip;
    const char *name;
    const qiaoi_reader_options *options;
    size_t limit;
    qiaoi_reader_options inner;
    qiaoi_zip_member *member;
    qiaoi_reader *records;
    qiaoi_join_index *joins[QIAOI_JOINS_MAX];
};

static qiao_status
pull_member(void *context, char *out, size_t size, size_t *length_out, qiao_error *err)
{
    return qiaoi_zip_member_read(context, out, size, length_out, err);
}

/* "archive.zip/project.csv": its end tells the format. */
static qiao_status
open_member(qiaoi_zip_reader *r, uint64_t index, const qiaoi_reader_options *options, qiaoi_zip_member **member,
            qiaoi_reader **out, qiao_error *err)
{
    char name[512];
    qiaoi_source *source;
    qiao_status status = qiaoi_zip_member_open(r->zip, index, member, err);

    snprintf(name, sizeof name, "%.300s/%.200s", r->name, qiaoi_zip_name(r->zip, index));
    if (status == QIAO_OK)
        status = qiaoi_source_open_pull(name, pull_member, *member, &source, err);
    return status == QIAO_OK ? qiaoi_reader_open_source(source, options, true, out, err) : status;
}

/* ---- which member ---- */

static bool
may_hold_records(const char *name)
{
    static const char *const ends[] = {".csv", ".tsv", ".json", ".ndjson", ".jsonl", ".xml", ".xlsx"};
    size_t n = strlen(name);

    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        size_t m = strlen(ends[i]);

        if (n > m && strcmp(name + n - m, ends[i]) == 0 && strncmp(name, "__MACOSX/", 9) != 0)
            return true;
    }
    return false;
}

static qiao_status
find_records(const qiaoi_zip_reader *r, uint64_t *index_out, qiao_error *err)
{
    uint64_t found = 0;

    if (r->options->member != NULL) {
        if (qiaoi_zip_find(r->zip, r->options->member, index_out))
            return QIAO_OK;
        return qiao_fail(err, QIAO_E_INPUT, "%s has no member %.80s", r->name, r->options->member);
    }
    for (uint64_t i = 0; i < qiaoi_zip_count(r->zip); i++) {
        if (!may_hold_records(qiaoi_zip_name(r->zip, i)))
            continue;
        *index_out = i;
        found++;
    }
    if (found == 1)
        return QIAO_OK;
    return qiao_fail(err, QIAO_E_INPUT,
                     "%s holds %llu files of records: name one in a feed map, {\"zip\": {\"records\": \"FILE\"}}",
                     r->name, (unsigned long long)found);
}

/* ---- joins ---- */

/* The key of an object as text, appended to out. false where it has none. */
static bool
key_of(const cJSON *object, const char *member, qiao_buffer *out)
{
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(object, member);

    if (cJSON_IsString(node) && node->valuestring[0] != '\0')
        qiao_buffer_text(out, node->valuestring);
    else if (cJSON_IsNumber(node))
        qiao_buffer_printf(out, "%.15g", node->valuedouble);
    else
        return false;
    return !out->failed;
}

static qiao_status
add_row(qiaoi_join_index *index, const qiaoi_join *join, const char *text, size_t length, qiao_error *err)
{
    cJSON *object = cJSON_ParseWithLength(text, length);
    qiao_buffer key = {.limit = 0};
    qiao_status status = QIAO_OK;

    if (object != NULL && key_of(object, join->key, &key))
        status = qiaoi_join_index_add(index, key.data, text, length, err);
    qiao_buffer_done(&key);
    cJSON_Delete(object);
    return status;
}

static qiao_status
read_rows(qiaoi_reader *rows, qiaoi_join_index *index, const qiaoi_join *join, qiao_error *err)
{
    qiao_buffer bytes = {.limit = 0};
    qiao_status status = QIAO_OK;

    while (status == QIAO_OK) {
        qiaoi_item item;

        qiao_buffer_clear(&bytes);
        status = qiaoi_reader_next(rows, &bytes, &item, err);
        if (status == QIAO_OK && !item.fault) /* a row that cannot be read joins nothing; the record stays */
            status = add_row(index, join, bytes.data + item.text, item.text_length, err);
    }
    qiao_buffer_done(&bytes);
    return status == QIAO_E_NOTFOUND ? qiaoi_join_index_finish(index, err) : status;
}

static qiao_status
open_join(qiaoi_zip_reader *r, size_t i, qiao_error *err)
{
    const qiaoi_join *join = &r->options->joins[i];
    qiaoi_reader_options options = {
        .encoding = r->options->encoding, .delimiter = r->options->delimiter, .line_limit = r->limit};
    qiaoi_zip_member *member = NULL;
    qiaoi_reader *rows = NULL;
    uint64_t index;
    qiao_status status;

    if (!qiaoi_zip_find(r->zip, join->member, &index))
        return qiao_fail(err, QIAO_E_INPUT, "%s has no member %.80s", r->name, join->member);
    status = qiaoi_join_index_new(&r->joins[i], err);
    if (status == QIAO_OK)
        status = open_member(r, index, &options, &member, &rows, err);
    if (status == QIAO_OK)
        status = read_rows(rows, r->joins[i], join, err);
    qiaoi_reader_close(rows);
    qiaoi_zip_member_close(member);
    return status;
}

qiao_status
qiaoi_zip_reader_new(qiaoi_zip *zip, const char *name, const qiaoi_reader_options *options, size_t limit,
                     qiaoi_zip_reader **out, qiao_error *err)
{
    qiaoi_zip_reader *r = qiao_calloc(1, sizeof *r);
    uint64_t index = 0;
    qiao_status status;

    *out = NULL;
    if (r == NULL)
        return qiao_fail_memory(err);
    r->zip = zip;
    r->name = name;
    r->options = options;
    r->limit = limit;
    r->inner = *options;
    r->inner.line_limit = limit;
    if (r->inner.format == QIAOI_FORMAT_ZIP)
        r->inner.format = QIAOI_FORMAT_AUTO;
    status = find_records(r, &index, err);
    for (size_t i = 0; status == QIAO_OK && i < options->join_count; i++)
        status = open_join(r, i, err);
    if (status == QIAO_OK)
        status = open_member(r, index, &r->inner, &r->member, &r->records, err);
    if (status != QIAO_OK)
        qiaoi_zip_reader_free(r);
    else
        *out = r;
    return status;
}

void
qiaoi_zip_reader_free(qiaoi_zip_reader *reader)
{
    if (reader == NULL)
        return;
    qiaoi_reader_close(reader->records);
    qiaoi_zip_member_close(reader->member);
    for (size_t i = 0; i < QIAOI_JOINS_MAX; i++)
        qiaoi_join_index_free(reader->joins[i]);
    qiao_free(reader);
}

const qiaoi_reader *
qiaoi_zip_reader_records(const qiaoi_zip_reader *reader)
{
    return reader->records;
}

/* ---- records ---- */

/* {"id":"1"} and its rows: {"id":"1","organization":[{...},{...}]} */
static qiao_status
join_rows(const qiaoi_zip_reader *r, const cJSON *object, qiao_buffer *bytes, qiao_error *err)
{
    qiao_buffer key = {.limit = 0};
    qiao_status status = QIAO_OK;

    bytes->length--; /* the brace that closes the object */
    for (size_t i = 0; status == QIAO_OK && i < r->options->join_count; i++) {
        const qiaoi_join *join = &r->options->joins[i];

        qiao_buffer_clear(&key);
        if (!key_of(object, join->to, &key))
            continue;
        if (bytes->data[bytes->length - 1] != '{')
            qiao_buffer_char(bytes, ',');
        qiao_buffer_json_string(bytes, join->name, strlen(join->name));
        qiao_buffer_text(bytes, ":[");
        status = qiaoi_join_index_get(r->joins[i], key.data, bytes, err);
        qiao_buffer_char(bytes, ']');
    }
    qiao_buffer_char(bytes, '}');
    qiao_buffer_done(&key);
    return status;
}

qiao_status
qiaoi_zip_reader_next(qiaoi_zip_reader *reader, qiao_buffer *bytes, qiaoi_item *item, qiao_error *err)
{
    qiao_status status = qiaoi_reader_next(reader->records, bytes, item, err);
    size_t end = item->text + item->text_length;
    cJSON *object;

    if (status != QIAO_OK || item->fault || reader->options->join_count == 0)
        return status;
    while (end > item->text && bytes->data[end - 1] != '}')
        end--;
    object = end > item->text ? cJSON_ParseWithLength(bytes->data + item->text, end - item->text) : NULL;
    if (object != NULL && cJSON_IsObject(object)) {
        size_t start = bytes->length;

        /* behind what stands there: raw may lie in the same place as text */
        if (!qiao_buffer_reserve(bytes, end - item->text + 16)) {
            cJSON_Delete(object);
            return qiao_fail_memory(err);
        }
        qiao_buffer_append(bytes, bytes->data + item->text, end - item->text);
        item->text = start;
        status = join_rows(reader, object, bytes, err);
        item->text_length = bytes->length - start;
        if (status == QIAO_OK && item->text_length > reader->limit)
            qiaoi_item_too_long(item, item->text_length, reader->limit);
    }
    cJSON_Delete(object);
    return status == QIAO_OK && bytes->failed ? qiao_fail_memory(err) : status;
}
