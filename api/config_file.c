/*
 * The library hands out no line numbers, and cuts long lines in two: it is given its lines by a reader of ours, which
 * counts them and refuses those.
 */
#include "config_file.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <string.h>

typedef struct config_reading {
    FILE *file;
    const char *path;
    unsigned line;
    qiaoi_config_visit visit;
    void *context;
    qiao_error *err;
    qiao_status status;
} config_reading;

static void
fail_line(config_reading *reading, qiao_status status, const qiao_error *why)
{
    if (reading->status != QIAO_OK)
        return;
    reading->status = status;
    if (reading->err == NULL)
        return;
    *reading->err = *why;
    snprintf(reading->err->message, sizeof reading->err->message, "%.200s:%u: %.290s", reading->path, reading->line,
             why->message);
    snprintf(reading->err->message_zh, sizeof reading->err->message_zh, "%.200s:%u：%.290s", reading->path,
             reading->line, why->message_zh);
}

/* As fgets; the end of the file once something was wrong. */
static char *
next_line(char *out, int size, void *stream)
{
    config_reading *reading = stream;
    qiao_error error = QIAO_ERROR_INIT;
    size_t length;

    if (reading->status != QIAO_OK || fgets(out, size, reading->file) == NULL)
        return NULL;
    reading->line++;
    length = strlen(out);
    if (length == (size_t)size - 1 && out[length - 1] != '\n' && !feof(reading->file)) {
        qiao_fail(&error, QIAO_E_USAGE, "the line has more than %d bytes", size - 2);
        fail_line(reading, QIAO_E_USAGE, &error);
        return NULL;
    }
    if (out[0] == ' ' || out[0] == '\t') { /* no line goes on in the next one, as the library would have it */
        size_t blank = strspn(out, " \t");

        memmove(out, out + blank, length - blank + 1);
    }
    return out;
}

/* What the library calls for a line; 0 is an error to it. */
static int
take(void *user, const char *section, const char *name, const char *value)
{
    config_reading *reading = user;
    qiao_error error = QIAO_ERROR_INIT;
    qiao_status status;

    if (reading->status != QIAO_OK)
        return 0;
    if (*section != '\0')
        status = qiao_fail(&error, QIAO_E_USAGE, "the file has no sections; take out [%s]", section);
    else if (*value == ';') /* the library takes it for a comment only behind a space */
        status = qiao_fail(&error, QIAO_E_USAGE, "a value does not begin with ;, which begins a comment");
    else
        status = reading->visit(reading->context, reading->line, name, value, &error);
    if (status != QIAO_OK)
        fail_line(reading, status, &error);
    return status == QIAO_OK;
}

qiao_status
qiaoi_config_read(const char *path, qiaoi_config_visit visit, void *context, qiao_error *err)
{
    config_reading reading = {.path = path, .visit = visit, .context = context, .err = err};
    qiao_error error = QIAO_ERROR_INIT;
    int wrong;

    reading.file = fopen(path, "re");
    if (reading.file == NULL)
        return qiao_fail_errno(err, errno, "cannot open %s", path);
    wrong = ini_parse_stream(next_line, &reading, take, &reading);
    if (reading.status == QIAO_OK && ferror(reading.file))
        reading.status = qiao_fail_errno(err, EIO, "cannot read %s", path);
    fclose(reading.file);
    if (reading.status == QIAO_OK && wrong != 0) {
        reading.line = wrong > 0 ? (unsigned)wrong : reading.line;
        qiao_fail(&error, QIAO_E_USAGE, "the line is not of the form name = value");
        fail_line(&reading, QIAO_E_USAGE, &error);
    }
    return reading.status;
}
