/*
 * qiao-indexer indicators: reads one text a line from standard input and prints, a line each, the JSON array of the
 * indicators found in it: for trying the reader out, and for measuring it against labelled sentences.
 */
#include "commands.h"

#include "qiao/indicator.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define CHUNK_BYTES ((size_t)1 << 16)
#define LINE_BYTES_MAX ((size_t)64 << 20)

typedef struct work {
    qiao_units *units;
    qiao_arena *arena;
    qiao_buffer line, out;
} work;

static qiao_status
write_out(work *w, qiao_error *err)
{
    qiao_status status = qiao_buffer_check(&w->out, err);

    if (status == QIAO_OK && w->out.length > 0 && fwrite(w->out.data, 1, w->out.length, stdout) != w->out.length)
        status = qiao_fail_errno(err, errno, "cannot write the results");
    qiao_buffer_clear(&w->out);
    return status;
}

static qiao_status
read_line(work *w, const char *text, size_t length, qiao_error *err)
{
    qiao_reading *readings;
    size_t count;
    qiao_status status;

    if (length > 0 && text[length - 1] == '\r')
        length--;
    status = qiao_indicators_read(w->units, text, length, qiao_console_language(), w->arena, &readings, &count, err);
    if (status != QIAO_OK)
        return status;
    qiao_indicators_json(readings, count, &w->out);
    qiao_buffer_char(&w->out, '\n');
    qiao_arena_reset(w->arena);
    return w->out.length >= CHUNK_BYTES ? write_out(w, err) : QIAO_OK;
}

/* Takes the lines of a chunk; what follows the last one waits in w->line. */
static qiao_status
take_chunk(work *w, const char *bytes, size_t length, qiao_error *err)
{
    qiao_status status = QIAO_OK;

    while (status == QIAO_OK && length > 0) {
        const char *stop = memchr(bytes, '\n', length);
        size_t n = stop == NULL ? length : (size_t)(stop - bytes);

        if (stop != NULL && w->line.length == 0) {
            status = read_line(w, bytes, n, err);
        } else {
            qiao_buffer_append(&w->line, bytes, n);
            status = qiao_buffer_check(&w->line, err);
            if (status == QIAO_OK && stop != NULL) {
                status = read_line(w, w->line.data != NULL ? w->line.data : "", w->line.length, err);
                qiao_buffer_clear(&w->line);
            }
        }
        bytes += n + (stop != NULL ? 1 : 0);
        length -= n + (stop != NULL ? 1 : 0);
    }
    return status;
}

static qiao_status
read_input(work *w, qiao_error *err)
{
    static char chunk[CHUNK_BYTES];
    qiao_status status = QIAO_OK;
    size_t n;

    while (status == QIAO_OK && (n = fread(chunk, 1, sizeof chunk, stdin)) > 0)
        status = take_chunk(w, chunk, n, err);
    if (status == QIAO_OK && ferror(stdin))
        status = qiao_fail_errno(err, errno, "cannot read standard input");
    if (status == QIAO_OK && w->line.length > 0)
        status = read_line(w, w->line.data, w->line.length, err);
    if (status == QIAO_OK)
        status = write_out(w, err);
    if (status == QIAO_OK && fflush(stdout) != 0)
        status = qiao_fail_errno(err, errno, "cannot write the results");
    return status;
}

int
qiao_command_indicators(int argc, char **argv)
{
    const char *table = NULL;
    const qiao_option options[] = {
        {"units", QIAO_OPTION_TEXT, &table, "FILE", "table of units; otherwise the one that came with the program",
         false},
    };
    const qiao_usage usage = {
        "indicators",
        "",
        "Reads one text a line from standard input and prints its indicators (values with units, in SI too)\n"
        "as one JSON array a line. --lang settles what either language could mean.",
        options,
        sizeof options / sizeof options[0],
        0,
        0};
    qiao_error err = QIAO_ERROR_INIT;
    work w = {.line = {.limit = LINE_BYTES_MAX}};
    int first, exit_code = qiao_options_read(argc, argv, &usage, &first);
    qiao_status status;

    if (exit_code >= 0)
        return exit_code;
    status = qiao_units_open(table, &w.units, &err);
    if (status == QIAO_OK && (w.arena = qiao_arena_new((size_t)64 << 10)) == NULL)
        status = qiao_fail_memory(&err);
    if (status == QIAO_OK)
        status = read_input(&w, &err);
    qiao_buffer_done(&w.line);
    qiao_buffer_done(&w.out);
    qiao_arena_free(w.arena);
    qiao_units_close(w.units);
    return status == QIAO_OK ? QIAO_EXIT_DONE : qiao_console_fail(&err);
}
