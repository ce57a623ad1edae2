/* The text of a record that is embedded. What says most comes first, for models that read only a beginning. */
#include "indexing/embed.h"

#include <string.h>

static const char *const leading[] = {"title", "summary", "problem", "description"};
#define LEADING (sizeof leading / sizeof *leading)

static size_t
rank_of(const char *name)
{
    size_t rank = 0;

    while (rank < LEADING && strcmp(name, leading[rank]) != 0)
        rank++;
    return rank;
}

/* As much of the text as the limit leaves, cut at a character. */
static void
append(qiao_buffer *out, const qiao_text *text)
{
    size_t room = QIAO_EMBED_TEXT_MAX - out->length - (out->length > 0), length = text->length;

    if (out->length + 1 >= QIAO_EMBED_TEXT_MAX)
        return;
    if (length > room) {
        length = room;
        while (length > 0 && ((unsigned char)text->text[length] & 0xC0u) == 0x80u)
            length--;
    }
    if (length == 0)
        return;
    if (out->length > 0)
        qiao_buffer_char(out, '\n');
    qiao_buffer_append(out, text->text, length);
}

qiao_status
qiaoi_embed_text(const qiao_record *record, qiao_buffer *out, qiao_error *err)
{
    qiao_buffer_clear(out);
    for (size_t rank = 0; rank <= LEADING; rank++)
        for (size_t i = 0; i < record->text_count; i++)
            if (rank_of(record->texts[i].name) == rank)
                append(out, &record->texts[i]);
    return qiao_buffer_check(out, err);
}
