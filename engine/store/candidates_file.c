/* Opens candidates.bin. The header and the index are believed once their checksums agree, a list when it is read. */
#include "store/candidates.h"

#include "qiao/file.h"

#include <stddef.h>
#include <string.h>

_Static_assert(sizeof(qiaoi_candidates_header) == 128, "the header's size is part of the format");

#define MICRO 1000000u /* the most that a value may be */

struct qiaoi_candidates {
    qiao_mapping mapping;
    qiaoi_candidates_header header;
    const uint64_t *index;
};

static bool
sound(const qiaoi_candidates *candidates)
{
    const qiaoi_candidates_header *header = &candidates->header;
    uint64_t lists = (uint64_t)header->documents[0] + header->documents[1];

    return memcmp(header->magic, QIAOI_CANDIDATES_MAGIC, sizeof header->magic) == 0 &&
           header->version == QIAOI_CANDIDATES_VERSION && header->depth == QIAOI_CANDIDATES_DEPTH &&
           header->checksum ==
               qiao_hash64(header, offsetof(qiaoi_candidates_header, checksum), QIAOI_CANDIDATES_VERSION) &&
           header->size == candidates->mapping.length && header->index % 8 == 0 && header->index <= header->size &&
           (header->size - header->index) / 8 == lists &&
           header->index_check == qiao_hash64(candidates->mapping.data + header->index,
                                              (size_t)(header->size - header->index), QIAOI_CANDIDATES_VERSION);
}

qiaoi_candidates *
qiaoi_candidates_open(const char *path)
{
    qiaoi_candidates *candidates = qiao_calloc(1, sizeof *candidates);

    if (candidates == NULL || qiao_mapping_open(path, &candidates->mapping, NULL) != QIAO_OK) {
        qiao_free(candidates);
        return NULL;
    }
    if (candidates->mapping.length >= sizeof candidates->header)
        memcpy(&candidates->header, candidates->mapping.data, sizeof candidates->header);
    if (!sound(candidates)) {
        qiaoi_candidates_close(candidates);
        return NULL;
    }
    candidates->index = (const uint64_t *)(const void *)(candidates->mapping.data + candidates->header.index);
    return candidates;
}

void
qiaoi_candidates_close(qiaoi_candidates *candidates)
{
    if (candidates == NULL)
        return;
    qiao_mapping_close(&candidates->mapping);
    qiao_free(candidates);
}

const qiaoi_candidates_header *
qiaoi_candidates_about(const qiaoi_candidates *candidates)
{
    return &candidates->header;
}

/* Past the end numbers are zeros; *at is behind the end then. */
static uint32_t
take_number(const unsigned char **at, const unsigned char *end)
{
    uint32_t number = 0;

    for (unsigned shift = 0; shift < 32; shift += 7) {
        unsigned char byte = *at < end ? **at : 0;

        (*at)++;
        number |= (uint32_t)(byte & 127u) << shift;
        if (byte < 128)
            break;
    }
    return number;
}

static bool
take_candidate(const unsigned char **at, const unsigned char *end, uint32_t documents, uint32_t before,
               qiaoi_kept_candidate *out)
{
    uint32_t known, less;

    out->docid = take_number(at, end);
    less = take_number(at, end);
    known = take_number(at, end);
    if (out->docid >= documents || less > before || known > 2 + 2 * MICRO + 1)
        return false;
    out->text_score = before - less;
    out->value = known < 2 ? 0 : (int32_t)((known - 2) / 2);
    out->known = (uint8_t)(known == 0        ? QIAOI_KNOWN_NOTHING
                           : known == 1      ? QIAOI_KNOWN_SHUT
                           : (known & 1) > 0 ? QIAOI_KNOWN_PAIR
                                             : QIAOI_KNOWN_TEXT);
    return true;
}

static bool
unpack(const unsigned char *at, const unsigned char *end, uint32_t documents, qiaoi_candidates_list *out)
{
    uint32_t head = take_number(&at, end), before = take_number(&at, end);

    out->count = head >> 1;
    out->complete = (head & 1) > 0;
    if (out->count > QIAOI_CANDIDATES_DEPTH)
        return false;
    for (uint32_t i = 0; i < out->count; i++) {
        if (!take_candidate(&at, end, documents, before, &out->items[i]))
            return false;
        before = out->items[i].text_score;
    }
    return at == end;
}

bool
qiaoi_candidates_read(const qiaoi_candidates *candidates, qiao_kind kind, uint32_t docid, qiaoi_candidates_list *out)
{
    const qiaoi_candidates_header *header = &candidates->header;
    uint64_t place = docid + (kind == QIAO_NEED ? (uint64_t)header->documents[QIAO_PROJECT] : 0), offset;
    const unsigned char *bytes;
    uint32_t length, check;

    out->count = 0;
    out->complete = false;
    if (docid >= header->documents[kind])
        return false;
    offset = candidates->index[place] >> 16;
    length = (uint32_t)(candidates->index[place] & 0xFFFFu);
    if (length <= sizeof check || offset > header->index || length > header->index - offset)
        return false;
    bytes = candidates->mapping.data + offset;
    memcpy(&check, bytes, sizeof check);
    return check == (uint32_t)qiao_hash64(bytes + sizeof check, length - sizeof check, QIAOI_CANDIDATES_VERSION) &&
           unpack(bytes + sizeof check, bytes + length, header->documents[kind == QIAO_NEED ? QIAO_PROJECT : QIAO_NEED],
                  out);
}
