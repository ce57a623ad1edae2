/* Cursor over a source, its lines, and faults of items: what the three readers share. */
#include "reader_internal.h"

#include <stdio.h>
#include <string.h>

qiao_status
qiaoi_cursor_fill(qiaoi_cursor *cursor, qiao_error *err)
{
    const char *data;
    size_t length;
    qiao_status status;

    if (cursor->at < cursor->end || cursor->finished)
        return QIAO_OK;
    status = qiaoi_source_read(cursor->source, &data, &length, err);
    if (status != QIAO_OK)
        return status;
    cursor->at = data;
    cursor->end = data + length;
    cursor->finished = length == 0;
    return QIAO_OK;
}

/* Takes what of the piece belongs to the line; false where the line goes on in the next piece. */
static bool
take_piece(qiaoi_cursor *cursor, size_t limit, qiao_buffer *bytes, qiaoi_line *line)
{
    const char *stop = memchr(cursor->at, '\n', (size_t)(cursor->end - cursor->at));
    size_t n = (size_t)((stop != NULL ? stop : cursor->end) - cursor->at);

    line->whole += n;
    if (!line->too_long && line->whole > limit)
        line->too_long = true;
    if (!line->too_long || line->length < QIAOI_SAMPLE) {
        size_t keep = line->too_long && n > QIAOI_SAMPLE ? QIAOI_SAMPLE : n;

        qiao_buffer_append(bytes, cursor->at, keep);
        line->length += keep;
    }
    cursor->at += n + (stop != NULL ? 1 : 0);
    return stop != NULL;
}

qiao_status
qiaoi_cursor_line(qiaoi_cursor *cursor, size_t limit, qiao_buffer *bytes, qiaoi_line *line, qiao_error *err)
{
    size_t start = bytes->length;
    bool whole = false;

    *line = (qiaoi_line){.number = cursor->line};
    while (!whole) {
        qiao_status status = qiaoi_cursor_fill(cursor, err);

        if (status != QIAO_OK)
            return status;
        if (cursor->finished)
            break;
        whole = take_piece(cursor, limit, bytes, line);
    }
    if (!whole && line->whole == 0)
        return QIAO_E_NOTFOUND;
    cursor->line++;
    if (bytes->failed)
        return qiao_fail_memory(err);
    if (line->too_long && line->length > QIAOI_SAMPLE)
        line->length = QIAOI_SAMPLE;
    if (!line->too_long && line->length > 0 && bytes->data[start + line->length - 1] == '\r')
        line->length--;
    bytes->length = start + line->length;
    if (bytes->data != NULL)
        bytes->data[bytes->length] = '\0';
    return QIAO_OK;
}

void
qiaoi_item_set_fault(qiaoi_item *item, const qiao_error *fault)
{
    item->fault = true;
    item->issue.fatal = true;
    snprintf(item->issue.reason, sizeof item->issue.reason, "%.*s", (int)sizeof item->issue.reason - 1, fault->message);
    snprintf(item->issue.reason_zh, sizeof item->issue.reason_zh, "%.*s", (int)sizeof item->issue.reason_zh - 1,
             fault->message_zh);
}

void
qiaoi_item_too_long(qiaoi_item *item, uint64_t whole, size_t limit)
{
    QIAOI_ITEM_FAULT(item, "is %llu bytes long, over the limit of %zu; it was skipped (--max-line raises the limit)",
                     (unsigned long long)whole, limit);
}
