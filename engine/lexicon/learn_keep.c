/*
 * What was learned, as bytes that a later build may take instead of learning it again: a header, the keys of the
 * compounds, then each translation as entry, length of the stem, count, stem. Numbers as this machine has them.
 */
#include "lexicon/learn_internal.h"

#include "lexicon/lexicon_internal.h"
#include "qiao/file.h"

#include <string.h>

#define MAGIC 0x31444C51u /* "QLD1" */

typedef struct kept_header {
    uint64_t magic;
    uint64_t base, texts; /* hashes of what it was learned from */
    uint64_t checksum;    /* of all that follows the header */
    uint64_t found_bytes;
    qiaoi_learner_report report;
} kept_header;

typedef struct kept_link {
    uint32_t entry, stem_length;
    double count;
} kept_link;

/* Its checksum was compared with what it covers when it was opened. */
static uint64_t
hash_of_base(const qiaoi_learner *learner)
{
    return qiaoi_lexicon_checksum(learner->base);
}

qiao_status
qiaoi_learner_keep(const qiaoi_learner *learner, qiao_buffer *out, qiao_error *err)
{
    const qiaoi_learned *learned = (const qiaoi_learned *)(const void *)learner->result.data;
    kept_header header = {MAGIC, hash_of_base(learner), learner->texts_hash, 0, learner->found.length, learner->report};
    size_t start = out->length, body = start + sizeof header;

    qiao_buffer_append(out, &header, sizeof header);
    if (learner->found.length > 0)
        qiao_buffer_append(out, learner->found.data, learner->found.length);
    for (size_t i = 0; i < learner->report.kept; i++) {
        kept_link link = {learned[i].entry, (uint32_t)strlen(learned[i].stem), learned[i].count};

        qiao_buffer_append(out, &link, sizeof link);
        qiao_buffer_append(out, learned[i].stem, link.stem_length);
    }
    if (out->failed)
        return qiao_fail_memory(err);
    header.checksum = qiao_hash64(out->data + body, out->length - body, 0);
    memcpy(out->data + start, &header, sizeof header);
    return QIAO_OK;
}

static bool
is_of(const qiaoi_learner *learner, const kept_header *header, bool same_texts, const unsigned char *body,
      size_t length)
{
    bool texts = header->texts == learner->texts_hash && header->report.records == learner->report.records;

    return header->magic == MAGIC && (same_texts || texts) && header->found_bytes <= length &&
           header->checksum == qiao_hash64(body, length, 0) && header->base == hash_of_base(learner);
}

static qiao_status
take_links(qiaoi_learner *learner, uint64_t count, const unsigned char *at, const unsigned char *end, qiao_error *err)
{
    for (uint64_t i = 0; i < count && (size_t)(end - at) >= sizeof(kept_link); i++) {
        kept_link link;
        qiaoi_learned learned;

        memcpy(&link, at, sizeof link);
        at += sizeof link;
        if (link.stem_length > (size_t)(end - at))
            break;
        learned = (qiaoi_learned){link.entry, qiao_arena_strndup(learner->stems, (const char *)at, link.stem_length),
                                  link.count};
        at += link.stem_length;
        if (learned.stem == NULL)
            return qiao_fail_memory(err);
        qiao_buffer_append(&learner->result, &learned, sizeof learned);
    }
    return learner->result.failed ? qiao_fail_memory(err) : QIAO_OK;
}

qiao_status
qiaoi_learner_recall(qiaoi_learner *learner, const void *bytes, size_t length, const char *working_path,
                     bool same_texts, bool *recalled_out, qiao_error *err)
{
    const unsigned char *body = (const unsigned char *)bytes + sizeof(kept_header);
    kept_header header;
    uint64_t added = 0;
    qiao_status st = QIAO_OK;

    *recalled_out = false;
    if (length < sizeof header)
        return QIAO_OK;
    memcpy(&header, bytes, sizeof header);
    length -= sizeof header;
    if (!is_of(learner, &header, same_texts, body, length))
        return QIAO_OK;
    if (header.found_bytes > 0)
        qiao_buffer_append(&learner->found, body, (size_t)header.found_bytes);
    if (learner->found.failed)
        return qiao_fail_memory(err);
    if (header.report.compounds > 0 && working_path != NULL)
        st = qiaoi_write_compounds(learner->base, &learner->found, working_path, &added, err);
    if (st == QIAO_OK)
        st = take_links(learner, header.report.kept, body + header.found_bytes, body + length, err);
    learner->texts_hash = header.texts;
    learner->report = header.report;
    *recalled_out = st == QIAO_OK;
    return st;
}
