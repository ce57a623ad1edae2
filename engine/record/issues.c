/* Where the parser is (schema path and JSON pointer) and what it found wrong there. */
#include "record/parse_internal.h"

#include <stdio.h>
#include <string.h>

#define VALUE_SIZE sizeof(((qiao_record_issue *)0)->value)

static void
append(char *text, size_t size, size_t *length, const char *piece)
{
    size_t n = strlen(piece);

    if (n > size - 1 - *length)
        n = size - 1 - *length;
    memcpy(text + *length, piece, n);
    *length += n;
    text[*length] = '\0';
}

static void
append_pointer_token(qiaoi_parse *p, const char *key)
{
    char escaped[3] = {0};

    append(p->pointer, sizeof p->pointer, &p->pointer_length, "/");
    if (strpbrk(key, "~/") == NULL) {
        append(p->pointer, sizeof p->pointer, &p->pointer_length, key);
        return;
    }
    for (; *key != '\0'; key++) {
        escaped[0] = *key == '~' || *key == '/' ? '~' : *key;
        escaped[1] = *key == '~' ? '0' : '1';
        if (escaped[0] != '~')
            escaped[1] = '\0';
        append(p->pointer, sizeof p->pointer, &p->pointer_length, escaped);
    }
}

qiaoi_place
qiaoi_enter_key(qiaoi_parse *p, const char *key)
{
    qiaoi_place place = {p->path_length, p->pointer_length};

    if (p->path_length > 0)
        append(p->path, sizeof p->path, &p->path_length, ".");
    append(p->path, sizeof p->path, &p->path_length, key);
    append_pointer_token(p, key);
    return place;
}

qiaoi_place
qiaoi_enter_index(qiaoi_parse *p, size_t index)
{
    qiaoi_place place = {p->path_length, p->pointer_length};
    char number[24];

    snprintf(number, sizeof number, "%zu", index);
    append_pointer_token(p, number);
    return place;
}

void
qiaoi_leave(qiaoi_parse *p, qiaoi_place place)
{
    p->path_length = place.path_length;
    p->pointer_length = place.pointer_length;
    p->path[p->path_length] = '\0';
    p->pointer[p->pointer_length] = '\0';
}

/* Copy, cut at a character where it does not fit, with "..." in place of the rest. */
static void
shorten(char *out, size_t size, const char *text, size_t length)
{
    size_t n = length;

    if (length >= size) {
        n = size - 4;
        while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
            n--;
    }
    memcpy(out, text, n);
    snprintf(out + n, size - n, "%s", n < length ? "..." : "");
}

static void
show_value(char *out, const cJSON *node)
{
    qiao_buffer text = {.limit = 4096};

    out[0] = '\0';
    if (cJSON_IsString(node)) {
        shorten(out, VALUE_SIZE, node->valuestring, strlen(node->valuestring));
    } else if (node != NULL) {
        qiaoi_json_write(&text, node);
        if (text.length > 0)
            shorten(out, VALUE_SIZE, text.data, text.length);
        qiao_buffer_done(&text);
    }
}

void
qiaoi_issue_add(qiaoi_parse *p, const cJSON *node, bool fatal)
{
    qiao_record_issues *issues = p->issues;
    qiao_record_issue *issue;

    issues->total++;
    p->fatal = p->fatal || fatal;
    if (issues->count == QIAO_RECORD_ISSUES_MAX && fatal && !issues->items[issues->count - 1].fatal)
        issues->count--; /* a fault is worth more than a warning */
    if (issues->count == QIAO_RECORD_ISSUES_MAX)
        return;
    issue = &issues->items[issues->count++];
    memset(issue, 0, sizeof *issue); /* equal issues are equal bytes */
    shorten(issue->pointer, sizeof issue->pointer, p->pointer, p->pointer_length);
    show_value(issue->value, node);
    shorten(issue->reason, sizeof issue->reason, p->scratch.message, strlen(p->scratch.message));
    shorten(issue->reason_zh, sizeof issue->reason_zh, p->scratch.message_zh, strlen(p->scratch.message_zh));
    issue->fatal = fatal;
}

static const qiao_record_issue *
first_fatal(const qiao_record_issues *issues)
{
    size_t i = 0;

    while (i + 1 < issues->count && !issues->items[i].fatal)
        i++;
    return &issues->items[i];
}

qiao_status
qiaoi_issues_fail(const qiao_record_issues *issues, qiao_status status, qiao_error *err)
{
    const qiao_record_issue *issue = first_fatal(issues);

    qiao_fail(err, status, "%s: %s", issue->pointer, issue->reason);
    if (err != NULL && issue->value[0] != '\0') {
        snprintf(err->message, sizeof err->message, "%s \"%s\": %s", issue->pointer, issue->value, issue->reason);
        snprintf(err->message_zh, sizeof err->message_zh, "%s“%s”：%s", issue->pointer, issue->value, issue->reason_zh);
    } else if (err != NULL) {
        snprintf(err->message_zh, sizeof err->message_zh, "%s：%s", issue->pointer, issue->reason_zh);
    }
    return status;
}
