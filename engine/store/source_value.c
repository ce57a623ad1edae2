/*
 * A value of the source store: 16 bytes of head, then the JSON as it stands or packed by zstd.
 *   byte 0      0 = as it stands, 1 = zstd
 *   bytes 4-7   length of the JSON, little end first
 *   bytes 8-15  XXH3-64 of what follows the head: LMDB has no checksums of its own
 * Above 1,900 bytes a value would take whole pages of its own; level 1 brings most records below that at little cost.
 */
#include "store/source_value.h"

#include "qiao/file.h"

#include <string.h>
#include <zstd.h>

#define HEAD 16
#define PACK_ABOVE 1900
#define LEVEL 1

struct qiaoi_packer {
    ZSTD_CCtx *context;
    qiao_buffer room;
};

struct qiaoi_unpacker {
    ZSTD_DCtx *context;
    qiao_buffer room;
};

static void
put_number(unsigned char *at, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        at[i] = (unsigned char)(value >> (8 * i));
}

static uint64_t
get_number(const unsigned char *at, size_t bytes)
{
    uint64_t value = 0;

    for (size_t i = 0; i < bytes; i++)
        value |= (uint64_t)at[i] << (8 * i);
    return value;
}

qiaoi_packer *
qiaoi_packer_new(void)
{
    qiaoi_packer *packer = qiao_calloc(1, sizeof *packer);

    if (packer == NULL)
        return NULL;
    packer->context = ZSTD_createCCtx();
    if (packer->context == NULL) {
        qiao_free(packer);
        return NULL;
    }
    return packer;
}

void
qiaoi_packer_free(qiaoi_packer *packer)
{
    if (packer == NULL)
        return;
    ZSTD_freeCCtx(packer->context);
    qiao_buffer_done(&packer->room);
    qiao_free(packer);
}

/* Length of the packed form behind the head, or 0 where packing gains nothing. */
static size_t
try_zstd(qiaoi_packer *packer, const char *json, size_t length)
{
    size_t room = packer->room.capacity - HEAD;
    size_t n = ZSTD_compressCCtx(packer->context, packer->room.data + HEAD, room, json, length, LEVEL);

    return ZSTD_isError(n) || n >= length ? 0 : n;
}

qiao_status
qiaoi_pack(qiaoi_packer *packer, const char *json, size_t length, qiao_bytes *value_out, qiao_error *err)
{
    unsigned char *head;
    size_t packed = 0;

    if (length > QIAOI_SOURCE_JSON_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "a record of %zu bytes is longer than %zu bytes", length,
                         QIAOI_SOURCE_JSON_MAX);
    qiao_buffer_clear(&packer->room);
    if (!qiao_buffer_reserve(&packer->room, HEAD + ZSTD_compressBound(length)))
        return qiao_buffer_check(&packer->room, err);
    if (length > PACK_ABOVE)
        packed = try_zstd(packer, json, length);
    if (packed == 0 && length != 0)
        memcpy(packer->room.data + HEAD, json, length);
    head = (unsigned char *)packer->room.data;
    memset(head, 0, HEAD);
    head[0] = packed != 0;
    put_number(head + 4, length, 4);
    put_number(head + 8, qiao_hash64(head + HEAD, packed != 0 ? packed : length, 0), 8);
    *value_out = (qiao_bytes){head, HEAD + (packed != 0 ? packed : length)};
    return QIAO_OK;
}

qiaoi_unpacker *
qiaoi_unpacker_new(void)
{
    qiaoi_unpacker *unpacker = qiao_calloc(1, sizeof *unpacker);

    if (unpacker == NULL)
        return NULL;
    unpacker->context = ZSTD_createDCtx();
    if (unpacker->context == NULL) {
        qiao_free(unpacker);
        return NULL;
    }
    return unpacker;
}

void
qiaoi_unpacker_free(qiaoi_unpacker *unpacker)
{
    if (unpacker == NULL)
        return;
    ZSTD_freeDCtx(unpacker->context);
    qiao_buffer_done(&unpacker->room);
    qiao_free(unpacker);
}

static qiao_status
damaged(const char *id, qiao_error *err)
{
    qiao_fail(err, QIAO_E_CORRUPT, "the stored record %s fails its check", id);
    qiao_error_hint(err, "import or harvest the source of this record again");
    return QIAO_E_CORRUPT;
}

qiao_status
qiaoi_unpack(qiaoi_unpacker *unpacker, const char *id, qiao_bytes value, qiao_bytes *json_out, qiao_error *err)
{
    const unsigned char *head = value.data;
    size_t length, stored;

    if (value.length < HEAD || head[0] > 1)
        return damaged(id, err);
    length = (size_t)get_number(head + 4, 4);
    stored = value.length - HEAD;
    if (length > QIAOI_SOURCE_JSON_MAX || qiao_hash64(head + HEAD, stored, 0) != get_number(head + 8, 8))
        return damaged(id, err);
    if (head[0] == 0) {
        *json_out = (qiao_bytes){head + HEAD, stored};
        return length == stored ? QIAO_OK : damaged(id, err);
    }
    qiao_buffer_clear(&unpacker->room);
    if (!qiao_buffer_reserve(&unpacker->room, length))
        return qiao_buffer_check(&unpacker->room, err);
    if (ZSTD_decompressDCtx(unpacker->context, unpacker->room.data, length, head + HEAD, stored) != length)
        return damaged(id, err);
    *json_out = (qiao_bytes){unpacker->room.data, length};
    return QIAO_OK;
}
