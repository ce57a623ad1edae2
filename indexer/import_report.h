/* What an import made of each file, for people and for machines. */
#ifndef QIAO_INDEXER_IMPORT_REPORT_H
#define QIAO_INDEXER_IMPORT_REPORT_H

#include "import.h"

#include <stdio.h>

/* Text in the console's language. */
void qiaoi_report_print(const qiaoi_file_report *report, FILE *out);
/* {"file":..,"format":..,"read":N,"new":N,...} appended. */
void qiaoi_report_write_json(const qiaoi_file_report *report, qiao_buffer *out);

/* {"pointer":..,"value":..,"reason":..,"reason_zh":..} without the braces; shared with lint. */
void qiaoi_issue_write_json(const qiao_record_issue *issue, qiao_buffer *out);
/* `  line 3, /country "XX": reason` */
void qiaoi_issue_print(uint64_t line, const qiao_record_issue *issue, FILE *out);

#endif
