/*
 * EDICT reader (Electronic Dictionary Research and Development Group licence): EUC-JP lines "漢字 [かな] /(n)
 * gloss/gloss/(P)/". Written forms become keys; readings only of words that have no other form, since bare kana
 * readings mean too many things.
 */
#include "lexicon/compile/builder.h"
#include "qiao/file.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

static qiao_status
to_utf8(const qiao_buffer *in, qiao_buffer *out, qiao_error *err)
{
    iconv_t converter = iconv_open("UTF-8", "EUC-JP");
    char *from = in->data;
    size_t left = in->length;

    if (converter == (iconv_t)-1)
        return qiao_fail(err, QIAO_E_INTERNAL, "this system cannot convert from EUC-JP");
    while (left > 0) {
        char block[65536], *to = block;
        size_t room = sizeof block;
        size_t result = iconv(converter, &from, &left, &to, &room);

        qiao_buffer_append(out, block, sizeof block - room);
        if (result == (size_t)-1 && errno != E2BIG) { /* a character outside the set: skip its byte */
            from++;
            left--;
        }
    }
    iconv_close(converter);
    return qiao_buffer_check(out, err);
}

static qiao_status
add_line(lexicon_builder *builder, const char *line, qiao_error *err)
{
    const char *slash = strchr(line, '/');
    size_t form = strcspn(line, " /");
    uint32_t entry;
    qiao_status st;

    if (slash == NULL)
        return QIAO_OK;
    st = builder_entry(builder, QIAOI_JA, line, form, &entry, err);
    if (st == QIAO_E_NOTFOUND)
        return QIAO_OK;
    if (st == QIAO_OK && strstr(slash, "/(P)/") != NULL)
        builder_cost(builder, entry, 1.0);
    while (st == QIAO_OK && slash != NULL && slash[1] != '\0') {
        const char *next = strchr(slash + 1, '/');
        size_t n = next == NULL ? strlen(slash + 1) : (size_t)(next - slash - 1);

        st = builder_definition(builder, entry, slash + 1, n, 1.0, QIAO_FROM_DICTIONARY, err);
        slash = next;
    }
    return st;
}

qiao_status
read_edict(lexicon_builder *builder, const char *path, qiao_error *err)
{
    qiao_buffer file = {0}, text = {0};
    qiao_status st = qiao_file_read(path, 0, &file, err);

    if (st == QIAO_OK)
        st = to_utf8(&file, &text, err);
    for (char *line = st == QIAO_OK ? text.data : NULL, *next; st == QIAO_OK && line != NULL && *line != '\0';
         line = next) {
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        st = add_line(builder, line, err);
    }
    qiao_buffer_done(&file);
    qiao_buffer_done(&text);
    return st;
}
