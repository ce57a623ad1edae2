/*
 * The source store as it stood at one time, for a build: entries are walked without a look at the records, and a record
 * is checked and unpacked once somebody asks for it (source_value.h), where it lies in the file.
 *
 * Ownership and threads: a view ends before its store is closed; what it hands out is borrowed until then, and may
 * be read by any thread.
 */
#ifndef QIAO_STORE_SOURCE_VIEW_H
#define QIAO_STORE_SOURCE_VIEW_H

#include "qiao/source_store.h"
#include "store/source_value.h"

typedef struct qiaoi_source_view qiaoi_source_view;

qiao_status qiaoi_source_view_open(qiao_source_store *store, qiaoi_source_view **out, qiao_error *err) QIAO_CHECK;
void qiaoi_source_view_close(qiaoi_source_view *view);

/* In order of (kind, id), tombstones too. entry: borrowed during the call; its json and length stay NULL and 0.
 * stored: for qiaoi_unpack, until the view ends; of a tombstone NULL. A status other than QIAO_OK ends the walk and
 * is returned. QIAO_E_CORRUPT. */
typedef qiao_status (*qiaoi_source_view_visit)(const qiao_source_entry *entry, qiao_bytes stored, void *context,
                                               qiao_error *err);
qiao_status qiaoi_source_view_each(qiaoi_source_view *view, qiaoi_source_view_visit visit, void *context,
                                   qiao_error *err) QIAO_CHECK;

#endif
