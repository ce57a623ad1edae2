/* A stored block lies where the map has it: it is copied to an aligned place and looked over before it is believed. */
#include "report/facts_of.h"

#include "store/generation_internal.h"

#include <string.h>

qiao_status
qiaoi_facts_of(qiaoi_facts_reader *reader, qiao_kind kind, uint32_t docid, const qiaoi_facts **out, qiao_error *err)
{
    const void *bytes;
    size_t length, words;
    qiao_status st = qiaoi_generation_facts(reader->generation, kind, docid, &bytes, &length, err);

    *out = NULL;
    if (st != QIAO_OK)
        return st;
    words = length / sizeof(uint64_t) + 1;
    if (words > reader->room) {
        uint64_t *more = qiao_realloc_array(reader->block, words * 2, sizeof *more);

        if (more == NULL)
            return qiao_fail_memory(err);
        reader->block = more;
        reader->room = words * 2;
    }
    memcpy(reader->block, bytes, length);
    if (!qiaoi_facts_sound(reader->block, length))
        return qiao_fail(err, QIAO_E_CORRUPT, "generation %llu: the facts of a record are damaged",
                         (unsigned long long)qiao_generation_manifest(reader->generation)->generation);
    *out = (const qiaoi_facts *)(const void *)reader->block;
    return QIAO_OK;
}

void
qiaoi_facts_reader_done(qiaoi_facts_reader *reader)
{
    qiao_free(reader->block);
    reader->block = NULL;
    reader->room = 0;
}
