/* One of each group in a list, and who it stands for: see duplicates.h. */
#include "match/duplicates.h"

#include "qiao/duplicates.h"

#include <string.h>

static const qiao_duplicate *
group_of(const qiao_matcher *matcher, uint32_t docid, uint32_t *count)
{
    return qiao_generation_duplicates(matcher->generation, matcher->side, docid, count);
}

/* Is one of the group among the first `kept` candidates? Groups are small. */
static bool
stands_already(const qiao_matcher *matcher, const qiao_duplicate *group, uint32_t count, size_t kept)
{
    for (size_t i = 0; i < kept; i++) {
        uint32_t docid = matcher->candidates[i].docid;

        for (uint32_t k = 0; k < count; k++)
            if (group[k].docid == docid)
                return true;
    }
    return false;
}

void
qiaoi_duplicates_collapse(qiao_matcher *matcher)
{
    size_t kept = 0;

    for (size_t i = 0; i < matcher->candidate_count; i++) {
        const qiaoi_candidate *candidate = &matcher->candidates[i];
        uint32_t count;
        const qiao_duplicate *group = group_of(matcher, candidate->docid, &count);

        if (group != NULL && stands_already(matcher, group, count, kept))
            qiao_record_free(candidate->record);
        else if (kept++ != i)
            matcher->candidates[kept - 1] = *candidate;
    }
    matcher->candidate_count = kept;
}

qiao_status
qiaoi_duplicates_answer(qiao_matcher *matcher, const qiao_match_request *request, const qiaoi_candidate *candidate,
                        qiao_buffer *out, qiao_error *err)
{
    uint32_t count;
    const qiao_duplicate *group = group_of(matcher, candidate->docid, &count);
    const uint64_t *passing = NULL;
    bool any = false;
    qiao_status st;

    if (group == NULL)
        return QIAO_OK;
    st = qiaoi_matcher_filter(matcher, request, &passing, err);
    for (uint32_t i = 0; st == QIAO_OK && i < count; i++) {
        uint32_t docid = group[i].docid;
        const char *id = qiao_generation_id(matcher->generation, matcher->side, docid);

        if (docid == candidate->docid || (passing[docid >> 6] >> (docid & 63) & 1) == 0)
            continue;
        qiao_buffer_text(out, any ? "," : ",\"duplicates\":[");
        qiao_buffer_json_string(out, id, strlen(id));
        any = true;
    }
    if (any)
        qiao_buffer_char(out, ']');
    return st;
}
