/* Writes the part of records.mdb that asks for nothing but the records and what was found in each: ids, records, facts,
 * tags. */
#include "indexing/corpus.h"
#include "store/generation_internal.h"

#include <stdlib.h>
#include <string.h>

static qiao_status
write_places(const qiaoi_corpus *corpus, qiaoi_generation_writer *writer, qiao_error *err)
{
    uint32_t *places = qiao_alloc(((size_t)corpus->numbers + 1) * sizeof *places);
    qiao_status st;

    if (places == NULL)
        return qiao_fail_memory(err);
    memset(places, 0xFF, (size_t)corpus->numbers * sizeof *places); /* QIAOI_PLACE_NONE */
    for (int kind = 0; kind < 2; kind++)
        for (uint32_t d = 0; d < corpus->count[kind]; d++)
            places[corpus->documents[kind][d].number] = kind == QIAO_NEED ? QIAOI_PLACE_NEED | d : d;
    st = qiaoi_generation_writer_places(writer, places, corpus->numbers, err);
    qiao_free(places);
    return st;
}

static qiao_status
pack_record(const qiaoi_corpus_document *document, qiaoi_generation_writer *writer, qiao_kind kind, uint32_t docid,
            qiaoi_unpacker *unpacker, qiao_error *err)
{
    qiao_bytes json;
    qiao_status st = qiaoi_corpus_json(document, unpacker, &json, err);

    return st == QIAO_OK ? qiaoi_generation_writer_record(writer, kind, docid, json.data, json.length, err) : st;
}

/* A record that did not change is taken as the parent stores it: packing it again would give the same. */
static qiao_status
write_record(const qiaoi_corpus *corpus, qiaoi_generation_writer *writer, qiao_kind kind, uint32_t docid,
             qiaoi_unpacker *unpacker, qiao_error *err)
{
    const qiaoi_corpus_document *document = &corpus->documents[kind][docid];
    const qiaoi_parent *parent = corpus->parent;
    uint32_t then;
    const void *value;
    size_t length;
    qiao_status st;

    if (document->found == 0 || parent == NULL || parent->generation == NULL)
        return pack_record(document, writer, kind, docid, unpacker, err);
    then = document->found - 1 - (kind == QIAO_NEED ? parent->documents[QIAO_PROJECT] : 0);
    st = qiaoi_generation_stored(parent->generation, kind, then, &value, &length, err);
    return st == QIAO_OK ? qiaoi_generation_writer_stored(writer, kind, docid, value, length, err) : st;
}

static qiao_status
write_all_records(const qiaoi_corpus *corpus, qiaoi_generation_writer *writer, qiao_error *err)
{
    qiaoi_unpacker *unpacker = qiaoi_unpacker_new();
    qiao_status st = unpacker == NULL ? qiao_fail_memory(err) : QIAO_OK;

    for (int kind = 0; st == QIAO_OK && kind < 2; kind++)
        for (uint32_t d = 0; st == QIAO_OK && d < corpus->count[kind]; d++)
            st = write_record(corpus, writer, (qiao_kind)kind, d, unpacker, err);
    qiaoi_unpacker_free(unpacker);
    return st;
}

static qiao_status
write_records(const qiaoi_corpus *corpus, qiaoi_generation_writer *writer, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    for (int kind = 0; st == QIAO_OK && kind < 2; kind++) {
        const char **ids = qiao_alloc(((size_t)corpus->count[kind] + 1) * sizeof *ids);

        if (ids == NULL)
            return qiao_fail_memory(err);
        for (uint32_t d = 0; d < corpus->count[kind]; d++)
            ids[d] = corpus->documents[kind][d].id;
        st = qiaoi_generation_writer_documents(writer, (qiao_kind)kind, ids, corpus->count[kind], err);
        qiao_free(ids);
    }
    if (st == QIAO_OK)
        st = write_places(corpus, writer, err);
    if (st == QIAO_OK)
        st = write_all_records(corpus, writer, err);
    for (int kind = 0; st == QIAO_OK && kind < 2; kind++)
        for (uint32_t d = 0; st == QIAO_OK && d < corpus->count[kind]; d++)
            st = qiaoi_generation_writer_facts(writer, (qiao_kind)kind, d, corpus->documents[kind][d].facts,
                                               corpus->documents[kind][d].facts_length, err);
    return st;
}

/* ---- tags ---- */

typedef struct tag_use {
    const char *tag;
    uint32_t docid;
} tag_use;

static int
compare_tags(const void *a, const void *b)
{
    const tag_use *x = a, *y = b;
    int order = strcmp(x->tag, y->tag);

    return order != 0 ? order : x->docid < y->docid ? -1 : x->docid > y->docid;
}

static qiao_status
write_sorted_tags(const tag_use *uses, size_t count, qiao_kind kind, qiaoi_generation_writer *writer, qiao_error *err)
{
    uint32_t *docids = qiao_alloc((count + 1) * sizeof *docids);
    qiao_status st = docids == NULL ? qiao_fail_memory(err) : QIAO_OK;

    for (size_t i = 0; st == QIAO_OK && i < count;) {
        size_t n = 0, begin = i;

        for (; i < count && strcmp(uses[begin].tag, uses[i].tag) == 0; i++)
            docids[n++] = uses[i].docid;
        st = qiaoi_generation_writer_tag(writer, kind, uses[begin].tag, docids, n, err);
    }
    qiao_free(docids);
    return st;
}

static qiao_status
write_tags(const qiaoi_corpus *corpus, qiao_kind kind, qiaoi_generation_writer *writer, qiao_error *err)
{
    size_t count = 0, at = 0;
    tag_use *uses;
    qiao_status st;

    for (uint32_t d = 0; d < corpus->count[kind]; d++)
        count += corpus->documents[kind][d].tag_count;
    uses = qiao_alloc((count + 1) * sizeof *uses);
    if (uses == NULL)
        return qiao_fail_memory(err);
    for (uint32_t d = 0; d < corpus->count[kind]; d++) {
        const qiaoi_corpus_document *document = &corpus->documents[kind][d];
        const qiaoi_term_table *table = &corpus->shards[document->shard].tags;

        for (uint32_t i = 0; i < document->tag_count; i++)
            uses[at++] = (tag_use){table->bytes.data + table->offsets[document->tags[i]], d};
    }
    qsort(uses, count, sizeof *uses, compare_tags);
    st = write_sorted_tags(uses, count, kind, writer, err);
    qiao_free(uses);
    return st;
}

qiao_status
qiaoi_corpus_write_records(const qiaoi_corpus *corpus, const char *path, qiaoi_generation_writer **out, qiao_error *err)
{
    qiao_status st = qiaoi_generation_writer_open(path, out, err);

    if (st == QIAO_OK)
        st = write_records(corpus, *out, err);
    for (int kind = 0; st == QIAO_OK && kind < 2; kind++)
        st = write_tags(corpus, (qiao_kind)kind, *out, err);
    if (st != QIAO_OK) {
        qiaoi_generation_writer_abort(*out);
        *out = NULL;
    }
    return st;
}
