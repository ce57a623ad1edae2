/* Tables as files; CSV here (RFC 4180, UTF-8 with a byte order mark, which Excel wants): see table_file.h. */
#include "table_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SIZE 4096

qiao_status
qiaoi_table_temporary(char *out, size_t size, int *file_out, qiao_error *err)
{
    const char *folder = getenv("TMPDIR");
    int n = snprintf(out, size, "%s/qiao-export-XXXXXX", folder != NULL && *folder != '\0' ? folder : "/tmp");

    *file_out = -1;
    if (n < 0 || (size_t)n >= size)
        return qiao_fail(err, QIAO_E_LIMIT, "the path is longer than 4,095 bytes: %.80s...", folder);
    *file_out = mkstemp(out);
    return *file_out >= 0 ? QIAO_OK : qiao_fail_errno(err, errno, "cannot open %s", out);
}

static qiao_status
open_csv(qiaoi_table *out, qiao_error *err)
{
    char path[PATH_SIZE];
    int file;
    qiao_status status = qiaoi_table_temporary(path, sizeof path, &file, err);

    if (status != QIAO_OK)
        return status;
    (void)unlink(path);
    out->file = fdopen(file, "w+b");
    if (out->file == NULL) {
        close(file);
        return qiao_fail_memory(err);
    }
    fputs("\xEF\xBB\xBF", out->file);
    return QIAO_OK;
}

qiao_status
qiaoi_table_open(qiaoi_table_format format, qiaoi_table *out, qiao_error *err)
{
    *out = (qiaoi_table){.file = NULL};
    return format == QIAOI_TABLE_CSV ? open_csv(out, err) : qiaoi_book_open(&out->book, err);
}

/* Quoted wherever a reader could see something else in it than its characters. */
static void
write_csv(FILE *file, const char *text)
{
    bool guarded = *text != '\0' && strchr("=+-@\t\r\n", *text) != NULL;

    if (!guarded && strpbrk(text, "\",;\t\r\n'") == NULL && *text != ' ' &&
        (*text == '\0' || text[strlen(text) - 1] != ' ')) {
        fputs(text, file);
        return;
    }
    fputs(guarded ? "\"'" : "\"", file);
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '"')
            fputc('"', file);
        fputc(*at, file);
    }
    fputc('"', file);
}

static void
begin_cell(qiaoi_table *table)
{
    if (table->file != NULL && table->column > 0)
        fputc(',', table->file);
}

void
qiaoi_table_text(qiaoi_table *table, const char *text)
{
    begin_cell(table);
    if (text != NULL && table->file != NULL)
        write_csv(table->file, text);
    else if (text != NULL)
        qiaoi_book_text(table->book, table->row, table->column, text);
    table->column++;
}

void
qiaoi_table_number(qiaoi_table *table, double value)
{
    begin_cell(table);
    if (table->file != NULL)
        fprintf(table->file, "%.15g", value);
    else
        qiaoi_book_number(table->book, table->row, table->column, value);
    table->column++;
}

void
qiaoi_table_end_row(qiaoi_table *table)
{
    if (table->file != NULL)
        fputs("\r\n", table->file);
    table->row++;
    table->column = 0;
}

static qiao_status
finish_csv(qiaoi_table *table, int *file_out, qiao_error *err)
{
    if (fflush(table->file) != 0 || ferror(table->file))
        return qiao_fail_errno(err, errno, "cannot write the output");
    *file_out = dup(fileno(table->file));
    return *file_out >= 0 ? QIAO_OK : qiao_fail_errno(err, errno, "cannot write the output");
}

qiao_status
qiaoi_table_finish(qiaoi_table *table, int *file_out, uint64_t *length_out, qiao_error *err)
{
    struct stat facts;
    qiao_status status;

    *file_out = -1;
    if (table->short_of_memory)
        return qiao_fail_memory(err);
    status = table->file != NULL ? finish_csv(table, file_out, err) : qiaoi_book_finish(table->book, file_out, err);
    if (status != QIAO_OK)
        return status;
    if (fstat(*file_out, &facts) != 0 || lseek(*file_out, 0, SEEK_SET) != 0) {
        status = qiao_fail_errno(err, errno, "cannot read the output");
        close(*file_out);
        *file_out = -1;
        return status;
    }
    *length_out = (uint64_t)facts.st_size;
    return QIAO_OK;
}

void
qiaoi_table_done(qiaoi_table *table)
{
    if (table->file != NULL)
        fclose(table->file);
    qiaoi_book_done(table->book);
    *table = (qiaoi_table){.file = NULL};
}
