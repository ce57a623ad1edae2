/* How a record's JSON lies in the source store: checked, and packed where that saves a page. */
#ifndef QIAO_STORE_SOURCE_VALUE_H
#define QIAO_STORE_SOURCE_VALUE_H

#include "qiao/memory.h"
#include "qiao/status.h"
#include "store/kv.h"

#define QIAOI_SOURCE_JSON_MAX ((size_t)16 << 20) /* bytes of one record */

typedef struct qiaoi_packer qiaoi_packer;     /* one thread */
typedef struct qiaoi_unpacker qiaoi_unpacker; /* one thread */

qiaoi_packer *qiaoi_packer_new(void); /* NULL when out of memory */
void qiaoi_packer_free(qiaoi_packer *packer);
/* value_out is borrowed until the next call. QIAO_E_LIMIT, QIAO_E_NOMEM. */
qiao_status qiaoi_pack(qiaoi_packer *packer, const char *json, size_t length, qiao_bytes *value_out,
                       qiao_error *err) QIAO_CHECK;

qiaoi_unpacker *qiaoi_unpacker_new(void);
void qiaoi_unpacker_free(qiaoi_unpacker *unpacker);
/* json_out points into value or into the unpacker, until the next call. QIAO_E_CORRUPT names id. */
qiao_status qiaoi_unpack(qiaoi_unpacker *unpacker, const char *id, qiao_bytes value, qiao_bytes *json_out,
                         qiao_error *err) QIAO_CHECK;

#endif
