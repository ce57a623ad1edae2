/* See title.h. The title's terms and a document's row are both in order of slot: one walk meets them. */
#include "match/title.h"

#include <stdlib.h>
#include <string.h>

#define K1 1.2

static int
compare_terms(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

void
qiaoi_title_set(qiaoi_title *title, const qiaoi_query *query, const qiaoi_query_text *texts)
{
    title->term_count = title->word_count = 0;
    title->attainable = 0;
    for (uint32_t g = 0; g < query->group_count; g++) {
        const qiaoi_group *group = &query->groups[g];

        if (group->kind != QIAOI_GROUP_WORD || strcmp(texts[query->words[group->word].text].name, "title") != 0 ||
            title->word_count == QIAOI_TITLE_WORDS || title->term_count + group->count > QIAOI_TITLE_TERMS)
            continue;
        for (uint32_t i = 0; i < group->count; i++) {
            const qiaoi_query_term *term = &query->terms[group->first + i];

            title->terms[title->term_count].slot = term->slot;
            title->terms[title->term_count].word = (uint32_t)title->word_count;
            title->terms[title->term_count++].weight = term->weight;
        }
        title->weights[title->word_count++] = group->weight;
        title->attainable += (double)group->weight;
    }
    qsort(title->terms, title->term_count, sizeof *title->terms, compare_terms);
}

double
qiaoi_title_evidence(const qiaoi_title *title, qiaoi_row met)
{
    double sums[QIAOI_TITLE_WORDS], total = 0;
    size_t t = 0;

    if (title->attainable <= 0)
        return -1;
    memset(sums, 0, title->word_count * sizeof *sums);
    for (uint32_t i = 0; i < met.count && t < title->term_count; i++) {
        uint32_t slot = met.entries[i] >> 8;

        while (t < title->term_count && title->terms[t].slot < slot)
            t++;
        for (; t < title->term_count && title->terms[t].slot == slot; t++)
            sums[title->terms[t].word] +=
                (double)title->terms[t].weight * qiaoi_impact_frequency((uint8_t)(met.entries[i] & 255u));
    }
    for (size_t w = 0; w < title->word_count; w++)
        total += (double)title->weights[w] * (sums[w] / (K1 + sums[w]));
    return total / title->attainable;
}
