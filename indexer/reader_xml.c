/*
 * Records in XML: every element of the record's name, wherever it stands, becomes one JSON object. Elements without
 * elements inside become texts, or objects of their attributes where they hold no text; others become objects with
 * their attributes as "@name". A name that comes again makes a list. Prefixes of names are dropped: dc:title is
 * "title".
 *
 * Records of OAI-PMH that are marked as deleted are left out: they are withdrawals, not records. Document types are
 * refused, for with them come entities that grow without bound.
 */
#include "reader_internal.h"
#include "xml.h"

#include <cjson/cJSON.h>
#include <string.h>

#define PIECE 16384u /* bytes handed to the parser at once: what waits in the queue stays small */
#define DEPTH_MAX 64u
#define RECORD_NAME "record"

struct qiaoi_xml_reader {
    qiaoi_cursor *cursor;
    qiaoi_xml *parser;
    const char *record; /* name of the element; borrowed */
    size_t limit;
    cJSON *open[DEPTH_MAX]; /* elements begun inside the record; the first one is the record and owns the others */
    qiao_buffer text[DEPTH_MAX];
    size_t depth, skipped; /* skipped: elements deeper than DEPTH_MAX */
    size_t size;           /* bytes of the record at hand */
    uint64_t line;
    qiao_buffer queue; /* records finished and not handed out: line, length, text */
    size_t taken;
    bool no_memory, ended;
};

typedef struct queued {
    uint64_t line, whole; /* whole > limit: too long, and there is no text */
    size_t length;
} queued;

/* Takes value over. */
static bool
add_member(cJSON *object, const char *name, cJSON *value)
{
    cJSON *earlier = value == NULL ? NULL : cJSON_GetObjectItemCaseSensitive(object, name);
    cJSON *list;

    if (value == NULL)
        return false;
    if (earlier == NULL) {
        if (cJSON_AddItemToObject(object, name, value))
            return true;
        cJSON_Delete(value);
        return false;
    }
    if (cJSON_IsArray(earlier))
        return cJSON_AddItemToArray(earlier, value);
    list = cJSON_CreateArray();
    if (list == NULL) {
        cJSON_Delete(value);
        return false;
    }
    cJSON_AddItemToArray(list, cJSON_DetachItemViaPointer(object, earlier));
    cJSON_AddItemToArray(list, value);
    if (cJSON_AddItemToObject(object, name, list))
        return true;
    cJSON_Delete(list);
    return false;
}

static bool
add_attributes(cJSON *object, const char **attributes)
{
    bool sound = true;

    for (; sound && *attributes != NULL; attributes += 2) {
        char name[128];
        size_t n = strlen(qiaoi_xml_local(attributes[0]));

        if (strncmp(attributes[0], "xmlns", 5) == 0 || n + 2 > sizeof name)
            continue;
        name[0] = '@';
        memcpy(name + 1, qiaoi_xml_local(attributes[0]), n + 1);
        sound = add_member(object, name, cJSON_CreateString(attributes[1]));
    }
    return sound;
}

static void
on_start(void *context, const char *name, const char **attributes)
{
    qiaoi_xml_reader *r = context;

    if (r->depth == 0 && strcmp(qiaoi_xml_local(name), r->record) != 0)
        return;
    if (r->depth == 0)
        r->size = 0;
    if (r->depth == DEPTH_MAX || r->size > r->limit || r->no_memory) {
        r->skipped += r->depth > 0 ? 1 : 0;
        return;
    }
    if (r->depth == 0)
        r->line = qiaoi_xml_line(r->parser);
    r->open[r->depth] = cJSON_CreateObject();
    r->size += strlen(name);
    r->no_memory = r->open[r->depth] == NULL || !add_attributes(r->open[r->depth], attributes);
    qiao_buffer_clear(&r->text[r->depth]);
    r->depth++;
}

static void
on_text(void *context, const char *text, size_t length)
{
    qiaoi_xml_reader *r = context;

    if (r->depth == 0)
        return;
    r->size += length;
    if (r->skipped == 0 && r->size <= r->limit)
        qiao_buffer_append(&r->text[r->depth - 1], text, length);
}

/* The text without the white space around it. */
static cJSON *
trimmed(qiao_buffer *text)
{
    static const char blank[] = " \t\r\n";
    size_t start = 0;

    while (start < text->length && strchr(blank, text->data[start]) != NULL)
        start++;
    while (text->length > start && strchr(blank, text->data[text->length - 1]) != NULL)
        text->length--;
    qiao_buffer_char(text, '\0');
    return text->failed ? NULL : cJSON_CreateString(text->data + start);
}

static bool
holds_elements(const cJSON *object)
{
    for (const cJSON *member = object->child; member != NULL; member = member->next) {
        if (member->string[0] != '@')
            return true;
    }
    return false;
}

static bool
holds_text(const qiao_buffer *text)
{
    for (size_t i = 0; i < text->length; i++) {
        if (strchr(" \t\r\n", text->data[i]) == NULL)
            return true;
    }
    return false;
}

static bool
is_deletion(const cJSON *record)
{
    const cJSON *status =
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(record, "header"), "@status");

    return cJSON_IsString(status) && strcmp(status->valuestring, "deleted") == 0;
}

static void
enqueue(qiaoi_xml_reader *r, const cJSON *record)
{
    queued head = {.line = r->line, .whole = r->size};
    char *text = r->size > r->limit ? NULL : cJSON_PrintUnformatted(record);

    head.length = text == NULL ? 0 : strlen(text);
    r->no_memory = r->no_memory || (text == NULL && r->size <= r->limit);
    qiao_buffer_append(&r->queue, &head, sizeof head);
    qiao_buffer_append(&r->queue, text != NULL ? text : "", head.length);
    cJSON_free(text);
}

static void
on_end(void *context, const char *name)
{
    qiaoi_xml_reader *r = context;
    cJSON *element;

    if (r->skipped > 0) {
        r->skipped--;
        return;
    }
    if (r->depth == 0)
        return;
    element = r->open[--r->depth];
    if (r->depth == 0) {
        if (element != NULL && !is_deletion(element))
            enqueue(r, element);
        cJSON_Delete(element);
        return;
    }
    if (element != NULL && !holds_elements(element) && (holds_text(&r->text[r->depth]) || element->child == NULL)) {
        cJSON_Delete(element);
        element = trimmed(&r->text[r->depth]);
    }
    r->no_memory = r->open[r->depth - 1] == NULL ||
                   !add_member(r->open[r->depth - 1], qiaoi_xml_local(name), element) || r->no_memory;
}

qiao_status
qiaoi_xml_reader_new(qiaoi_cursor *cursor, const char *record, size_t limit, qiaoi_xml_reader **out, qiao_error *err)
{
    static const qiaoi_xml_handlers handlers = {.start = on_start, .end = on_end, .text = on_text};
    qiaoi_xml_reader *r = qiao_calloc(1, sizeof *r);
    qiao_status status;

    *out = NULL;
    if (r == NULL)
        return qiao_fail_memory(err);
    status = qiaoi_xml_new(&handlers, r, &r->parser, err);
    if (status != QIAO_OK) {
        qiao_free(r);
        return status;
    }
    r->cursor = cursor;
    r->record = record != NULL && record[0] != '\0' ? record : RECORD_NAME;
    r->limit = limit;
    *out = r;
    return QIAO_OK;
}

void
qiaoi_xml_reader_free(qiaoi_xml_reader *reader)
{
    if (reader == NULL)
        return;
    for (size_t i = reader->depth; i > 0; i--)
        cJSON_Delete(reader->open[i - 1]);
    for (size_t i = 0; i < DEPTH_MAX; i++)
        qiao_buffer_done(&reader->text[i]);
    qiao_buffer_done(&reader->queue);
    qiaoi_xml_free(reader->parser);
    qiao_free(reader);
}

/* What the parser makes of the next piece of the file. */
static qiao_status
parse_piece(qiaoi_xml_reader *r, qiao_error *err)
{
    qiao_status status = qiaoi_cursor_fill(r->cursor, err);
    size_t n;

    if (status != QIAO_OK)
        return status;
    n = (size_t)(r->cursor->end - r->cursor->at);
    n = r->cursor->finished ? 0 : n < PIECE ? n : PIECE;
    r->ended = r->cursor->finished;
    status = qiaoi_xml_feed(r->parser, r->cursor->at, n, r->ended, err);
    if (status != QIAO_OK)
        return status;
    r->cursor->at += n;
    return r->no_memory || r->queue.failed ? qiao_fail_memory(err) : QIAO_OK;
}

static void
take_queued(qiaoi_xml_reader *r, qiao_buffer *bytes, qiaoi_item *item)
{
    queued head;
    size_t start = bytes->length;

    memcpy(&head, r->queue.data + r->taken, sizeof head);
    qiao_buffer_append(bytes, r->queue.data + r->taken + sizeof head, head.length);
    r->taken += sizeof head + head.length;
    *item = (qiaoi_item){
        .line = head.line, .text = start, .text_length = head.length, .raw = start, .raw_length = head.length};
    if (head.whole > r->limit)
        qiaoi_item_too_long(item, head.whole, r->limit);
}

qiao_status
qiaoi_xml_reader_next(qiaoi_xml_reader *reader, qiao_buffer *bytes, qiaoi_item *item, qiao_error *err)
{
    while (reader->taken == reader->queue.length) {
        qiao_status status;

        if (reader->ended)
            return QIAO_E_NOTFOUND;
        qiao_buffer_clear(&reader->queue);
        reader->taken = 0;
        status = parse_piece(reader, err);
        if (status != QIAO_OK)
            return status;
    }
    take_queued(reader, bytes, item);
    return bytes->failed ? qiao_fail_memory(err) : QIAO_OK;
}
