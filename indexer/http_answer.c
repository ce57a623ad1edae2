/* What a header of an answer says. */
#include "http_internal.h"

#include <stdio.h>
#include <string.h>

const char *
qiao_http_header(const qiao_http_response *response, const char *name)
{
    size_t length = strlen(name);
    const char *found = NULL;

    for (size_t at = 0; at < response->headers.length;) {
        const char *line = response->headers.data + at;

        if (strncmp(line, name, length) == 0 && line[length] == ':')
            found = line + length + 2;
        at += strlen(line) + 1;
    }
    return found;
}

int64_t
qiao_http_retry_after(const char *value, int64_t now)
{
    int64_t seconds = 0;
    size_t digits = strspn(value, "0123456789");
    int64_t when;

    if (digits > 0 && value[digits] == '\0') {
        for (size_t i = 0; i < digits && seconds < INT32_MAX; i++)
            seconds = seconds * 10 + (value[i] - '0');
        return seconds < INT32_MAX ? seconds : INT32_MAX;
    }
    if (strchr(value, ':') == NULL) /* a date has a time of day; the library would take "-5" for one */
        return -1;
    when = qiaoi_http_date(value);
    if (when == -1)
        return -1;
    return when <= now ? 0 : when - now;
}

void
qiao_http_response_done(qiao_http_response *response)
{
    qiao_buffer_done(&response->body);
    qiao_buffer_done(&response->headers);
}

void
qiao_http_origin(const char *url, char *out, size_t size)
{
    qiaoi_http_origin_parts from = qiaoi_http_origin_of(url);

    snprintf(out, size, "%s", from.text);
}
