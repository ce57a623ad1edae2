/* The vectors of topic.h: the need's is laid out by number of term, a document's is read from its row. */
#include "match/topic.h"

#include <math.h>
#include <string.h>

#define RARITY_POWER 1.5
/* Documents that a term must have to count in full: fewer in small catalogues. */
#define ENOUGH_DOCUMENTS_MOST 12u
#define ENOUGH_DOCUMENTS_STEP 1000u

qiao_status
qiaoi_topic_init(qiaoi_topic *topic, uint32_t terms, qiao_error *err)
{
    memset(topic, 0, sizeof *topic);
    topic->term_count = terms;
    topic->weights = qiao_calloc((size_t)terms + 1, sizeof *topic->weights);
    topic->slots = qiao_alloc(((size_t)terms + 1) * sizeof *topic->slots);
    for (int i = 0; i < 256; i++)
        topic->scale[i] = (float)log(1.0 + qiaoi_impact_frequency((uint8_t)i));
    if (topic->weights != NULL && topic->slots != NULL)
        return QIAO_OK;
    qiaoi_topic_done(topic);
    return qiao_fail_memory(err);
}

void
qiaoi_topic_done(qiaoi_topic *topic)
{
    for (int side = 0; side < 2; side++) {
        qiao_free(topic->sides[side].idf);
        qiao_free(topic->sides[side].norms);
    }
    qiao_free(topic->weights);
    qiao_free(topic->slots);
    memset(topic, 0, sizeof *topic);
}

/* The idf of a term that just enough documents have. */
static float
enough(uint32_t documents)
{
    uint32_t few = 1 + documents / ENOUGH_DOCUMENTS_STEP;

    few = few > ENOUGH_DOCUMENTS_MOST ? ENOUGH_DOCUMENTS_MOST : few;
    return (float)log(1.0 + ((double)documents - few + 0.5) / (few + 0.5));
}

/* Below enough documents a term counts in proportion to them: (df + .5) / (enough + .5), told by the difference of
 * idfs. */
static float
sober(float idf, float enough_idf)
{
    return idf <= enough_idf ? idf : idf * expf(enough_idf - idf);
}

static qiao_status
prepare_side(qiaoi_topic *topic, const qiao_generation *generation, qiao_kind kind, qiao_error *err)
{
    qiaoi_topic_side *side = topic->side = &topic->sides[kind];
    const float *idf = qiaoi_generation_idf(generation, kind);
    float enough_idf;

    if (side->idf != NULL)
        return QIAO_OK;
    side->documents = qiao_generation_count(generation, kind);
    enough_idf = enough(qiaoi_generation_statistics(generation, kind)->documents);
    qiao_free(side->norms);
    side->norms = qiao_calloc((size_t)side->documents + 1, sizeof *side->norms);
    side->idf = side->norms == NULL ? NULL : qiao_alloc(((size_t)topic->term_count + 1) * sizeof *side->idf);
    if (side->idf == NULL)
        return qiao_fail_memory(err);
    for (uint32_t t = 0; t < topic->term_count; t++)
        side->idf[t] = sober(idf[t], enough_idf);
    return QIAO_OK;
}

static double
word_weight(const qiaoi_query_word *word)
{
    bool number = true;

    for (uint32_t i = 0; i < word->form_length && number; i++)
        number = word->form[i] >= '0' && word->form[i] <= '9';
    if (number || (!word->latin && word->form_length <= 4 && (unsigned char)word->form[0] >= 0xE0u))
        return 0;
    return (1.0 + log((double)word->count)) * (double)word->background * pow(word->rarity, RARITY_POWER);
}

qiao_status
qiaoi_topic_set(qiaoi_topic *topic, const qiaoi_query *query, const qiao_generation *generation, qiao_kind side,
                qiao_error *err)
{
    const float *plain = qiaoi_generation_idf(generation, side);
    double squares = 0;
    qiao_status st = prepare_side(topic, generation, side, err);

    for (uint32_t i = 0; i < topic->slot_count; i++)
        topic->weights[topic->slots[i]] = 0;
    topic->slot_count = 0;
    for (uint32_t g = 0; st == QIAO_OK && g < query->group_count; g++) {
        const qiaoi_group *group = &query->groups[g];
        double q = group->kind == QIAOI_GROUP_WORD ? word_weight(&query->words[group->word]) : 0;

        for (uint32_t i = 0; q > 0 && i < group->count; i++) {
            const qiaoi_query_term *term = &query->terms[group->first + i];
            float idf = term->slot < topic->term_count ? plain[term->slot] : 0, add;

            if (idf <= 0)
                continue;
            add = (float)(q * (double)term->weight * (double)group->idf) * topic->side->idf[term->slot] / idf;
            topic->weights[term->slot] += add;
        }
    }
    for (uint32_t i = 0; st == QIAO_OK && i < query->by_slot_count; i++) {
        uint32_t slot = (uint32_t)(query->by_slot[i] >> 32);
        bool seen = topic->slot_count > 0 && topic->slots[topic->slot_count - 1] == slot;

        if (!seen && slot < topic->term_count && topic->weights[slot] > 0)
            topic->slots[topic->slot_count++] = slot;
    }
    for (uint32_t i = 0; i < topic->slot_count; i++) {
        double w = (double)topic->weights[topic->slots[i]];

        squares += w * w;
    }
    topic->norm = (float)sqrt(squares);
    return st;
}

static double
norm_of(const qiaoi_topic *topic, qiaoi_row row)
{
    double squares = 0;

    for (uint32_t i = 0; i < row.count; i++) {
        uint32_t slot = row.entries[i] >> 8;
        float v = slot < topic->term_count ? topic->scale[row.entries[i] & 255u] * topic->side->idf[slot] : 0;

        squares += (double)(v * v);
    }
    return sqrt(squares);
}

double
qiaoi_topic_fit(qiaoi_topic *topic, const qiao_generation *generation, qiao_kind side, uint32_t docid, qiaoi_row met)
{
    double product = 0, *norm = docid < topic->side->documents ? &topic->side->norms[docid] : NULL;

    for (uint32_t i = 0; i < met.count; i++) {
        uint32_t slot = met.entries[i] >> 8;

        if (slot < topic->term_count && topic->weights[slot] > 0)
            product += (double)(topic->weights[slot] * (topic->scale[met.entries[i] & 255u] * topic->side->idf[slot]));
    }
    if (product <= 0 || norm == NULL)
        return 0;
    if (*norm <= 0)
        *norm = norm_of(topic, qiaoi_generation_row(generation, side, docid));
    return product / (*norm * (double)topic->norm);
}
