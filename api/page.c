/* Pages of the desk's lists: see page.h. */
#include "page.h"

#include "desk_call.h"
#include "qiao/file.h"
#include "url.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define BOUND_DIGITS 16u

/* Where a page begins says nothing about which list it is of. */
static bool
is_place(const qiaoi_url_pair *pair)
{
    static const char *const names[] = {"cursor", "limit", "offset"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (pair->name_length == strlen(names[i]) && memcmp(pair->name, names[i], pair->name_length) == 0)
            return true;
    return false;
}

/* What a cursor holds for: the list, its filters, who may see what. */
static uint64_t
bound_of(const qiaoi_call *call)
{
    const char *target = call->request->target, *scope = qiaoi_access_scope(&call->caller);
    uint64_t hash = qiao_hash64(scope, strlen(scope), qiao_hash64(target, qiaoi_url_path(target), 0));
    qiaoi_url_pair pair;

    for (const char *at = qiaoi_url_query(target); qiaoi_url_next(&at, &pair);)
        if (!is_place(&pair)) {
            hash = qiao_hash64(pair.name, pair.name_length, hash);
            if (pair.value != NULL)
                hash = qiao_hash64(pair.value, pair.value_length, hash);
        }
    return hash;
}

static int
digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
read_cursor(const char *text, qiaoi_page *page)
{
    char bound[BOUND_DIGITS + 1];
    size_t length = strlen(text);

    snprintf(bound, sizeof bound, "%016" PRIx64, page->bound);
    if (length <= BOUND_DIGITS || length % 2 != 0 || (length - BOUND_DIGITS) / 2 > QIAO_DESK_ID_MAX ||
        memcmp(text, bound, BOUND_DIGITS) != 0)
        return false;
    for (size_t i = BOUND_DIGITS; i < length; i += 2) {
        int high = digit(text[i]), low = digit(text[i + 1]);

        if (high < 0 || low < 0 || (high == 0 && low == 0))
            return false;
        page->after[(i - BOUND_DIGITS) / 2] = (char)(unsigned char)(high << 4 | low);
    }
    page->after[(length - BOUND_DIGITS) / 2] = '\0';
    return true;
}

bool
qiaoi_page_read(qiaoi_call *call, const qiaoi_parameters *given, uint32_t most, qiaoi_page *out)
{
    const char *cursor = given->words[QIAOI_P_CURSOR];

    *out = (qiaoi_page){.skip = given->offset, .left = given->limit != 0 ? given->limit : most, .first = true};
    out->bound = bound_of(call);
    if (cursor == NULL || read_cursor(cursor, out))
        return true;
    qiao_fail(qiaoi_problem_parameter(&call->problem, "cursor", cursor), QIAO_E_INPUT,
              "is no cursor of this list with these filters; begin without one");
    return false;
}

typedef struct listing {
    qiaoi_page *page;
    qiao_buffer *out;
    qiaoi_page_show show;
    void *context;
} listing;

/* Takes back what was written from mark on. */
static void
cut(qiao_buffer *out, size_t mark)
{
    if (out->failed)
        return;
    out->length = mark;
    out->data[mark] = '\0';
}

static qiao_status
list_row(const qiao_desk_row *row, void *context, bool *more, qiao_error *err)
{
    listing *list = context;
    qiaoi_page *page = list->page;
    size_t mark = list->out->length, begin;
    qiao_status status;

    if (row->withdrawn)
        return QIAO_OK;
    if (!page->first)
        qiao_buffer_char(list->out, ',');
    begin = list->out->length;
    status = list->show(list->context, row, list->out, err);
    if (status != QIAO_OK || list->out->failed)
        return status;
    if (list->out->length == begin || page->skip > 0 || page->left == 0) {
        page->more = list->out->length != begin && page->skip == 0;
        if (list->out->length != begin && page->skip > 0)
            page->skip--;
        cut(list->out, mark);
        *more = !page->more;
        return QIAO_OK;
    }
    page->left--;
    page->first = false;
    snprintf(page->after, sizeof page->after, "%s", row->id);
    return QIAO_OK;
}

static void
write_next(const qiaoi_page *page, qiao_buffer *out)
{
    qiao_buffer_printf(out, ",\"next\":\"%016" PRIx64, page->bound);
    for (const char *at = page->after; *at != '\0'; at++)
        qiao_buffer_printf(out, "%02x", (unsigned)(unsigned char)*at);
    qiao_buffer_char(out, '"');
}

void
qiaoi_page_answer(qiaoi_call *call, qiaoi_page *page, qiao_desk_table table, const char *owner, const char *name,
                  qiaoi_page_show show, void *context)
{
    qiao_buffer *out = &call->response->body;
    listing list = {.page = page, .out = out, .show = show, .context = context};
    qiao_desk *desk = qiaoi_desk_of(call);
    qiao_error error = QIAO_ERROR_INIT;
    char after[QIAO_DESK_ID_MAX + 1];

    if (desk == NULL)
        return;
    memcpy(after, page->after, sizeof after);
    qiao_buffer_printf(out, "{\"%s\":[", name);
    if (!qiaoi_call_went_well(
            call, qiao_desk_each(desk, table, owner, after[0] != '\0' ? after : NULL, list_row, &list, &error), &error))
        return;
    qiao_buffer_printf(out, "],\"more\":%s", page->more ? "true" : "false");
    if (page->more && page->after[0] != '\0')
        write_next(page, out);
    qiao_buffer_char(out, '}');
    qiaoi_http_set(call->response, "Cache-Control", "no-store");
    qiaoi_call_json(call);
}
