/* Behind xlsx.h: the parts of a workbook. */
#ifndef QIAO_INDEXER_XLSX_INTERNAL_H
#define QIAO_INDEXER_XLSX_INTERNAL_H

#include "xlsx.h"
#include "xml.h"

/* Texts by number, in a temporary file. */
typedef struct qiaoi_strings qiaoi_strings;
qiao_status qiaoi_strings_new(qiaoi_strings **out, qiao_error *err) QIAO_CHECK;
void qiaoi_strings_free(qiaoi_strings *strings);
qiao_status qiaoi_strings_add(qiaoi_strings *strings, const char *text, size_t length, qiao_error *err) QIAO_CHECK;
/* Behind the last one. */
qiao_status qiaoi_strings_finish(qiaoi_strings *strings, qiao_error *err) QIAO_CHECK;
/* Append a text; QIAO_E_INPUT where there is no such number. *length_out: what the text has, also where that is over
 * max and nothing was appended. */
qiao_status qiaoi_strings_get(qiaoi_strings *strings, uint64_t number, size_t max, qiao_buffer *out, size_t *length_out,
                              qiao_error *err) QIAO_CHECK;

typedef struct qiaoi_sheet_entry {
    char *name, *relation;
    uint64_t member;
    bool hidden, found;
} qiaoi_sheet_entry;

struct qiaoi_workbook {
    qiaoi_zip *zip;
    const char *name;
    bool since_1904;
    qiaoi_sheet_entry sheets[QIAOI_XLSX_SHEETS_MAX];
    size_t sheet_count;
    uint8_t *kinds; /* qiaoi_xlsx_kind by cell style */
    size_t kind_count;
    qiaoi_strings *strings; /* NULL where there are none */
};

/* Feeds a member of the archive to a parser, in pieces. */
typedef struct qiaoi_part {
    qiaoi_zip_member *member;
    qiaoi_xml *xml;
    bool ended;
} qiaoi_part;

qiao_status qiaoi_part_open(qiaoi_zip *zip, uint64_t member, const qiaoi_xml_handlers *handlers, void *context,
                            qiaoi_part *out, qiao_error *err) QIAO_CHECK;
/* name: of the file, for the message. */
qiao_status qiaoi_part_step(qiaoi_part *part, const char *name, qiao_error *err) QIAO_CHECK;
void qiaoi_part_close(qiaoi_part *part);

#endif
