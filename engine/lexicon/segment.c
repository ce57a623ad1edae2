/* Dynamic programming from the right end of the run; candidate lengths come from the two-character length masks, so few
 * keys are hashed. */
#include "lexicon/segment.h"

static uint32_t
entry_cost(const qiao_lexicon *lexicon, uint32_t entry)
{
    return entry == 0 ? QIAOI_COST_UNKNOWN : lexicon->entries[entry - 1].cost;
}

static void
consider(qiaoi_run *run, uint32_t at, uint32_t length, uint32_t entry, uint32_t cost)
{
    uint32_t total = cost + run->cost[at + length];

    if (total < run->cost[at]) {
        run->cost[at] = total;
        run->best_entry[at] = entry;
        run->best_length[at] = (uint16_t)length;
    }
}

static void
consider_words(const qiao_lexicon *lexicon, qiaoi_lexicon_language language, qiaoi_run *run, uint32_t at, uint32_t end,
               uint32_t longest)
{
    uint32_t mask = lexicon->lengths[qiaoi_length_slot(language, run->characters[at], run->characters[at + 1])];
    uint32_t room = end - at;

    if (room > longest)
        room = longest;
    /* longest first: at equal cost the longer word stays */
    for (uint32_t length = room < QIAOI_KEY_CHARACTERS_MAX ? room : QIAOI_KEY_CHARACTERS_MAX; length >= 2; length--) {
        uint32_t entry;

        if ((mask >> (length - 1) & 1u) == 0)
            continue;
        entry = qiaoi_lexicon_find(lexicon, language, run->bytes + run->starts[at],
                                   run->starts[at + length] - run->starts[at]);
        if (entry != 0)
            consider(run, at, length, entry, entry_cost(lexicon, entry));
    }
}

static uint32_t
single_entry(const qiao_lexicon *lexicon, qiaoi_lexicon_language language, uint32_t character)
{
    return character < 65536u ? lexicon->characters[(uint32_t)language * 65536u + character] : 0;
}

size_t
qiaoi_segment(const qiao_lexicon *lexicon, qiaoi_lexicon_language language, qiaoi_run *run, uint32_t first,
              uint32_t end, bool whole_allowed, qiaoi_piece *pieces)
{
    size_t count = 0;

    run->cost[end] = 0;
    for (uint32_t at = end; at-- > first;) {
        uint32_t entry = single_entry(lexicon, language, run->characters[at]);
        uint32_t longest = !whole_allowed && at == first ? end - first - 1 : end - at;

        run->cost[at] = UINT32_MAX;
        if (at + 1 < end && longest >= 2)
            consider_words(lexicon, language, run, at, end, longest);
        if (longest >= 1)
            consider(run, at, 1, entry, entry_cost(lexicon, entry));
    }
    for (uint32_t at = first; at < end; at += run->best_length[at])
        pieces[count++] = (qiaoi_piece){at, at + run->best_length[at], run->best_entry[at]};
    return count;
}
