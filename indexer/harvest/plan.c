/* Requests of a source, and which page comes next: see plan.h. */
#include "harvest/plan.h"

#include "qiao/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const paging_names[] = {"none", "page", "offset", "cursor", "next", "link", "window", "oai"};

#define BAD_PLAN(path, key, wanted, err)                                                                               \
    qiao_fail(err, QIAO_E_INPUT, "feed map %s: \"harvest\": \"%s\" must be " wanted, path, key)

static const char *
text_member(const cJSON *object, const char *key, const char *otherwise)
{
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(object, key);

    return cJSON_IsString(node) ? node->valuestring : otherwise;
}

static uint64_t
number_member(const cJSON *object, const char *key, uint64_t otherwise)
{
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(object, key);

    return cJSON_IsNumber(node) && node->valuedouble >= 0 && node->valuedouble < 1e15 ? (uint64_t)node->valuedouble
                                                                                      : otherwise;
}

static qiao_status
check_keys(const cJSON *object, const char *const *known, size_t count, const char *path, qiao_error *err)
{
    for (const cJSON *member = object->child; member != NULL; member = member->next) {
        size_t i = 0;

        while (i < count && strcmp(known[i], member->string) != 0)
            i++;
        if (i == count)
            return qiao_fail(err, QIAO_E_INPUT, "feed map %s: \"harvest\": unknown key \"%s\"", path, member->string);
    }
    return QIAO_OK;
}

static bool
is_day_format(const char *format)
{
    return strcmp(format, "iso") == 0 || strcmp(format, "yyyymmdd") == 0 || strcmp(format, "us") == 0;
}

static qiao_status
read_window(const cJSON *paging, const char *path, qiaoi_plan *plan, qiao_error *err)
{
    plan->from = text_member(paging, "from", NULL);
    plan->to = text_member(paging, "to", NULL);
    plan->start = text_member(paging, "start", "");
    plan->format = text_member(paging, "format", "iso");
    plan->months = (unsigned)number_member(paging, "months", 1);
    if (plan->from == NULL || plan->to == NULL)
        return BAD_PLAN(path, plan->from == NULL ? "from" : "to", "a text: the name that the source gives to it", err);
    if (strlen(plan->start) != 10 || qiao_date_days(plan->start, 10) == INT32_MIN)
        return BAD_PLAN(path, "start", "a day such as 2020-01-01", err);
    if (plan->months == 0 || plan->months > 1200)
        return BAD_PLAN(path, "months", "a whole number from 1 to 1200", err);
    return is_day_format(plan->format) ? QIAO_OK : BAD_PLAN(path, "format", "iso, yyyymmdd or us", err);
}

static qiao_status
read_since(const cJSON *since, const char *path, qiaoi_plan *plan, qiao_error *err)
{
    static const char *const known[] = {"parameter", "format"};

    if (!cJSON_IsObject(since))
        return BAD_PLAN(path, "since", "an object", err);
    if (check_keys(since, known, 2, path, err) != QIAO_OK)
        return QIAO_E_INPUT;
    plan->since = text_member(since, "parameter", NULL);
    plan->format = text_member(since, "format", "iso");
    if (plan->since == NULL)
        return BAD_PLAN(path, "parameter", "a text: the name that the source gives to it", err);
    return is_day_format(plan->format) ? QIAO_OK : BAD_PLAN(path, "format", "iso, yyyymmdd or us", err);
}

static qiao_status
read_paging(const cJSON *paging, const char *path, qiaoi_plan *plan, qiao_error *err)
{
    static const char *const known[] = {"kind",   "parameter", "first", "size_parameter", "size",   "at",
                                        "prefix", "from",      "to",    "start",          "months", "format"};
    const char *kind = text_member(paging, "kind", "");
    size_t i = 0;

    if (!cJSON_IsObject(paging))
        return BAD_PLAN(path, "paging", "an object", err);
    if (check_keys(paging, known, sizeof known / sizeof known[0], path, err) != QIAO_OK)
        return QIAO_E_INPUT;
    while (i < sizeof paging_names / sizeof paging_names[0] && strcmp(kind, paging_names[i]) != 0)
        i++;
    if (i == sizeof paging_names / sizeof paging_names[0])
        return BAD_PLAN(path, "kind", "none, page, offset, cursor, next, link, window or oai", err);
    plan->paging = (qiaoi_paging)i;
    plan->parameter = text_member(paging, "parameter", NULL);
    plan->size_parameter = text_member(paging, "size_parameter", NULL);
    plan->at = text_member(paging, "at", NULL);
    plan->prefix = text_member(paging, "prefix", "oai_dc");
    plan->first_text = text_member(paging, "first", "*");
    plan->first = number_member(paging, "first", plan->paging == QIAOI_PAGING_PAGE ? 1 : 0);
    plan->size = number_member(paging, "size", 0);
    if (plan->parameter == NULL && (plan->paging == QIAOI_PAGING_PAGE || plan->paging == QIAOI_PAGING_OFFSET ||
                                    plan->paging == QIAOI_PAGING_CURSOR))
        return BAD_PLAN(path, "parameter", "a text: the name that the source gives to it", err);
    if (plan->paging == QIAOI_PAGING_WINDOW)
        return read_window(paging, path, plan, err);
    if (plan->at == NULL && (plan->paging == QIAOI_PAGING_CURSOR || plan->paging == QIAOI_PAGING_NEXT))
        return BAD_PLAN(path, "at", "a path in the page", err);
    return QIAO_OK;
}

static qiao_status
read_headers(const cJSON *list, const char *path, qiaoi_plan *plan, qiao_error *err)
{
    for (const cJSON *item = list == NULL ? NULL : list->child; item != NULL; item = item->next) {
        if (!cJSON_IsString(item) || strchr(item->valuestring, ':') == NULL || plan->header_count == QIAOI_PLAN_HEADERS)
            return BAD_PLAN(path, "headers", "a list of at most 16 texts \"Name: value\"", err);
        plan->headers[plan->header_count++] = item->valuestring;
    }
    return QIAO_OK;
}

qiao_status
qiaoi_plan_read(const qiaoi_map *map, const char *path, qiaoi_plan *out, qiao_error *err)
{
    static const char *const known[] = {"url", "paging", "headers", "body", "interval_ms", "since"};
    const cJSON *part = qiaoi_map_part(map, "harvest");
    const cJSON *paging = cJSON_GetObjectItemCaseSensitive(part, "paging");
    qiao_status status = QIAO_OK;

    *out = (qiaoi_plan){.prefix = "oai_dc", .interval_ms = 1000};
    if (part == NULL)
        return QIAO_OK;
    if (!cJSON_IsObject(part))
        return qiao_fail(err, QIAO_E_INPUT, "feed map %s: \"%s\" must be an object", path, "harvest");
    status = check_keys(part, known, sizeof known / sizeof known[0], path, err);
    out->url = text_member(part, "url", NULL);
    out->body = cJSON_GetObjectItemCaseSensitive(part, "body");
    out->interval_ms = number_member(part, "interval_ms", 1000);
    if (status == QIAO_OK && out->body != NULL && !cJSON_IsObject(out->body))
        status = BAD_PLAN(path, "body", "an object", err);
    if (status == QIAO_OK)
        status = read_headers(cJSON_GetObjectItemCaseSensitive(part, "headers"), path, out, err);
    if (status == QIAO_OK && paging != NULL)
        status = read_paging(paging, path, out, err);
    if (status == QIAO_OK && cJSON_GetObjectItemCaseSensitive(part, "since") != NULL)
        status = read_since(cJSON_GetObjectItemCaseSensitive(part, "since"), path, out, err);
    return status;
}

/* ---- requests ---- */

static void
append_parameter(qiao_buffer *url, const char *name, const char *value)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    qiao_buffer_char(url, memchr(url->data, '?', url->length) != NULL ? '&' : '?');
    qiao_buffer_text(url, name);
    qiao_buffer_char(url, '=');
    for (; *value != '\0'; value++) {
        if (strchr(plain, *value) != NULL)
            qiao_buffer_char(url, *value);
        else
            qiao_buffer_printf(url, "%%%02X", (unsigned)(unsigned char)*value);
    }
}

/* A day (2026-03-01) in the form of the source. */
static void
append_day(const qiaoi_plan *plan, const char *name, const char *day, qiao_buffer *url)
{
    char text[16];

    if (strcmp(plan->format, "yyyymmdd") == 0)
        snprintf(text, sizeof text, "%.4s%.2s%.2s", day, day + 5, day + 8);
    else if (strcmp(plan->format, "us") == 0)
        snprintf(text, sizeof text, "%.2s/%.2s/%.4s", day + 5, day + 8, day);
    else
        snprintf(text, sizeof text, "%.10s", day);
    append_parameter(url, name, text);
}

/* The first day of the window behind the one that begins at day. */
static void
window_end(const qiaoi_plan *plan, const char *day, char out[11])
{
    unsigned year = (unsigned)strtoul(day, NULL, 10), month = (unsigned)strtoul(day + 5, NULL, 10) - 1 + plan->months;

    snprintf(out, 11, "%04u-%02u-01", (year + month / 12) % 10000, month % 12 + 1);
}

static void
append_window(const qiaoi_plan *plan, const char *position, const char *since, qiao_buffer *url)
{
    const char *day = strlen(position) >= 10 ? position : since != NULL && strlen(since) >= 10 ? since : plan->start;
    char end[11];

    window_end(plan, day, end);
    append_day(plan, plan->from, day, url);
    append_day(plan, plan->to, end, url);
}

static void
append_oai(const qiaoi_plan *plan, const char *position, const char *since, qiao_buffer *url)
{
    append_parameter(url, "verb", "ListRecords");
    if (*position != '\0') { /* exclusive: the token stands for all other arguments */
        append_parameter(url, "resumptionToken", position);
        return;
    }
    append_parameter(url, "metadataPrefix", plan->prefix);
    if (since != NULL && *since != '\0')
        append_parameter(url, "from", since);
}

static bool
set_member(cJSON *object, const char *name, const char *value, bool number)
{
    cJSON *node = number ? cJSON_CreateNumber(strtod(value, NULL)) : cJSON_CreateString(value);

    if (node == NULL)
        return false;
    cJSON_DeleteItemFromObjectCaseSensitive(object, name);
    if (cJSON_AddItemToObject(object, name, node))
        return true;
    cJSON_Delete(node);
    return false;
}

static bool
write_body(const qiaoi_plan *plan, const char *value, const char *size, qiao_buffer *body)
{
    cJSON *copy = cJSON_Duplicate(plan->body, 1);
    char *text = NULL;
    bool sound = copy != NULL;

    if (sound && *value != '\0')
        sound = set_member(copy, plan->parameter, value, plan->paging != QIAOI_PAGING_CURSOR);
    if (sound && plan->size_parameter != NULL && *size != '\0')
        sound = set_member(copy, plan->size_parameter, size, true);
    text = sound ? cJSON_PrintUnformatted(copy) : NULL;
    cJSON_Delete(copy);
    if (text != NULL)
        qiao_buffer_text(body, text);
    cJSON_free(text);
    return text != NULL;
}

qiao_status
qiaoi_plan_request(const qiaoi_plan *plan, const char *position, const char *since, qiao_buffer *url, qiao_buffer *body,
                   qiao_error *err)
{
    bool numbered = plan->paging == QIAOI_PAGING_PAGE || plan->paging == QIAOI_PAGING_OFFSET;
    bool elsewhere = (plan->paging == QIAOI_PAGING_NEXT || plan->paging == QIAOI_PAGING_LINK) && *position != '\0';
    const char *value = numbered || plan->paging == QIAOI_PAGING_CURSOR ? position : "";
    qiao_buffer number = {.limit = 0}, size = {.limit = 0};
    bool sound = true;

    if (*value == '\0' && plan->paging == QIAOI_PAGING_CURSOR)
        value = plan->first_text;
    qiao_buffer_printf(&number, "%llu", (unsigned long long)plan->first);
    qiao_buffer_printf(&size, "%llu", (unsigned long long)plan->size);
    if (*value == '\0' && numbered)
        value = number.failed ? "" : number.data;
    qiao_buffer_text(url, elsewhere ? position : plan->url);
    if (plan->paging == QIAOI_PAGING_OAI)
        append_oai(plan, position, since, url);
    else if (plan->paging == QIAOI_PAGING_WINDOW)
        append_window(plan, position, since, url);
    else if (plan->body != NULL)
        sound = write_body(plan, value, plan->size > 0 && !size.failed ? size.data : "", body);
    else if (!elsewhere && *value != '\0')
        append_parameter(url, plan->parameter, value);
    if (plan->body == NULL && !elsewhere && plan->size_parameter != NULL && plan->size > 0 && !size.failed)
        append_parameter(url, plan->size_parameter, size.data);
    if (plan->since != NULL && !elsewhere && since != NULL && strlen(since) >= 10)
        append_day(plan, plan->since, since, url);
    for (size_t i = 0; !elsewhere && i < plan->secret_count; i++) {
        char name[64];
        size_t n = strcspn(plan->secrets[i], "=");

        snprintf(name, sizeof name, "%.*s", (int)n, plan->secrets[i]);
        append_parameter(url, name, plan->secrets[i] + n + 1);
    }
    qiao_buffer_char(url, '\0');
    sound = sound && !url->failed && !body->failed && !number.failed && !size.failed;
    qiao_buffer_done(&number);
    qiao_buffer_done(&size);
    return sound ? QIAO_OK : qiao_fail_memory(err);
}

/* ---- the next page ---- */

static const cJSON *
at_path(const cJSON *node, const char *path)
{
    char part[128];

    while (node != NULL && *path != '\0') {
        size_t n = strcspn(path, ".");

        if (n >= sizeof part)
            return NULL;
        memcpy(part, path, n);
        part[n] = '\0';
        node = cJSON_IsArray(node) ? cJSON_GetArrayItem(node, (int)strtol(part, NULL, 10))
                                   : cJSON_GetObjectItemCaseSensitive(node, part);
        path += n + (path[n] == '.' ? 1 : 0);
    }
    return node;
}

static qiao_status
next_of_page(const qiaoi_plan *plan, const char *position, const char *page, size_t length, qiao_buffer *out,
             qiao_error *err)
{
    qiao_status status = qiao_json_check(page, length, err);
    cJSON *root = status == QIAO_OK ? cJSON_ParseWithLength(page, length) : NULL;
    const cJSON *next = at_path(root, plan->at);

    if (status == QIAO_OK && root == NULL)
        status = qiao_fail_memory(err);
    if (cJSON_IsString(next) && strcmp(next->valuestring, position) != 0 &&
        !(*position == '\0' && plan->paging == QIAOI_PAGING_CURSOR && strcmp(next->valuestring, plan->first_text) == 0))
        qiao_buffer_text(out, next->valuestring);
    cJSON_Delete(root);
    return status;
}

/* Link: <https://...?page=3>; rel="next", <...>; rel="last" (RFC 8288) */
static void
next_of_link(const char *link, qiao_buffer *out)
{
    while (link != NULL && (link = strchr(link, '<')) != NULL) {
        const char *close = strchr(link, '>');
        const char *end = close == NULL ? NULL : strchr(close, '<');
        const char *rel = close == NULL ? NULL : strstr(close, "rel=");

        if (close == NULL)
            return;
        if (rel != NULL && (end == NULL || rel < end) && strncmp(rel + 4 + (rel[4] == '"'), "next", 4) == 0) {
            qiao_buffer_append(out, link + 1, (size_t)(close - link) - 1);
            return;
        }
        link = end;
    }
}

/* Until the window that holds today. */
static void
next_window(const qiaoi_plan *plan, const char *position, const char *since, qiao_buffer *out)
{
    char end[11], now[21];

    window_end(plan,
               strlen(position) >= 10                 ? position
               : since != NULL && strlen(since) >= 10 ? since
                                                      : plan->start,
               end);
    qiao_clock_utc(now);
    if (strncmp(end, now, 10) <= 0)
        qiao_buffer_text(out, end);
}

bool
qiaoi_plan_incremental(const qiaoi_plan *plan)
{
    return plan->paging == QIAOI_PAGING_OAI || plan->paging == QIAOI_PAGING_WINDOW || plan->since != NULL;
}

qiao_status
qiaoi_plan_next(const qiaoi_plan *plan, const char *position, const char *since, const char *page, size_t length,
                uint64_t records, const char *link, qiao_buffer *out, qiao_error *err)
{
    uint64_t here = *position != '\0' ? strtoull(position, NULL, 10) : plan->first;

    switch (plan->paging) {
    case QIAOI_PAGING_NONE:
    case QIAOI_PAGING_OAI:
        break;
    case QIAOI_PAGING_PAGE:
    case QIAOI_PAGING_OFFSET:
        if (records > 0 && records >= plan->size)
            qiao_buffer_printf(out, "%llu",
                               (unsigned long long)(here + (plan->paging == QIAOI_PAGING_PAGE ? 1 : records)));
        break;
    case QIAOI_PAGING_CURSOR:
    case QIAOI_PAGING_NEXT:
        return records == 0 ? QIAO_OK : next_of_page(plan, position, page, length, out, err);
    case QIAOI_PAGING_LINK:
        next_of_link(link, out);
        break;
    case QIAOI_PAGING_WINDOW:
        next_window(plan, position, since, out);
        break;
    }
    return qiao_buffer_check(out, err);
}
