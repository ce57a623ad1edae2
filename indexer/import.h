/*
 * Importing files of records into the source store: read, parse in other threads, write in batches, report.
 *
 * Ids given twice in one file: the last one wins. Records are held back in a window of bounded size before they go to
 * the store, so that a repetition near by never touches it and a second import of the same file changes nothing.
 *
 * What was committed stays, whatever happens afterwards; report->committed says how many.
 */
#ifndef QIAO_INDEXER_IMPORT_H
#define QIAO_INDEXER_IMPORT_H

#include "import_map.h"
#include "qiao/source_store.h"
#include "sweep.h"

#define QIAOI_SHOWN 20  /* refusals, warnings and repetitions that a report shows; all are counted */
#define QIAOI_NAMES 200 /* unknown field names that a report counts apart */

typedef struct qiaoi_import_options {
    const char *data_dir;
    const char *vocabulary_dir; /* NULL = from the share folder */
    const qiaoi_map *map;       /* NULL = none */
    const char *source;         /* NULL = none */
    uint32_t wait_ms;           /* for other writers; 0 = they are an error */
    const char *rejects_path;   /* NULL = DIR/rejects/NAME-TIMESTAMP.ndjson for each file */
    qiaoi_reader_options reader;
    qiao_source_store *store; /* borrowed; NULL = opened and closed by the importer */
    qiaoi_sweep *sweep;       /* takes the ids of all records that are accepted; NULL = none */
    unsigned threads;         /* that parse, beside the one that reads and writes; 0 = none */
    /* called now and then with what was read of the file (total 0 = unknown) and the records so far; may be NULL */
    void (*progress)(void *context, uint64_t done, uint64_t total, uint64_t records);
    void *progress_context;
} qiaoi_import_options;

typedef struct qiaoi_line_issue {
    uint64_t line;
    qiao_record_issue issue;
} qiaoi_line_issue;

typedef struct qiaoi_file_report {
    const char *file;                             /* borrowed */
    char format[8], compression[8], encoding[12]; /* "" where it was never found out */
    uint64_t read; /* = fresh + changed + unchanged + refused + repeated when the file was read to its end */
    uint64_t fresh, changed, unchanged, refused;
    uint64_t repeated; /* records that a later line of the file replaced */
    uint64_t warnings;
    uint64_t committed; /* records of this file that are safe in the store */
    qiaoi_line_issue refusals[QIAOI_SHOWN], warned[QIAOI_SHOWN];
    size_t refusal_count, warned_count;
    struct {
        uint64_t line, earlier;
    } repeats[QIAOI_SHOWN];
    size_t repeat_count;
    struct {
        char name[96];
        uint64_t count;
    } unknown[QIAOI_NAMES];
    size_t unknown_count;
    uint64_t unknown_others; /* occurrences of names beyond the table */
    char rejects_path[4096]; /* "" = nothing was refused */
    double seconds;
    qiao_error error; /* why reading ended early; status QIAO_OK where it did not */
} qiaoi_file_report;

typedef struct qiaoi_importer qiaoi_importer;

/* Takes the lock of the store: QIAO_E_LOCKED names the other process. options is borrowed until close. */
qiao_status qiaoi_importer_open(const qiaoi_import_options *options, qiaoi_importer **out, qiao_error *err) QIAO_CHECK;
void qiaoi_importer_close(qiaoi_importer *importer);
/* The store that is written: for what goes with the records, such as the state of a source. Borrowed. */
qiao_source_store *qiaoi_importer_store(qiaoi_importer *importer);

/*
 * Import one file and fill its report.
 * @return QIAO_OK (with refused lines or without); QIAO_E_INPUT and QIAO_E_NOTFOUND: this file could not be read, or
 * not to its end: others may be; QIAO_E_NOSPACE, QIAO_E_IO, QIAO_E_NOMEM, QIAO_E_CORRUPT: there is no point in going
 * on. report->error equals *err.
 */
qiao_status qiaoi_import_file(qiaoi_importer *importer, const char *path, qiaoi_file_report *report,
                              qiao_error *err) QIAO_CHECK;

#endif
