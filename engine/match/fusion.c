/* Fuses the term ranking of the matcher with the vectors of the generation: see fusion.h. Relies on engine/dense; relied on by matcher.c and answer.c. */
#include "match/fusion.h"

#include "dense/fusion.h"

/* Text value of the first place where terms say nothing at all, micro-units: below what a fair match by terms reaches. */
#define FLOOR_VALUE 100000

typedef struct fusion {
    qiaoi_dense_hit *hits;
    uint32_t *terms;
    qiaoi_fused *fused;
    size_t hit_count;
} fusion;

static const int8_t *
own_row(const qiao_matcher *matcher, float *scale)
{
    const qiaoi_vectors *vectors = qiaoi_generation_vectors(matcher->generation);

    return vectors == NULL ? NULL : qiaoi_vectors_row(vectors, matcher->side == QIAO_PROJECT ? QIAO_NEED : QIAO_PROJECT, matcher->given_docid, scale);
}

bool
qiaoi_fusion_applies(const qiao_matcher *matcher, const qiao_match_request *request)
{
    float scale;

    return !request->text_only && request->id != NULL && own_row(matcher, &scale) != NULL &&
           qiaoi_vectors_served(qiaoi_generation_vectors(matcher->generation), matcher->side);
}

static void
free_fusion(fusion *f)
{
    qiao_free(f->hits);
    qiao_free(f->terms);
    qiao_free(f->fused);
}

static qiao_status
init_fusion(fusion *f, size_t found, size_t depth, qiao_error *err)
{
    f->hits = qiao_alloc(depth * sizeof *f->hits);
    f->terms = qiao_alloc((found + 1) * sizeof *f->terms);
    f->fused = qiao_alloc((found + depth) * sizeof *f->fused);
    return f->hits == NULL || f->terms == NULL || f->fused == NULL ? qiao_fail_memory(err) : QIAO_OK;
}

/* The term hits stand in descending order, and what is not among them has less than the last of them or nothing. */
static int32_t
value_at(const qiao_matcher *matcher, size_t place, size_t found)
{
    int32_t least = (int32_t)((uint64_t)FLOOR_VALUE * (QIAOI_FUSION_K + 1u) / (QIAOI_FUSION_K + 1u + place));
    int32_t value = place < found ? qiaoi_matcher_text_value(matcher, matcher->retrieval.heap[place].score) : 0;

    return value > least ? value : least;
}

static void
take_fused(qiao_matcher *matcher, const fusion *f, size_t found)
{
    for (size_t i = 0; i < matcher->candidate_count; i++) {
        const qiaoi_fused *one = &f->fused[i];

        matcher->candidates[i] = (qiaoi_candidate){.docid = one->docid,
                                                   .text_score = one->term_rank > 0 ? matcher->retrieval.heap[one->term_rank - 1u].score : 0,
                                                   .place = (uint32_t)i + 1u,
                                                   .text_value = value_at(matcher, i, found),
                                                   .term_rank = one->term_rank,
                                                   .dense_rank = one->dense_rank,
                                                   .no_vector = one->no_vector,
                                                   .similarity = one->similarity};
    }
}

static qiao_status
fuse(qiao_matcher *matcher, fusion *f, size_t found, size_t wanted, qiao_error *err)
{
    const float *scales = qiaoi_vectors_scales(qiaoi_generation_vectors(matcher->generation), matcher->side);
    size_t count;
    qiao_status st;

    for (size_t i = 0; i < found; i++)
        f->terms[i] = matcher->retrieval.heap[i].docid;
    count = qiaoi_fuse(f->terms, found, f->hits, f->hit_count, scales, f->fused);
    count = count < wanted ? count : wanted;
    st = qiaoi_matcher_room(matcher, count, err);
    if (st != QIAO_OK)
        return st;
    matcher->candidate_count = count;
    take_fused(matcher, f, found);
    return QIAO_OK;
}

qiao_status
qiaoi_fuse_candidates(qiao_matcher *matcher, const uint64_t *filter, size_t found, size_t wanted, qiao_error *err)
{
    size_t depth = qiaoi_fusion_depth(wanted);
    float scale = 0;
    const int8_t *row = own_row(matcher, &scale);
    fusion f = {0};
    qiao_status st = init_fusion(&f, found, depth, err);

    if (st == QIAO_OK)
        st = qiaoi_dense_search(qiaoi_generation_vectors(matcher->generation), matcher->side, row, scale, filter, depth, f.hits, &f.hit_count, err);
    if (st == QIAO_OK)
        st = fuse(matcher, &f, found, wanted, err);
    free_fusion(&f);
    return st;
}

void
qiaoi_fusion_scores(qiao_matcher *matcher, size_t first, size_t count)
{
    for (size_t i = first; i < matcher->candidate_count && i - first < count; i++) {
        qiaoi_candidate *candidate = &matcher->candidates[i];

        if (candidate->term_rank == 0)
            candidate->text_score = qiaoi_contributions(&matcher->query, matcher->generation, matcher->side, candidate->docid, matcher->contributions);
    }
}

static void
write_rank(qiao_buffer *out, const char *name, uint32_t rank)
{
    if (rank == 0)
        qiao_buffer_printf(out, "\"%s\":null", name);
    else
        qiao_buffer_printf(out, "\"%s\":%u", name, (unsigned)rank);
}

void
qiaoi_fusion_answer(const qiaoi_candidate *candidate, qiao_buffer *out)
{
    if (candidate->place == 0)
        return;
    qiao_buffer_printf(out, ",\"fusion\":{\"place\":%u,", (unsigned)candidate->place);
    write_rank(out, "term_rank", candidate->term_rank);
    qiao_buffer_char(out, ',');
    write_rank(out, "dense_rank", candidate->dense_rank);
    if (candidate->dense_rank > 0)
        qiao_buffer_printf(out, ",\"similarity\":%.4f", (double)candidate->similarity);
    qiao_buffer_printf(out, ",\"has_vector\":%s}", candidate->no_vector ? "false" : "true");
}
