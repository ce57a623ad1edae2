/* XLSX by libxlsxwriter, row by row in constant memory; this is the only file that includes <xlsxwriter.h>. */
#include "table_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xlsxwriter.h>

#define PATH_SIZE 4096

struct qiaoi_table_book {
    char path[PATH_SIZE]; /* "" = no file any more */
    lxw_workbook *workbook;
    lxw_worksheet *sheet;
    lxw_format *bold;
    lxw_error failed; /* the first */
};

qiao_status
qiaoi_book_open(struct qiaoi_table_book **out, qiao_error *err)
{
    const char *folder = getenv("TMPDIR");
    lxw_workbook_options options = {.constant_memory = LXW_TRUE,
                                    .tmpdir = (char *)(uintptr_t)(folder != NULL && *folder != '\0' ? folder : "/tmp")};
    struct qiaoi_table_book *book = qiao_calloc(1, sizeof *book);
    qiao_status status;
    int file;

    *out = NULL;
    if (book == NULL)
        return qiao_fail_memory(err);
    status = qiaoi_table_temporary(book->path, sizeof book->path, &file, err);
    if (status != QIAO_OK) {
        qiao_free(book);
        return status;
    }
    close(file);
    book->workbook = workbook_new_opt(book->path, &options);
    book->sheet = book->workbook != NULL ? workbook_add_worksheet(book->workbook, NULL) : NULL;
    book->bold = book->sheet != NULL ? workbook_add_format(book->workbook) : NULL;
    if (book->bold == NULL) {
        qiaoi_book_done(book);
        return qiao_fail_memory(err);
    }
    format_set_bold(book->bold);
    worksheet_freeze_panes(book->sheet, 1, 0);
    *out = book;
    return QIAO_OK;
}

static void
keep(struct qiaoi_table_book *book, lxw_error code)
{
    if (book->failed == LXW_NO_ERROR)
        book->failed = code;
}

/* Bytes of the first characters that a cell can hold. */
static size_t
bytes_that_fit(const char *text)
{
    size_t characters = 0, at = 0;

    for (; text[at] != '\0'; at++)
        if (((unsigned char)text[at] & 0xC0) != 0x80 && characters++ == QIAOI_TABLE_CELL_MAX)
            break;
    return at;
}

void
qiaoi_book_text(struct qiaoi_table_book *book, uint32_t row, uint32_t column, const char *text)
{
    size_t fits = bytes_that_fit(text);
    char *cut = text[fits] != '\0' ? qiao_calloc(fits + 1, 1) : NULL;

    if (text[fits] != '\0' && cut == NULL) {
        keep(book, LXW_ERROR_MEMORY_MALLOC_FAILED);
        return;
    }
    if (cut != NULL) {
        memcpy(cut, text, fits);
        cut[fits] = '\0';
    }
    keep(book, worksheet_write_string(book->sheet, row, (lxw_col_t)column, cut != NULL ? cut : text,
                                      row == 0 ? book->bold : NULL));
    qiao_free(cut);
}

void
qiaoi_book_number(struct qiaoi_table_book *book, uint32_t row, uint32_t column, double value)
{
    keep(book, worksheet_write_number(book->sheet, row, (lxw_col_t)column, value, NULL));
}

qiao_status
qiaoi_book_finish(struct qiaoi_table_book *book, int *file_out, qiao_error *err)
{
    lxw_error code = workbook_close(book->workbook);

    book->workbook = NULL;
    keep(book, code);
    if (book->failed == LXW_ERROR_MEMORY_MALLOC_FAILED)
        return qiao_fail_memory(err);
    if (book->failed != LXW_NO_ERROR)
        return qiao_fail(err, QIAO_E_IO, "the workbook cannot be written: %s", lxw_strerror(book->failed));
    *file_out = open(book->path, O_RDONLY | O_CLOEXEC);
    return *file_out >= 0 ? QIAO_OK : qiao_fail_errno(err, errno, "cannot open %s", book->path);
}

void
qiaoi_book_done(struct qiaoi_table_book *book)
{
    if (book == NULL)
        return;
    if (book->workbook != NULL)
        (void)workbook_close(book->workbook);
    (void)unlink(book->path);
    qiao_free(book);
}
