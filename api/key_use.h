/*
 * When each key was last used, to the minute. Requests leave a note in memory; the main thread writes the notes to
 * DIR/key_use.tsv now and then, at most once a minute. That is no part of the desk: each row of the desk is a line of
 * the audit trail, and to have come by is no act.
 *
 * Threads: qiaoi_key_use_note on any; the others on one.
 */
#ifndef QIAO_API_KEY_USE_H
#define QIAO_API_KEY_USE_H

#include "keys.h"

typedef struct qiaoi_key_uses qiaoi_key_uses;

/* Takes over what the file says. A file that cannot be read is left out; NULL: out of memory. */
qiaoi_key_uses *qiaoi_key_uses_open(const char *data_dir);
/* NULL is fine. What was noted and not written is lost. */
void qiaoi_key_uses_free(qiaoi_key_uses *uses);
/* key: its public part. */
void qiaoi_key_use_note(qiaoi_key_uses *uses, const char *key);
/* Writes what changed, if anything did. As qiao_file_write_atomic. */
qiao_status qiaoi_key_uses_write(qiaoi_key_uses *uses, qiao_error *err) QIAO_CHECK;
/* "2026-11-23T22:38Z"; "" = not known. Any thread. */
void qiaoi_key_use_get(qiaoi_key_uses *uses, const char *key, char out[21]);

#endif
