/* feedback.bin: small, so it is checked whole when it is opened. */
#include "store/verdicts.h"

#include "qiao/file.h"

#include <stddef.h>
#include <string.h>

#define VERSION 1u

typedef struct verdicts_header {
    char magic[8];
    uint32_t version, count;
    uint32_t documents[2];
    uint64_t checksum;
} verdicts_header;

_Static_assert(sizeof(verdicts_header) == 32, "the header's size is part of the format");
_Static_assert(sizeof(qiaoi_verdict) == 16, "the entry's size is part of the format");

struct qiaoi_verdicts {
    qiao_mapping mapping;
    const qiaoi_verdict *entries;
    uint32_t count;
};

static uint64_t
checksum_of(const verdicts_header *header, const qiaoi_verdict *entries)
{
    uint64_t hash = qiao_hash64(header, offsetof(verdicts_header, checksum), VERSION);

    return qiao_hash64(entries, header->count * sizeof *entries, hash);
}

qiao_status
qiaoi_verdicts_write(const char *path, const uint32_t documents[2], const qiaoi_verdict *verdicts, uint32_t count,
                     qiao_error *err)
{
    verdicts_header header = {"QIAOVERD", VERSION, count, {documents[0], documents[1]}, 0};
    qiao_buffer out = {0};
    qiao_status st;

    header.checksum = checksum_of(&header, verdicts);
    qiao_buffer_append(&out, &header, sizeof header);
    qiao_buffer_append(&out, verdicts, count * sizeof *verdicts);
    st = qiao_buffer_check(&out, err);
    if (st == QIAO_OK)
        st = qiao_file_write_atomic(path, out.data, out.length, err);
    qiao_buffer_done(&out);
    return st;
}

static int
compare(const qiaoi_verdict *a, uint32_t need, uint32_t project)
{
    if (a->need != need)
        return a->need < need ? -1 : 1;
    return a->project < project ? -1 : a->project > project;
}

static bool
sound(const qiaoi_verdicts *verdicts, const verdicts_header *header, const uint32_t documents[2])
{
    const qiaoi_verdict *entries = verdicts->entries;

    if (memcmp(header->documents, documents, sizeof header->documents) != 0 ||
        header->checksum != checksum_of(header, entries))
        return false;
    for (uint32_t i = 0; i < header->count; i++)
        if (entries[i].project >= documents[0] || entries[i].need >= documents[1] ||
            (i > 0 && compare(&entries[i - 1], entries[i].need, entries[i].project) >= 0))
            return false;
    return true;
}

static qiao_status
check(const char *path, const uint32_t documents[2], qiaoi_verdicts *verdicts, qiao_error *err)
{
    const qiao_mapping *mapping = &verdicts->mapping;
    verdicts_header header;

    if (mapping->length < sizeof header)
        return qiao_fail(err, QIAO_E_CORRUPT, "%s is cut short", path);
    memcpy(&header, mapping->data, sizeof header);
    if (memcmp(header.magic, "QIAOVERD", 8) != 0 || header.version != VERSION ||
        mapping->length != sizeof header + (uint64_t)header.count * sizeof *verdicts->entries)
        return qiao_fail(err, QIAO_E_CORRUPT, "%s is damaged", path);
    verdicts->entries = (const qiaoi_verdict *)(const void *)(mapping->data + sizeof header);
    verdicts->count = header.count;
    return sound(verdicts, &header, documents) ? QIAO_OK : qiao_fail(err, QIAO_E_CORRUPT, "%s is damaged", path);
}

qiao_status
qiaoi_verdicts_open(const char *path, const uint32_t documents[2], qiaoi_verdicts **out, qiao_error *err)
{
    qiaoi_verdicts *verdicts = qiao_calloc(1, sizeof *verdicts);
    qiao_status st;

    *out = NULL;
    if (verdicts == NULL)
        return qiao_fail_memory(err);
    st = qiao_mapping_open(path, &verdicts->mapping, err);
    if (st == QIAO_OK)
        st = check(path, documents, verdicts, err);
    if (st != QIAO_OK) {
        qiaoi_verdicts_close(verdicts);
        return st;
    }
    *out = verdicts;
    return QIAO_OK;
}

void
qiaoi_verdicts_close(qiaoi_verdicts *verdicts)
{
    if (verdicts == NULL)
        return;
    qiao_mapping_close(&verdicts->mapping);
    qiao_free(verdicts);
}

uint32_t
qiaoi_verdicts_count(const qiaoi_verdicts *verdicts)
{
    return verdicts == NULL ? 0 : verdicts->count;
}

const qiaoi_verdict *
qiaoi_verdicts_at(const qiaoi_verdicts *verdicts, uint32_t index)
{
    return &verdicts->entries[index];
}

const qiaoi_verdict *
qiaoi_verdicts_find(const qiaoi_verdicts *verdicts, uint32_t need, uint32_t project)
{
    uint32_t low = 0, high = qiaoi_verdicts_count(verdicts);

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = compare(&verdicts->entries[middle], need, project);

        if (order == 0)
            return &verdicts->entries[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
