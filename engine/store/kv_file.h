/* What can be said about an LMDB data file by plain reads, before and besides mapping it. Used by kv.c. */
#ifndef QIAO_STORE_KV_FILE_H
#define QIAO_STORE_KV_FILE_H

#include "qiao/status.h"

#include <stdint.h>

typedef struct qiaoi_kv_header {
    uint32_t page_size;
    uint64_t last_page, transaction;
    uint64_t free_root, main_root; /* page numbers; UINT64_MAX = empty tree */
    uint64_t file_size;
} qiaoi_kv_header;

/* Newest of the two headers. QIAO_E_CORRUPT (neither makes sense), QIAO_E_VERSION, QIAO_E_IO, QIAO_E_NOTFOUND. */
qiao_status qiaoi_kv_header_read(const char *path, qiaoi_kv_header *out, qiao_error *err) QIAO_CHECK;

/* Walks every page that can be reached from the newest header. QIAO_E_CORRUPT names the page. */
qiao_status qiaoi_kv_pages_check(const char *path, qiao_error *err) QIAO_CHECK;

#endif
