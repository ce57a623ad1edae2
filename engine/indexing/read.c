/* Reads the source store into the corpus, in order of id, the records where they lie; frees the corpus. */
#include "indexing/corpus.h"

#include <string.h>

void
qiaoi_corpus_done(qiaoi_corpus *corpus)
{
    for (size_t i = 0; i < corpus->shard_count; i++) {
        qiaoi_collector_done(&corpus->shards[i].collector);
        qiaoi_term_table_done(&corpus->shards[i].tags);
    }
    qiao_free(corpus->shards);
    qiao_free(corpus->documents[0]);
    qiao_free(corpus->documents[1]);
    qiao_arena_free(corpus->arena);
    qiao_free(corpus->term_offsets);
    qiao_buffer_done(&corpus->term_bytes);
    qiao_free(corpus->term_df);
    qiao_free(corpus->entry_df);
    qiao_free(corpus->pairs);
    qiao_free(corpus->pair_keys);
    qiao_free(corpus->kept_terms);
    qiaoi_source_view_close(corpus->view);
    memset(corpus, 0, sizeof *corpus);
}

static qiao_status
grow(qiaoi_corpus *corpus, qiao_kind kind, qiao_error *err)
{
    uint32_t capacity = corpus->capacity[kind] == 0 ? 4096 : corpus->capacity[kind] * 2;
    qiaoi_corpus_document *grown = qiao_realloc_array(corpus->documents[kind], capacity, sizeof *grown);

    if (grown == NULL)
        return qiao_fail_memory(err);
    corpus->documents[kind] = grown;
    corpus->capacity[kind] = capacity;
    return QIAO_OK;
}

static qiao_status
take(const qiao_source_entry *entry, qiao_bytes stored, void *context, qiao_error *err)
{
    qiaoi_corpus *corpus = context;
    qiaoi_corpus_document *document;

    if (entry->sequence > corpus->sequence)
        corpus->sequence = entry->sequence;
    if (stored.data == NULL)
        return QIAO_OK;
    if (corpus->count[entry->kind] == corpus->capacity[entry->kind]) {
        qiao_status st = grow(corpus, entry->kind, err);

        if (st != QIAO_OK)
            return st;
    }
    document = &corpus->documents[entry->kind][corpus->count[entry->kind]];
    memset(document, 0, sizeof *document);
    document->id = qiao_arena_strndup(corpus->arena, entry->id, strlen(entry->id));
    document->stored = stored;
    document->content_hash = entry->content_hash;
    if (document->id == NULL)
        return qiao_fail_memory(err);
    corpus->count[entry->kind]++;
    return QIAO_OK;
}

qiao_status
qiaoi_corpus_json(const qiaoi_corpus_document *document, qiaoi_unpacker *unpacker, qiao_bytes *out, qiao_error *err)
{
    if (document->json == NULL)
        return qiaoi_unpack(unpacker, document->id, document->stored, out, err);
    *out = (qiao_bytes){document->json, document->length};
    return QIAO_OK;
}

qiao_status
qiaoi_corpus_read(qiaoi_corpus *corpus, qiao_source_store *store, qiao_error *err)
{
    qiao_status st = qiaoi_source_view_open(store, &corpus->view, err);

    if (st != QIAO_OK)
        return st;
    corpus->arena = qiao_arena_new(4u << 20);
    return corpus->arena == NULL ? qiao_fail_memory(err) : qiaoi_source_view_each(corpus->view, take, corpus, err);
}
