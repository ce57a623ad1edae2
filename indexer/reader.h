/*
 * Readers of record files: NDJSON, JSON, CSV, TSV, XML and Excel (.xlsx), and ZIP archives of them; plain, .gz or .zst;
 * a path or "-" for stdin.
 *
 * A reader hands out one item after the other and keeps nothing of them: memory is bounded by the line limit, whatever
 * the file holds. An item that cannot be read (too long, broken text) is handed out as a fault with its line, and
 * reading goes on behind it.
 */
#ifndef QIAO_INDEXER_READER_H
#define QIAO_INDEXER_READER_H

#include "qiao/record.h"

typedef enum qiaoi_format {
    QIAOI_FORMAT_AUTO,
    QIAOI_FORMAT_NDJSON,
    QIAOI_FORMAT_JSON,
    QIAOI_FORMAT_CSV,
    QIAOI_FORMAT_TSV,
    QIAOI_FORMAT_XML,
    QIAOI_FORMAT_XLSX,
    QIAOI_FORMAT_ZIP
} qiaoi_format;
typedef enum qiaoi_encoding { QIAOI_ENCODING_AUTO, QIAOI_ENCODING_UTF8, QIAOI_ENCODING_GB18030 } qiaoi_encoding;

#define QIAOI_LINE_LIMIT ((size_t)8 << 20)

#define QIAOI_JOINS_MAX 16u
/* ZIP: rows of another member, as a list under a name of their own. */
typedef struct qiaoi_join {
    const char *name, *member;
    const char *key, *to; /* the column there that holds what the record has in its member to */
} qiaoi_join;

typedef struct qiaoi_reader_options {
    qiaoi_format format;
    qiaoi_encoding encoding; /* CSV and TSV only: JSON is UTF-8 */
    const char *records;     /* JSON: dotted path of the list of records; NULL or "" = the whole. XML: name of the
                              * element that is a record; NULL or "" = record */
    char delimiter;          /* CSV; 0 = found in the first line */
    size_t line_limit;       /* bytes of an item; 0 = QIAOI_LINE_LIMIT */
    const char *sheet;       /* XLSX: only the sheet of that name; NULL = every one whose header is understood */
    /* CSV, TSV, XLSX: the spelling that is wanted for the name of a column; NULL where it is not known. May be NULL. */
    const char *(*column)(const void *context, const char *name);
    const void *column_context;
    const char *member; /* ZIP: the member with the records; NULL = the only one that can hold some */
    const struct qiaoi_join *joins;
    size_t join_count;
} qiaoi_reader_options;

/* One record as it stands in the file. Offsets point into the buffer that next appended to. */
typedef struct qiaoi_item {
    uint64_t line;            /* where it begins, from 1 */
    size_t text, text_length; /* JSON text: as written, or made of a CSV row (column name: cell) */
    size_t raw,
        raw_length; /* as it stood in the file (in UTF-8), for the rejects file; the start of it when it was too long */
    bool fault;     /* could not be read: issue says why, text is empty */
    qiao_record_issue issue;
} qiaoi_item;

typedef struct qiaoi_reader qiaoi_reader;

/* options is borrowed until close. QIAO_E_INPUT (empty, or a format that cannot be read; the message says which and
 * what to do), QIAO_E_NOTFOUND, QIAO_E_IO, QIAO_E_NOMEM. */
qiao_status qiaoi_reader_open(const char *path, const qiaoi_reader_options *options, qiaoi_reader **out,
                              qiao_error *err) QIAO_CHECK;
void qiaoi_reader_close(qiaoi_reader *reader);

/*
 * Append the next item to bytes.
 * @return QIAO_OK; QIAO_E_NOTFOUND at the end (normal, err untouched); QIAO_E_INPUT where the file is damaged from here
 * on (cut off, not what its name says): what was handed out before is sound; QIAO_E_IO; QIAO_E_NOMEM.
 */
qiao_status qiaoi_reader_next(qiaoi_reader *reader, qiao_buffer *bytes, qiaoi_item *item, qiao_error *err) QIAO_CHECK;

/* Make the item a fault with the message of err. */
void qiaoi_item_set_fault(qiaoi_item *item, const qiao_error *fault);

/* For progress: bytes of the file read, and its size (0 = unknown). */
void qiaoi_reader_position(const qiaoi_reader *reader, uint64_t *done_out, uint64_t *total_out);
/* Are items rows of a table, with the names of columns as members? */
bool qiaoi_reader_rows(const qiaoi_reader *reader);
/* "ndjson", "csv" ...; "plain", "gzip", "zstd"; "utf-8", "gb18030". Static. */
const char *qiaoi_reader_format(const qiaoi_reader *reader);
const char *qiaoi_reader_compression(const qiaoi_reader *reader);
const char *qiaoi_reader_encoding(const qiaoi_reader *reader);

/* From a name on the command line or in a feed map; false where it is none. */
bool qiaoi_format_named(const char *name, qiaoi_format *out);
bool qiaoi_encoding_named(const char *name, qiaoi_encoding *out);

#endif
