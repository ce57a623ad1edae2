/*
 * What qiao-indexer nightly left in DIR/reports: files nightly-NAME.json and, of the same night, .html, .zh.md and
 * .en.md; and what qiao-indexer harvest left of each source in DIR/reports/feeds.
 *
 * Names come from outside and go into paths: a name is "nightly-" and letters, digits, '-' and ':', nothing else.
 */
#ifndef QIAO_API_NIGHTLY_FILES_H
#define QIAO_API_NIGHTLY_FILES_H

#include "qiao/memory.h"

#define QIAOI_NIGHTLY_NAME_SIZE 64

typedef struct qiaoi_nightly_names {
    char (*items)[QIAOI_NIGHTLY_NAME_SIZE]; /* the newest first */
    size_t count;
} qiaoi_nightly_names;

bool qiaoi_nightly_is_name(const char *text);
/* Of every report; none where the folder is not there. Free it in any case. QIAO_E_NOMEM. */
qiao_status qiaoi_nightly_list(const char *data_dir, qiaoi_nightly_names *out, qiao_error *err) QIAO_CHECK;
void qiaoi_nightly_names_done(qiaoi_nightly_names *names);
/* ending: ".json", ".html", ".zh.md", ".en.md". */
bool qiaoi_nightly_has(const char *data_dir, const char *name, const char *ending);
/* The files in DIR/reports/feeds, of harvests outside the nights: calls visit with each file's text, in order of names,
 * until it returns false. Files that cannot be read are passed over. */
void qiaoi_feed_files(const char *data_dir, bool (*visit)(void *context, const qiao_buffer *text), void *context);
/* Appends the file to out. QIAO_E_NOTFOUND names it; QIAO_E_LIMIT over 16 MiB. */
qiao_status qiaoi_nightly_read(const char *data_dir, const char *name, const char *ending, qiao_buffer *out,
                               qiao_error *err) QIAO_CHECK;

#endif
