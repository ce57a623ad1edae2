/* A stored block is looked over before it is believed. */
#include "report/facts_of.h"

#include "store/generation_internal.h"

qiao_status
qiaoi_facts_of(const qiao_generation *generation, qiao_kind kind, uint32_t docid, const qiaoi_facts **out,
               qiao_error *err)
{
    const void *block;
    size_t length;
    qiao_status st = qiaoi_generation_facts(generation, kind, docid, &block, &length, err);

    *out = NULL;
    if (st == QIAO_OK && !qiaoi_facts_sound(block, length))
        st = qiao_fail(err, QIAO_E_CORRUPT, "generation %llu: the facts of a record are damaged",
                       (unsigned long long)qiao_generation_manifest(generation)->generation);
    if (st == QIAO_OK)
        *out = block;
    return st;
}
