/* The file: a header, then for each side keys and comparisons. See duplicates_kept.h. */
#include "indexing/duplicates_kept.h"

#include "qiao/catalog.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MAGIC 0x50554451u /* "QDUP" */
#define VERSION 1u

typedef struct file_header {
    uint32_t magic, version;
    uint64_t basis, checksum; /* checksum: of all behind the header, piece by piece */
    uint32_t count[2], compared[2];
} file_header;

static uint64_t
hash_of_basis(const qiaoi_findings_basis *basis, uint64_t statistics)
{
    return qiao_hash64(basis, sizeof *basis, statistics);
}

uint64_t
qiaoi_duplicates_basis_then(const qiaoi_findings *findings, uint64_t statistics)
{
    uint64_t hash = hash_of_basis(&findings->header->basis, statistics);
    uint32_t entry = 0;

    for (int kind = 0; kind < 2; kind++) {
        hash = qiao_hash64(&findings->header->documents[kind], sizeof(uint32_t), hash);
        for (uint32_t d = 0; d < findings->header->documents[kind]; d++, entry++)
            hash = qiao_hash64(&findings->entries[entry].content_hash, sizeof(uint64_t), hash);
    }
    return hash;
}

uint64_t
qiaoi_duplicates_basis_now(const qiaoi_corpus *corpus, const qiaoi_findings_basis *basis, uint64_t statistics)
{
    uint64_t hash = hash_of_basis(basis, statistics);

    for (int kind = 0; kind < 2; kind++) {
        hash = qiao_hash64(&corpus->count[kind], sizeof(uint32_t), hash);
        for (uint32_t d = 0; d < corpus->count[kind]; d++)
            hash = qiao_hash64(&corpus->documents[kind][d].content_hash, sizeof(uint64_t), hash);
    }
    return hash;
}

static size_t
size_of_keys(uint32_t count)
{
    return (size_t)count * QIAOI_DUPLICATE_KEYS * sizeof(uint64_t);
}

/* Piece by piece, as it was written. */
static uint64_t
checksum_of(const qiao_mapping *mapping)
{
    const file_header *header = (const file_header *)(const void *)mapping->data;
    const unsigned char *at = mapping->data + sizeof *header;
    uint64_t sum = 0;

    for (int kind = 0; kind < 2; kind++) {
        size_t keys = size_of_keys(header->count[kind]), compared = header->compared[kind] * sizeof(qiaoi_compared);

        sum = qiao_hash64(at, keys, sum);
        sum = qiao_hash64(at + keys, compared, sum);
        at += keys + compared;
    }
    return sum;
}

static bool
is_sound(const qiao_mapping *mapping, uint64_t basis)
{
    const file_header *header = (const file_header *)(const void *)mapping->data;
    size_t size = sizeof *header;

    if (mapping->length < size || header->magic != MAGIC || header->version != VERSION || header->basis != basis)
        return false;
    for (int kind = 0; kind < 2; kind++)
        size += size_of_keys(header->count[kind]) + (size_t)header->compared[kind] * sizeof(qiaoi_compared);
    return size == mapping->length && checksum_of(mapping) == header->checksum;
}

bool
qiaoi_duplicates_kept_open(const char *data_dir, uint64_t basis, qiaoi_duplicates_kept *out)
{
    char path[QIAO_PATH_MAX + 64];
    const file_header *header;
    const unsigned char *at;

    memset(out, 0, sizeof *out);
    qiaoi_findings_path(data_dir, "duplicates.bin", path);
    if (qiao_mapping_open(path, &out->mapping, NULL) != QIAO_OK)
        return false;
    if (!is_sound(&out->mapping, basis)) {
        qiaoi_duplicates_kept_close(out);
        return false;
    }
    header = (const file_header *)(const void *)out->mapping.data;
    at = out->mapping.data + sizeof *header;
    for (int kind = 0; kind < 2; kind++) {
        qiaoi_duplicates_side *side = &out->sides[kind];

        side->count = header->count[kind];
        side->compared = header->compared[kind];
        side->keys = (const uint64_t *)(const void *)at;
        at += size_of_keys(side->count);
        side->all = (const qiaoi_compared *)(const void *)at;
        at += side->compared * sizeof *side->all;
    }
    return true;
}

void
qiaoi_duplicates_kept_close(qiaoi_duplicates_kept *kept)
{
    if (kept->mapping.data != NULL)
        qiao_mapping_close(&kept->mapping);
    memset(kept, 0, sizeof *kept);
}

const qiaoi_compared *
qiaoi_duplicates_kept_find(const qiaoi_duplicates_side *side, uint32_t first, uint32_t second)
{
    uint32_t low = 0, high = side->compared;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const qiaoi_compared *known = &side->all[middle];

        if (known->second < second || (known->second == second && known->first < first))
            low = middle + 1;
        else
            high = middle;
    }
    return low < side->compared && side->all[low].first == first && side->all[low].second == second ? &side->all[low]
                                                                                                    : NULL;
}

/* ---- writing ---- */

static bool
put(FILE *file, const void *bytes, size_t length)
{
    return length == 0 || fwrite(bytes, 1, length, file) == length;
}

static bool
write_file(const char *path, const file_header *header, const qiaoi_duplicates_side sides[2])
{
    FILE *file = fopen(path, "wb");
    bool good = file != NULL && put(file, header, sizeof *header);

    for (int kind = 0; good && kind < 2; kind++)
        good = put(file, sides[kind].keys, size_of_keys(sides[kind].count)) &&
               put(file, sides[kind].all, sides[kind].compared * sizeof *sides[kind].all);
    return file != NULL && fclose(file) == 0 && good;
}

static uint64_t
hash_piece(const void *bytes, size_t length, uint64_t sum)
{
    return qiao_hash64(length == 0 ? "" : bytes, length, sum);
}

void
qiaoi_duplicates_kept_write(const char *data_dir, uint64_t basis, const qiaoi_duplicates_side sides[2])
{
    char path[QIAO_PATH_MAX + 64], beside[QIAO_PATH_MAX + 64];
    file_header header = {.magic = MAGIC, .version = VERSION, .basis = basis};

    for (int kind = 0; kind < 2; kind++) {
        header.count[kind] = sides[kind].count;
        header.compared[kind] = sides[kind].compared;
        header.checksum = hash_piece(sides[kind].keys, size_of_keys(sides[kind].count), header.checksum);
        header.checksum = hash_piece(sides[kind].all, sides[kind].compared * sizeof *sides[kind].all, header.checksum);
    }
    qiaoi_findings_path(data_dir, "", path);
    qiaoi_findings_path(data_dir, "duplicates.new", beside);
    if (qiao_file_make_directories(path, NULL) != QIAO_OK)
        return;
    qiaoi_findings_path(data_dir, "duplicates.bin", path);
    if (!write_file(beside, &header, sides) || rename(beside, path) != 0)
        (void)unlink(beside);
}
