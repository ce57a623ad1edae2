/* See findings_tables.h. */
#include "indexing/findings_tables.h"

#include <string.h>

/* ---- tags: one table of all shards ---- */

qiao_status
qiaoi_findings_join_tags(const qiaoi_corpus *corpus, qiaoi_findings_tags *tags, qiao_error *err)
{
    tags->maps = qiao_calloc(corpus->shard_count + 1, sizeof *tags->maps);
    if (tags->maps == NULL)
        return qiao_fail_memory(err);
    for (size_t i = corpus->shard_count; i-- > 0;) { /* the last one first: its tags keep their numbers */
        const qiaoi_term_table *table = &corpus->shards[i].tags;
        size_t s = i;

        tags->maps[s] = qiao_alloc(((size_t)table->count + 1) * sizeof **tags->maps);
        if (tags->maps[s] == NULL)
            return qiao_fail_memory(err);
        for (uint32_t t = 0; t < table->count; t++) {
            const char *tag = table->bytes.data + table->offsets[t];
            qiao_status st = qiaoi_term_table_add(&tags->all, tag, strlen(tag), &tags->maps[s][t], err);

            if (st != QIAO_OK)
                return st;
        }
    }
    return QIAO_OK;
}

void
qiaoi_findings_tags_done(qiaoi_findings_tags *tags, size_t shards)
{
    for (size_t s = 0; tags->maps != NULL && s < shards; s++)
        qiao_free(tags->maps[s]);
    qiao_free(tags->maps);
    qiaoi_term_table_done(&tags->all);
}

/* ---- terms: those of an earlier build keep their numbers ---- */

/* Both are in order of their strings. */
qiao_status
qiaoi_findings_join_terms(const qiaoi_corpus *corpus, const qiaoi_findings *before, qiaoi_findings_terms *tables,
                          qiao_error *err)
{
    const qiaoi_term_table *kept = &corpus->shards[corpus->shard_count - 1].collector.terms;
    uint32_t k = 0;

    tables->count = before->header->term_count;
    tables->numbers = qiao_alloc(((size_t)corpus->term_count + 1) * sizeof *tables->numbers);
    if (tables->numbers == NULL)
        return qiao_fail_memory(err);
    for (uint32_t t = 0; t < corpus->term_count; t++) {
        const char *text = corpus->term_bytes.data + corpus->term_offsets[t];
        int order = 1;

        while (k < before->header->order_count &&
               (order = strcmp(kept->bytes.data + kept->offsets[before->order[k]], text)) < 0)
            k++;
        if (k < before->header->order_count && order == 0) {
            tables->numbers[t] = before->order[k++];
            continue;
        }
        tables->numbers[t] = tables->count++;
        qiao_buffer_append(&tables->added, text, strlen(text) + 1);
    }
    return qiao_buffer_check(&tables->added, err);
}

void
qiaoi_findings_terms_done(qiaoi_findings_terms *terms)
{
    qiao_free(terms->numbers);
    qiao_buffer_done(&terms->added);
}
