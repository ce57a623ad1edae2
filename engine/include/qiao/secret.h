/*
 * Random bytes and keyed or plain digests, for keys of access, the chain of the audit trail and signatures.
 * secret.c is the only file that includes <sodium.h>. Thread-safe; no memory is kept.
 */
#ifndef QIAO_SECRET_H
#define QIAO_SECRET_H

#include "qiao/status.h"
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define QIAO_DIGEST_BYTES 32
#define QIAO_DIGEST_HEX_SIZE (2 * QIAO_DIGEST_BYTES + 1)

/* From the system's generator. QIAO_E_IO where it cannot be had. */
QIAO_EXPORT qiao_status qiao_random(void *out, size_t length, qiao_error *err) QIAO_CHECK;
/* BLAKE2b-256 of two pieces, one behind the other (the second may be empty), in hexadecimal. */
QIAO_EXPORT void qiao_digest_hex(const void *first, size_t first_length, const void *second, size_t second_length,
                                 char out[QIAO_DIGEST_HEX_SIZE]);
/* HMAC-SHA-256 (RFC 2104), in hexadecimal: what receivers of signed messages know how to check. */
QIAO_EXPORT void qiao_hmac_sha256_hex(const void *key, size_t key_length, const void *message, size_t length,
                                      char out[QIAO_DIGEST_HEX_SIZE]);
/* Are both the same? Takes as long whether they are or not. */
QIAO_EXPORT bool qiao_same_secret(const void *a, const void *b, size_t length);

#ifdef __cplusplus
}
#endif
#endif
