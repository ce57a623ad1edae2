/* Opens matches.bin and parts of it. The header is believed once sizes and its checksum agree; a list is checked when
 * it is read. The bytes of the whole are guarded by the manifest's checksum, as every file of a generation. */
#include "store/matches.h"

#include "qiao/file.h"

#include <stddef.h>
#include <string.h>

_Static_assert(sizeof(qiaoi_matches_header) == 128, "the header's size is part of the format");
_Static_assert(sizeof(qiaoi_match_row) == 32, "the row's size is part of the format");
_Static_assert(sizeof(qiaoi_match_list) == 16 + 32 * QIAOI_MATCHES_DEPTH, "the list's size is part of the format");

struct qiaoi_matches {
    qiao_mapping mapping;
    qiaoi_matches_header header;
    const qiaoi_match_list *lists[2];
};

uint64_t
qiaoi_matches_size(const qiaoi_matches_header *header)
{
    return sizeof *header + ((uint64_t)header->count[0] + header->count[1]) * sizeof(qiaoi_match_list);
}

static bool
sound_header(const qiaoi_matches_header *header)
{
    for (int side = 0; side < 2; side++)
        if (header->first[side] > header->documents[side] ||
            header->count[side] > header->documents[side] - header->first[side])
            return false;
    return header->depth == QIAOI_MATCHES_DEPTH && header->slice >= 1 && header->slice <= header->slices &&
           header->checksum == qiao_hash64(header, offsetof(qiaoi_matches_header, checksum), QIAOI_MATCHES_VERSION);
}

static qiao_status
check(const char *path, qiaoi_matches *matches, qiao_error *err)
{
    qiaoi_matches_header *header = &matches->header;

    if (matches->mapping.length < sizeof *header)
        return qiao_fail(err, QIAO_E_CORRUPT, "%s is cut short", path);
    memcpy(header, matches->mapping.data, sizeof *header);
    if (memcmp(header->magic, QIAOI_MATCHES_MAGIC, sizeof header->magic) != 0)
        return qiao_fail(err, QIAO_E_CORRUPT, "%s is no file of matches", path);
    if (header->version != QIAOI_MATCHES_VERSION)
        return qiao_fail(err, QIAO_E_VERSION, "%s has match format %u, this program reads %u", path,
                         (unsigned)header->version, QIAOI_MATCHES_VERSION);
    if (!sound_header(header))
        return qiao_fail(err, QIAO_E_CORRUPT, "%s is damaged", path);
    if (matches->mapping.length != qiaoi_matches_size(header))
        return qiao_fail(err, QIAO_E_CORRUPT, "%s is cut short", path);
    return QIAO_OK;
}

qiao_status
qiaoi_matches_open(const char *path, qiaoi_matches **out, qiao_error *err)
{
    qiaoi_matches *matches = qiao_calloc(1, sizeof *matches);
    qiao_status st;

    *out = NULL;
    if (matches == NULL)
        return qiao_fail_memory(err);
    st = qiao_mapping_open(path, &matches->mapping, err);
    if (st == QIAO_OK)
        st = check(path, matches, err);
    if (st != QIAO_OK) {
        qiaoi_matches_close(matches);
        return st;
    }
    matches->lists[0] = (const qiaoi_match_list *)(const void *)(matches->mapping.data + sizeof matches->header);
    matches->lists[1] = matches->lists[0] + matches->header.count[0];
    *out = matches;
    return QIAO_OK;
}

void
qiaoi_matches_close(qiaoi_matches *matches)
{
    if (matches == NULL)
        return;
    qiao_mapping_close(&matches->mapping);
    qiao_free(matches);
}

const qiaoi_matches_header *
qiaoi_matches_about(const qiaoi_matches *matches)
{
    return &matches->header;
}

const qiaoi_match_list *
qiaoi_matches_list(const qiaoi_matches *matches, qiao_kind kind, uint32_t docid)
{
    const qiaoi_matches_header *header = &matches->header;
    uint32_t others = header->documents[kind == QIAO_PROJECT ? QIAO_NEED : QIAO_PROJECT];
    const qiaoi_match_list *list;

    if (docid < header->first[kind] || docid - header->first[kind] >= header->count[kind])
        return NULL;
    list = &matches->lists[kind][docid - header->first[kind]];
    if (list->count > QIAOI_MATCHES_DEPTH)
        return NULL;
    for (uint32_t i = 0; i < list->count; i++)
        if (list->rows[i].docid >= others)
            return NULL;
    return list;
}
