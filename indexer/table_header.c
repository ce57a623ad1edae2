/* See table_header.h. */
#include "table_header.h"

#include <string.h>

/* Bytes of a piece that the plain form leaves out; 0 where there is none. */
static size_t
left_out(const char *at)
{
    static const char *const pieces[] = {" ",          "\t",         "\r",      "\n",       "\xC2\xA0",
                                         "　",         "*",          "＊",      "※",        "（必填）",
                                         "(必填)",     "（选填）",   "(选填)",  "（可选）", "(可选)",
                                         "(required)", "(optional)", "_x000a_", "_x000d_"};

    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        size_t n = strlen(pieces[i]);

        if (strncmp(at, pieces[i], n) == 0)
            return n;
    }
    return 0;
}

void
qiaoi_header_plain(const char *name, qiao_buffer *out)
{
    static const struct {
        const char *wide, *narrow;
    } forms[] = {{"（", "("}, {"）", ")"}, {"：", ":"}, {"／", "/"}, {"，", ","}, {"－", "-"}};
    size_t start = out->length;

    while (*name != '\0') {
        size_t n = left_out(name), i = 0;

        if (n > 0) {
            name += n;
            continue;
        }
        while (i < sizeof forms / sizeof forms[0] && strncmp(name, forms[i].wide, 3) != 0)
            i++;
        if (i < sizeof forms / sizeof forms[0]) {
            qiao_buffer_text(out, forms[i].narrow);
            name += 3;
        } else {
            qiao_buffer_char(out, *name >= 'A' && *name <= 'Z' ? (char)(*name + ('a' - 'A')) : *name);
            name++;
        }
    }
    if (!out->failed && out->length > start && out->data[out->length - 1] == ':')
        out->data[--out->length] = '\0';
}

bool
qiaoi_header_same(const char *a, const char *b)
{
    qiao_buffer plain_a = {.limit = 0}, plain_b = {.limit = 0};
    bool same;

    if (strcmp(a, b) == 0)
        return true;
    qiaoi_header_plain(a, &plain_a);
    qiaoi_header_plain(b, &plain_b);
    same = !plain_a.failed && !plain_b.failed && plain_a.length > 0 && plain_a.length == plain_b.length &&
           memcmp(plain_a.data, plain_b.data, plain_a.length) == 0;
    qiao_buffer_done(&plain_a);
    qiao_buffer_done(&plain_b);
    return same;
}
