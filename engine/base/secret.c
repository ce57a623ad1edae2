/* libsodium behind its wall. */
#include "qiao/secret.h"

#include <pthread.h>
#include <sodium.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool ready;

static void
begin(void)
{
    ready = sodium_init() >= 0;
}

static void
hex(const unsigned char digest[QIAO_DIGEST_BYTES], char out[QIAO_DIGEST_HEX_SIZE])
{
    sodium_bin2hex(out, QIAO_DIGEST_HEX_SIZE, digest, QIAO_DIGEST_BYTES);
}

qiao_status
qiao_random(void *out, size_t length, qiao_error *err)
{
    pthread_once(&once, begin);
    if (!ready)
        return qiao_fail(err, QIAO_E_IO, "the system gives no random numbers");
    randombytes_buf(out, length);
    return QIAO_OK;
}

void
qiao_digest_hex(const void *first, size_t first_length, const void *second, size_t second_length,
                char out[QIAO_DIGEST_HEX_SIZE])
{
    unsigned char digest[QIAO_DIGEST_BYTES];
    crypto_generichash_state state;

    pthread_once(&once, begin);
    crypto_generichash_init(&state, NULL, 0, sizeof digest);
    crypto_generichash_update(&state, first, first_length);
    crypto_generichash_update(&state, second, second_length);
    crypto_generichash_final(&state, digest, sizeof digest);
    hex(digest, out);
}

void
qiao_hmac_sha256_hex(const void *key, size_t key_length, const void *message, size_t length,
                     char out[QIAO_DIGEST_HEX_SIZE])
{
    unsigned char digest[QIAO_DIGEST_BYTES];
    crypto_auth_hmacsha256_state state;

    pthread_once(&once, begin);
    crypto_auth_hmacsha256_init(&state, key, key_length);
    crypto_auth_hmacsha256_update(&state, message, length);
    crypto_auth_hmacsha256_final(&state, digest);
    hex(digest, out);
}

bool
qiao_same_secret(const void *a, const void *b, size_t length)
{
    return sodium_memcmp(a, b, length) == 0;
}
