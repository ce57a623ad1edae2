/* The manifest of a generation as a file. Used by catalog.c. */
#ifndef QIAO_STORE_MANIFEST_H
#define QIAO_STORE_MANIFEST_H

#include "qiao/catalog.h"

#define QIAOI_MANIFEST_NAME "manifest.json"

/* The file's text, appended to out. QIAO_E_LIMIT where a number is too large for JSON. */
qiao_status qiaoi_manifest_write(const qiao_manifest *manifest, qiao_buffer *out, qiao_error *err) QIAO_CHECK;

/* QIAO_E_CORRUPT: cut short, changed by hand or a damaged disk; QIAO_E_VERSION: another format. path is named in
 * messages. */
qiao_status qiaoi_manifest_read(const char *text, size_t length, const char *path, qiao_manifest *out,
                                qiao_error *err) QIAO_CHECK;

/* A path inside the generation: relative, no "..", no backslash or control character, not the manifest itself. */
bool qiaoi_manifest_path_good(const char *name);

#endif
