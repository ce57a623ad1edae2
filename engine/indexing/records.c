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

    return st == QIAO_OK ? qiaoi_generation_writer_record(writer, kind, docid, json.data, json.length, document->facts,
                                                          document->facts_length, err)
                         : st;
}

static bool
has_parent(const qiaoi_corpus *corpus)
{
    return corpus->parent != NULL && corpus->parent->generation != NULL;
}

/* A record that did not change is taken as the parent stores it: packing it again would give the same. */
static qiao_status
write_record(const qiaoi_corpus *corpus, qiaoi_generation_writer *writer, qiao_kind kind, uint32_t docid,
             qiaoi_unpacker *unpacker, qiao_error *err)
{
    const qiaoi_corpus_document *document = &corpus->documents[kind][docid];
    uint32_t then;

    if (document->found == 0 || !has_parent(corpus))
        return pack_record(document, writer, kind, docid, unpacker, err);
    then = document->found - 1 - (kind == QIAO_NEED ? corpus->parent->documents[QIAO_PROJECT] : 0);
    return qiaoi_generation_writer_kept(writer, kind, docid, corpus->parent->generation, then, err);
}

/* Where most will be taken from the parent, so are its files. */
static bool
takes_most(const qiaoi_corpus *corpus)
{
    uint64_t found = 0;

    for (int kind = 0; has_parent(corpus) && kind < 2; kind++)
        for (uint32_t d = 0; d < corpus->count[kind]; d++)
            found += corpus->documents[kind][d].found != 0;
    return 2 * found > (uint64_t)corpus->count[0] + corpus->count[1];
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
    if (st == QIAO_OK && takes_most(corpus))
        st = qiaoi_generation_writer_share(writer, corpus->parent->generation, err);
    if (st == QIAO_OK)
        st = write_all_records(corpus, writer, err);
    if (st == QIAO_OK)
        st = qiaoi_generation_writer_stored(writer, err);
    return st;
}

/* ---- tags: dealt by their numbers, documents stay in order ---- */

typedef struct known_tag {
    const char *tag;
    uint32_t shard, number; /* in that shard's table */
} known_tag;

typedef struct tag_table {
    known_tag *all; /* of all shards, in order of tag */
    size_t count;
    uint32_t **places; /* by shard and number: place among the distinct tags */
    const char **tags; /* distinct */
    size_t *begins;    /* by place, and one more: its documents below */
    size_t distinct;
    uint32_t *docids;
} tag_table;

static int
compare_tags(const void *a, const void *b)
{
    return strcmp(((const known_tag *)a)->tag, ((const known_tag *)b)->tag);
}

static void
free_tags(tag_table *table, size_t shards)
{
    for (size_t s = 0; table->places != NULL && s < shards; s++)
        qiao_free(table->places[s]);
    qiao_free(table->places);
    qiao_free(table->all);
    qiao_free(table->tags);
    qiao_free(table->begins);
    qiao_free(table->docids);
}

/* The tags of all shards; a tag that several have is one. */
static qiao_status
order_tags(const qiaoi_corpus *corpus, tag_table *table, qiao_error *err)
{
    size_t total = 0;

    for (size_t s = 0; s < corpus->shard_count; s++)
        total += corpus->shards[s].tags.count;
    table->all = qiao_alloc((total + 1) * sizeof *table->all);
    table->tags = qiao_alloc((total + 1) * sizeof *table->tags);
    table->begins = qiao_calloc(total + 2, sizeof *table->begins);
    table->places = qiao_calloc(corpus->shard_count + 1, sizeof *table->places);
    if (table->all == NULL || table->tags == NULL || table->begins == NULL || table->places == NULL)
        return qiao_fail_memory(err);
    for (size_t s = 0; s < corpus->shard_count; s++) {
        const qiaoi_term_table *tags = &corpus->shards[s].tags;

        table->places[s] = qiao_alloc(((size_t)tags->count + 1) * sizeof **table->places);
        if (table->places[s] == NULL)
            return qiao_fail_memory(err);
        for (uint32_t i = 0; i < tags->count; i++)
            table->all[table->count++] = (known_tag){tags->bytes.data + tags->offsets[i], (uint32_t)s, i};
    }
    if (table->count > 0)
        qsort(table->all, table->count, sizeof *table->all, compare_tags);
    for (size_t i = 0; i < table->count; i++) {
        const known_tag *known = &table->all[i];

        if (table->distinct == 0 || strcmp(table->tags[table->distinct - 1], known->tag) != 0)
            table->tags[table->distinct++] = known->tag;
        table->places[known->shard][known->number] = (uint32_t)table->distinct - 1;
    }
    return QIAO_OK;
}

/* Counts, then deals: begins end up where each tag's documents end, which is where those of the next begin. */
static qiao_status
deal_documents(const qiaoi_corpus *corpus, qiao_kind kind, tag_table *table, qiao_error *err)
{
    size_t at = 0;

    for (uint32_t d = 0; d < corpus->count[kind]; d++) {
        const qiaoi_corpus_document *document = &corpus->documents[kind][d];

        for (uint32_t i = 0; i < document->tag_count; i++)
            table->begins[table->places[document->shard][document->tags[i]] + 1]++;
    }
    for (size_t p = 0; p <= table->distinct; p++) {
        size_t n = table->begins[p];

        table->begins[p] = at + n;
        at += n;
    }
    table->docids = qiao_alloc((at + 1) * sizeof *table->docids);
    if (table->docids == NULL)
        return qiao_fail_memory(err);
    for (uint32_t d = 0; d < corpus->count[kind]; d++) {
        const qiaoi_corpus_document *document = &corpus->documents[kind][d];

        for (uint32_t i = 0; i < document->tag_count; i++)
            table->docids[table->begins[table->places[document->shard][document->tags[i]]]++] = d;
    }
    return QIAO_OK;
}

static qiao_status
write_tags(const qiaoi_corpus *corpus, qiao_kind kind, qiaoi_generation_writer *writer, qiao_error *err)
{
    tag_table table = {.count = 0};
    size_t begin = 0;
    qiao_status st = order_tags(corpus, &table, err);

    if (st == QIAO_OK)
        st = deal_documents(corpus, kind, &table, err);
    for (size_t p = 0; st == QIAO_OK && p < table.distinct; p++) {
        if (table.begins[p] > begin)
            st = qiaoi_generation_writer_tag(writer, kind, table.tags[p], table.docids + begin, table.begins[p] - begin,
                                             err);
        begin = table.begins[p];
    }
    free_tags(&table, corpus->shard_count);
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
