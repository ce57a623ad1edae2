/* Behind reader.h: lines of a source, and the four kinds of readers. */
#ifndef QIAO_INDEXER_READER_INTERNAL_H
#define QIAO_INDEXER_READER_INTERNAL_H

#include "reader.h"
#include "reader_source.h"
#include "zip_file.h"

/* Bytes of the source one after the other, with lines counted. */
typedef struct qiaoi_cursor {
    qiaoi_source *source;
    const char *at, *end; /* of the piece at hand */
    uint64_t line;        /* of the byte at at, from 1 */
    bool finished;
} qiaoi_cursor;

/* At least one byte at cursor->at, unless finished. */
qiao_status qiaoi_cursor_fill(qiaoi_cursor *cursor, qiao_error *err) QIAO_CHECK;

/*
 * Append the next line without its line end. Over the limit only its first bytes are kept, and too_long is set.
 * QIAO_E_NOTFOUND at the end.
 */
typedef struct qiaoi_line {
    uint64_t number;
    size_t length;  /* appended */
    uint64_t whole; /* bytes the line has */
    bool too_long;
} qiaoi_line;
qiao_status qiaoi_cursor_line(qiaoi_cursor *cursor, size_t limit, qiao_buffer *bytes, qiaoi_line *line,
                              qiao_error *err) QIAO_CHECK;

/* A fault of an item, in both languages from the message table. */
#define QIAOI_ITEM_FAULT(item, ...)                                                                                    \
    do {                                                                                                               \
        qiao_error qiaoi_fault_ = QIAO_ERROR_INIT;                                                                     \
        qiao_fail(&qiaoi_fault_, QIAO_E_INPUT, __VA_ARGS__);                                                           \
        qiaoi_item_set_fault(item, &qiaoi_fault_);                                                                     \
    } while (0)
/* The fault of being over the limit, with the start of the item as its value. */
void qiaoi_item_too_long(qiaoi_item *item, uint64_t whole, size_t limit);

/* How many bytes of an item that is too long are kept, for people to know it by. */
#define QIAOI_SAMPLE ((size_t)200)

/* The readers. open may look at the first bytes; next works as qiaoi_reader_next. */
typedef struct qiaoi_json_reader qiaoi_json_reader;
qiao_status qiaoi_json_reader_new(qiaoi_cursor *cursor, const char *records, size_t limit, qiaoi_json_reader **out,
                                  qiao_error *err) QIAO_CHECK;
void qiaoi_json_reader_free(qiaoi_json_reader *reader);
qiao_status qiaoi_json_reader_next(qiaoi_json_reader *reader, qiao_buffer *bytes, qiaoi_item *item,
                                   qiao_error *err) QIAO_CHECK;

typedef struct qiaoi_xml_reader qiaoi_xml_reader;
qiao_status qiaoi_xml_reader_new(qiaoi_cursor *cursor, const char *record, size_t limit, qiaoi_xml_reader **out,
                                 qiao_error *err) QIAO_CHECK;
void qiaoi_xml_reader_free(qiaoi_xml_reader *reader);
qiao_status qiaoi_xml_reader_next(qiaoi_xml_reader *reader, qiao_buffer *bytes, qiaoi_item *item,
                                  qiao_error *err) QIAO_CHECK;

typedef struct qiaoi_csv_reader qiaoi_csv_reader;
/* options is borrowed. */
qiao_status qiaoi_csv_reader_new(qiaoi_cursor *cursor, const qiaoi_reader_options *options, char delimiter,
                                 size_t limit, qiaoi_csv_reader **out, qiao_error *err) QIAO_CHECK;
void qiaoi_csv_reader_free(qiaoi_csv_reader *reader);
qiao_status qiaoi_csv_reader_next(qiaoi_csv_reader *reader, qiao_buffer *bytes, qiaoi_item *item,
                                  qiao_error *err) QIAO_CHECK;
const char *qiaoi_csv_reader_encoding(const qiaoi_csv_reader *reader);

/* zip, name and options are borrowed. */
typedef struct qiaoi_xlsx_reader qiaoi_xlsx_reader;
qiao_status qiaoi_xlsx_reader_new(qiaoi_zip *zip, const char *name, const qiaoi_reader_options *options, size_t limit,
                                  qiaoi_xlsx_reader **out, qiao_error *err) QIAO_CHECK;
void qiaoi_xlsx_reader_free(qiaoi_xlsx_reader *reader);
qiao_status qiaoi_xlsx_reader_next(qiaoi_xlsx_reader *reader, qiao_buffer *bytes, qiaoi_item *item,
                                   qiao_error *err) QIAO_CHECK;

/* Takes source over, in every case. nested: inside an archive, where no further archive is opened. */
qiao_status qiaoi_reader_open_source(qiaoi_source *source, const qiaoi_reader_options *options, bool nested,
                                     qiaoi_reader **out, qiao_error *err) QIAO_CHECK;

typedef struct qiaoi_zip_reader qiaoi_zip_reader;
qiao_status qiaoi_zip_reader_new(qiaoi_zip *zip, const char *name, const qiaoi_reader_options *options, size_t limit,
                                 qiaoi_zip_reader **out, qiao_error *err) QIAO_CHECK;
void qiaoi_zip_reader_free(qiaoi_zip_reader *reader);
const qiaoi_reader *qiaoi_zip_reader_records(const qiaoi_zip_reader *reader);
qiao_status qiaoi_zip_reader_next(qiaoi_zip_reader *reader, qiao_buffer *bytes, qiaoi_item *item,
                                  qiao_error *err) QIAO_CHECK;

#endif
