/* What the learner saw before, and how often. */
#include "lexicon/learn_internal.h"

#include <string.h>

static uint64_t
slot_of(const qiaoi_repeats *repeats, uint64_t hash)
{
    uint64_t i = hash & (repeats->size - 1);

    while (repeats->counts[i] != 0 && repeats->keys[i] != hash)
        i = (i + 1) & (repeats->size - 1);
    return i;
}

static qiao_status
grow(qiaoi_repeats *repeats, qiao_error *err)
{
    qiaoi_repeats larger = {.size = repeats->size == 0 ? 1024 : repeats->size * 2, .used = repeats->used};

    larger.keys = qiao_calloc(larger.size, sizeof *larger.keys);
    larger.counts = qiao_calloc(larger.size, sizeof *larger.counts);
    if (larger.keys == NULL || larger.counts == NULL) {
        qiaoi_repeats_done(&larger);
        return qiao_fail_memory(err);
    }
    for (uint64_t i = 0; i < repeats->size; i++)
        if (repeats->counts[i] != 0) {
            uint64_t to = slot_of(&larger, repeats->keys[i]);

            larger.keys[to] = repeats->keys[i];
            larger.counts[to] = repeats->counts[i];
        }
    qiaoi_repeats_done(repeats);
    *repeats = larger;
    return QIAO_OK;
}

qiao_status
qiaoi_repeats_add(qiaoi_repeats *repeats, uint64_t hash, unsigned limit, bool *fresh_out, qiao_error *err)
{
    uint64_t at;

    if (repeats->used * 2 >= repeats->size) {
        qiao_status st = grow(repeats, err);

        if (st != QIAO_OK)
            return st;
    }
    at = slot_of(repeats, hash);
    repeats->used += repeats->counts[at] == 0;
    repeats->keys[at] = hash;
    *fresh_out = repeats->counts[at] < limit;
    if (*fresh_out)
        repeats->counts[at]++;
    return QIAO_OK;
}

void
qiaoi_repeats_done(qiaoi_repeats *repeats)
{
    qiao_free(repeats->keys);
    qiao_free(repeats->counts);
    memset(repeats, 0, sizeof *repeats);
}
