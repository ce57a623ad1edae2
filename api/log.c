/* JSON lines to stderr. */
#include "log.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void
now(char out[32])
{
    struct timespec time;
    struct tm parts;

    clock_gettime(CLOCK_REALTIME, &time);
    if (gmtime_r(&time.tv_sec, &parts) == NULL)
        parts = (struct tm){.tm_year = 70, .tm_mday = 1};
    strftime(out, 32, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(out + 19, 13, ".%03dZ", (int)(time.tv_nsec / 1000000));
}

void
qiaoi_log_begin(qiaoi_log_line *line, const char *level, const char *event)
{
    char time[32];

    line->text = (qiao_buffer){.data = line->bytes, .capacity = sizeof line->bytes, .limit = sizeof line->bytes - 1};
    now(time);
    qiao_buffer_text(&line->text, "{\"ts\":\"");
    qiao_buffer_text(&line->text, time);
    qiao_buffer_text(&line->text, "\",\"level\":\"");
    qiao_buffer_text(&line->text, level);
    qiao_buffer_text(&line->text, "\",\"event\":\"");
    qiao_buffer_text(&line->text, event);
    qiao_buffer_char(&line->text, '"');
}

static void
name_member(qiaoi_log_line *line, const char *name)
{
    qiao_buffer_text(&line->text, ",\"");
    qiao_buffer_text(&line->text, name);
    qiao_buffer_text(&line->text, "\":");
}

void
qiaoi_log_text(qiaoi_log_line *line, const char *name, const char *value)
{
    name_member(line, name);
    qiao_buffer_json_string(&line->text, value, strlen(value));
}

void
qiaoi_log_number(qiaoi_log_line *line, const char *name, uint64_t value)
{
    name_member(line, name);
    qiao_buffer_u64(&line->text, value);
}

void
qiaoi_log_end(qiaoi_log_line *line)
{
    ssize_t written = 0;

    qiao_buffer_text(&line->text, "}\n");
    if (!line->text.failed)
        written = write(STDERR_FILENO, line->text.data, line->text.length);
    (void)written; /* a log that cannot be written must not stop the service */
}

void
qiaoi_log_error(const char *level, const char *event, const qiao_error *error)
{
    qiaoi_log_line line;

    qiaoi_log_begin(&line, level, event);
    qiaoi_log_text(&line, "code", qiao_status_token(error->status));
    qiaoi_log_text(&line, "message", error->message);
    qiaoi_log_text(&line, "hint", error->hint);
    qiaoi_log_end(&line);
}
