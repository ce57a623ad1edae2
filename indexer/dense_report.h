/* The dense channel of a build as the commands show it: which configuration applies, and what came of it. */
#ifndef QIAO_INDEXER_DENSE_REPORT_H
#define QIAO_INDEXER_DENSE_REPORT_H

#include "embeddings.h"
#include "qiao/build.h"

/* Opens `named`, or DATA_DIR/embeddings.json where that exists; NULL where neither: the channel is off. Only QIAO_E_NOMEM fails. */
qiao_status qiao_dense_open(const char *data_dir, const char *named, qiaoi_embeddings **out, qiao_error *err) QIAO_CHECK;

/* "dense": an object, or null where the channel is off; appended to out. */
void qiao_dense_report_json(const qiao_build_report *report, bool on, qiao_buffer *out);
/* One line to stdout, and a warning to stderr where something is wrong. */
void qiao_dense_report_text(const qiao_build_report *report);
void qiao_dense_warn(const qiao_build_report *report);

#endif
