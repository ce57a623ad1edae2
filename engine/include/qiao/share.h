/*
 * Where the read-only data files of the program are: vocabularies, the base lexicon.
 *
 * Order: $QIAO_SHARE; ../share/qiao beside the running program (both an installed tree and a build tree look so); the
 * place given at configure time. Thread-safe.
 */
#ifndef QIAO_SHARE_H
#define QIAO_SHARE_H

#include "qiao/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Path of a file or folder below the share folder ("vocab", "lexicon.bin"). path_out: 4096 bytes. QIAO_E_NOTFOUND names
 * the places tried. */
QIAO_EXPORT qiao_status qiao_share_path(const char *name, char *path_out, qiao_error *err) QIAO_CHECK;

#ifdef __cplusplus
}
#endif
#endif
