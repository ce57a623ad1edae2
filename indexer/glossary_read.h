/*
 * Glossary files: CSV or TSV with a header row naming languages (zh, en, and de, ja, fr where there), or TBX (ISO
 * 30042, versions 2 and 3). English is the language that the others are read as. One thread.
 */
#ifndef QIAO_INDEXER_GLOSSARY_READ_H
#define QIAO_INDEXER_GLOSSARY_READ_H

#include "qiao/status.h"
#include <stddef.h>

#define QIAO_GLOSSARY_LINES_SHOWN 20u

typedef struct qiao_glossary_report {
    size_t taken, refused, shown;
    struct {
        size_t line;
        const char *reason; /* English, in the message table */
    } lines[QIAO_GLOSSARY_LINES_SHOWN];
} qiao_glossary_report;

/*
 * Read a file and add it to DIR/glossary.tsv. Entries that cannot be used are refused one by one; the rest goes in.
 * @return QIAO_OK; QIAO_E_INPUT (no header with zh and en, broken XML: names the line); QIAO_E_NOTFOUND; QIAO_E_IO;
 * QIAO_E_NOMEM.
 */
qiao_status qiao_glossary_read(const char *data_dir, const char *path, qiao_glossary_report *report,
                               qiao_error *err) QIAO_CHECK;

#endif
