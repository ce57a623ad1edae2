/* XXH3 hashes, the same on every machine. Files are read, not mapped: a device error is then an error and no signal. */
#define XXH_STATIC_LINKING_ONLY /* the streaming state on the stack: hashing never allocates */
#include <xxhash.h>

#include "qiao/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define READ_SIZE 65536

uint64_t
qiao_hash64(const void *bytes, size_t length, uint64_t seed)
{
    return XXH3_64bits_withSeed(length != 0 ? bytes : "", length, seed);
}

/* Big-endian as xxh128sum prints it, so that an operator can check a file by hand. */
static void
write_hex(XXH128_hash_t hash, char hex_out[33])
{
    static const char digits[] = "0123456789abcdef";
    XXH128_canonical_t canonical;

    XXH128_canonicalFromHash(&canonical, hash);
    for (size_t i = 0; i < sizeof canonical.digest; i++) {
        hex_out[2 * i] = digits[canonical.digest[i] >> 4];
        hex_out[2 * i + 1] = digits[canonical.digest[i] & 15];
    }
    hex_out[32] = '\0';
}

void
qiao_hash128_hex(const void *bytes, size_t length, char hex_out[33])
{
    write_hex(XXH3_128bits(length != 0 ? bytes : "", length), hex_out);
}

static qiao_status
hash_stream(int fd, const char *path, char hex_out[33], qiao_error *err)
{
    XXH3_state_t state;
    char piece[READ_SIZE];

    XXH3_INITSTATE(&state);
    if (XXH3_128bits_reset(&state) != XXH_OK)
        return qiao_fail(err, QIAO_E_INTERNAL, "the checksum could not be started");
    for (;;) {
        ssize_t n = read(fd, piece, sizeof piece);

        if (n == 0)
            break;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return qiao_fail_errno(err, errno, "cannot read %s", path);
        if (XXH3_128bits_update(&state, piece, (size_t)n) != XXH_OK)
            return qiao_fail(err, QIAO_E_INTERNAL, "the checksum could not be started");
    }
    write_hex(XXH3_128bits_digest(&state), hex_out);
    return QIAO_OK;
}

qiao_status
qiao_file_checksum(const char *path, char hex_out[33], qiao_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    qiao_status status;

    if (fd < 0)
        return qiao_fail_errno(err, errno, "cannot open %s", path);
    status = hash_stream(fd, path, hex_out, err);
    close(fd);
    return status;
}
