/* See words.h. */
#include "indexing/words.h"

#include "indexing/findings.h"

#include <string.h>

qiao_status
qiaoi_words_init(qiaoi_words *words, const qiaoi_corpus *corpus, qiao_error *err)
{
    uint32_t count;

    *words = (qiaoi_words){.corpus = corpus};
    if (!corpus->words_left)
        return QIAO_OK;
    count = corpus->findings->header->term_count;
    words->numbers = qiao_alloc(((size_t)count + 1) * sizeof *words->numbers);
    if (words->numbers == NULL)
        return qiao_fail_memory(err);
    memset(words->numbers, 0xFF, (size_t)count * sizeof *words->numbers); /* QIAOI_NO_TERM */
    for (uint32_t k = 0; k < corpus->kept_term_count; k++)
        words->numbers[corpus->kept_order[k]] = corpus->kept_terms[k];
    return QIAO_OK;
}

void
qiaoi_words_done(qiaoi_words *words)
{
    qiao_free(words->numbers);
    words->numbers = NULL;
}

qiao_status
qiaoi_words_take(const qiaoi_words *words, const qiaoi_corpus_document *document, qiao_arena *arena,
                 qiaoi_document *out, qiao_error *err)
{
    qiao_status st;

    *out = document->use;
    if (words->numbers == NULL || document->found == 0)
        return QIAO_OK;
    st = qiaoi_findings_take_words(words->corpus->findings, document->found - 1, arena, out, err);
    if (st != QIAO_OK)
        return st;
    for (uint32_t i = 0; i < out->term_count; i++)
        out->terms[i].id = words->numbers[out->terms[i].id];
    for (uint32_t i = 0; i < out->pair_count; i++) {
        out->pairs[i].first = words->numbers[out->pairs[i].first];
        out->pairs[i].second = words->numbers[out->pairs[i].second];
    }
    return QIAO_OK;
}
