/* Verdicts become counts by pair: ids are looked up in the corpus, which is in order of id. */
#include "indexing/verdicts.h"

#include "qiao/catalog.h"
#include "qiao/feedback.h"
#include "store/verdicts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct gathering {
    qiaoi_corpus *corpus;
    qiaoi_verdict *items;
    size_t count, capacity;
} gathering;

static bool
find(const qiaoi_corpus *corpus, qiao_kind kind, const char *id, uint32_t *out)
{
    uint32_t low = 0, high = corpus->count[kind];

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(corpus->documents[kind][middle].id, id);

        if (order == 0) {
            *out = middle;
            return true;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static qiao_status
take(const qiao_feedback *feedback, uint64_t sequence, void *context, qiao_error *err)
{
    gathering *g = context;
    qiaoi_verdict verdict = {.accepts = feedback->accepted, .rejects = !feedback->accepted};

    if (sequence > g->corpus->sequence)
        g->corpus->sequence = sequence;
    if (!qiao_feedback_about_fit(feedback) || !find(g->corpus, QIAO_NEED, feedback->need, &verdict.need) ||
        !find(g->corpus, QIAO_PROJECT, feedback->project, &verdict.project))
        return QIAO_OK;
    if (g->count == g->capacity) {
        size_t capacity = g->capacity == 0 ? 256 : g->capacity * 2;
        qiaoi_verdict *grown = qiao_realloc_array(g->items, capacity, sizeof *grown);

        if (grown == NULL)
            return qiao_fail_memory(err);
        g->items = grown;
        g->capacity = capacity;
    }
    g->items[g->count++] = verdict;
    return QIAO_OK;
}

static int
compare_pairs(const void *a, const void *b)
{
    const qiaoi_verdict *x = a, *y = b;

    if (x->need != y->need)
        return x->need < y->need ? -1 : 1;
    return x->project < y->project ? -1 : x->project > y->project;
}

static uint32_t
add_up(qiaoi_verdict *items, size_t count)
{
    uint32_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && compare_pairs(&items[kept - 1], &items[i]) == 0) {
            items[kept - 1].accepts += items[i].accepts;
            items[kept - 1].rejects += items[i].rejects;
        } else {
            items[kept++] = items[i];
        }
    }
    return kept;
}

qiao_status
qiaoi_corpus_verdicts(qiaoi_corpus *corpus, qiao_source_store *store, qiaoi_verdict_list *out, qiao_error *err)
{
    gathering g = {.corpus = corpus};
    qiao_status st = qiao_source_store_each_feedback(store, take, &g, err);

    if (st == QIAO_OK && g.count > 0) {
        qsort(g.items, g.count, sizeof *g.items, compare_pairs);
        out->count = add_up(g.items, g.count);
    }
    out->items = g.items;
    return st;
}

qiao_status
qiaoi_corpus_write_verdicts(const qiaoi_corpus *corpus, const qiaoi_verdict_list *list, const char *folder,
                            qiao_error *err)
{
    char path[QIAO_PATH_MAX + 32];

    if (list->count == 0)
        return QIAO_OK;
    snprintf(path, sizeof path, "%s/%s", folder, QIAOI_VERDICTS_NAME);
    return qiaoi_verdicts_write(path, corpus->count, list->items, list->count, err);
}
