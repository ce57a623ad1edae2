/* The terms of the groups in a hash table by slot; a row is walked once, its terms looked up. */
#include "match/completion.h"

#include <string.h>

#define NONE UINT32_MAX

typedef struct use {
    uint32_t slot, share;
    uint32_t group; /* index into weights and sums */
    uint32_t next;  /* another use of the slot, or NONE */
} use;

struct qiaoi_completion {
    use *uses;
    uint32_t use_count, use_capacity;
    const uint32_t *units;
    uint32_t *table; /* index into uses by slot, or NONE; a power of two */
    uint32_t table_size;
    float *weights; /* of each group, in accumulator units */
    uint32_t *sums;
    uint32_t *touched;
    uint32_t group_capacity;
};

qiao_status
qiaoi_completion_new(qiaoi_completion **out, qiao_error *err)
{
    *out = qiao_calloc(1, sizeof **out);
    return *out == NULL ? qiao_fail_memory(err) : QIAO_OK;
}

void
qiaoi_completion_free(qiaoi_completion *completion)
{
    if (completion == NULL)
        return;
    qiao_free(completion->uses);
    qiao_free(completion->table);
    qiao_free(completion->weights);
    qiao_free(completion->sums);
    qiao_free(completion->touched);
    qiao_free(completion);
}

static bool
grow(void **array, size_t count, size_t size)
{
    void *grown = qiao_realloc_array(*array, count, size);

    if (grown != NULL)
        *array = grown;
    return grown != NULL;
}

static qiao_status
room(qiaoi_completion *c, uint32_t groups, uint32_t uses, qiao_error *err)
{
    void *weights = c->weights, *sums = c->sums, *touched = c->touched, *all = c->uses, *table = c->table;
    uint32_t size = c->table_size < 64 ? 64 : c->table_size;
    bool grown = true;

    while (size < uses * 4)
        size *= 2;
    if (groups > c->group_capacity) {
        grown = grow(&weights, groups, sizeof *c->weights);
        c->weights = weights;
        grown = grow(&sums, groups, sizeof *c->sums) && grown;
        c->sums = sums;
        grown = grow(&touched, groups, sizeof *c->touched) && grown;
        c->touched = touched;
        if (grown) {
            memset(c->sums, 0, groups * sizeof *c->sums);
            c->group_capacity = groups;
        }
    }
    if (grown && uses > c->use_capacity) {
        grown = grow(&all, uses, sizeof *c->uses);
        c->uses = all;
        c->use_capacity = grown ? uses : c->use_capacity;
    }
    if (grown && size > c->table_size) {
        grown = grow(&table, size, sizeof *c->table);
        c->table = table;
        c->table_size = grown ? size : c->table_size;
    }
    return grown ? QIAO_OK : qiao_fail_memory(err);
}

static inline uint32_t
place(const qiaoi_completion *c, uint32_t slot)
{
    return (slot * 0x9E3779B1u) >> 7 & (c->table_size - 1);
}

static void
add_use(qiaoi_completion *c, const qiaoi_list_use *list, uint32_t group)
{
    uint32_t at = place(c, list->slot);

    while (c->table[at] != NONE && c->uses[c->table[at]].slot != list->slot)
        at = (at + 1) & (c->table_size - 1);
    c->uses[c->use_count] = (use){list->slot, list->share, group, c->table[at]};
    c->table[at] = c->use_count++;
}

qiao_status
qiaoi_completion_set(qiaoi_completion *completion, const qiaoi_query *query, const qiaoi_work *work, uint32_t count,
                     const qiaoi_list_use *lists, const uint32_t units[256], qiao_error *err)
{
    uint32_t uses = 0;
    qiao_status st;

    for (uint32_t i = 0; i < count; i++)
        uses += work[i].count;
    st = room(completion, count, uses, err);
    if (st != QIAO_OK)
        return st;
    memset(completion->table, 0xFF, completion->table_size * sizeof *completion->table);
    completion->use_count = 0;
    completion->units = units;
    for (uint32_t i = 0; i < count; i++) {
        completion->weights[i] = query->groups[work[i].group].weight * QIAOI_SCORE_UNIT;
        for (uint32_t k = 0; k < work[i].count; k++)
            add_use(completion, &lists[work[i].first + k], i);
    }
    return QIAO_OK;
}

uint32_t
qiaoi_completion_add(qiaoi_completion *c, qiaoi_row row)
{
    uint32_t touched = 0, total = 0;

    for (uint32_t i = 0; i < row.count; i++) {
        uint32_t slot = row.entries[i] >> 8, impact = row.entries[i] & 255u, at = place(c, slot);

        while (c->table[at] != NONE && c->uses[c->table[at]].slot != slot)
            at = (at + 1) & (c->table_size - 1);
        for (uint32_t u = c->table[at]; u != NONE; u = c->uses[u].next) {
            uint32_t group = c->uses[u].group;

            if (c->sums[group] == 0)
                c->touched[touched++] = group;
            c->sums[group] += c->uses[u].share * c->units[impact];
        }
    }
    for (uint32_t i = 0; i < touched; i++) {
        total += qiaoi_saturate(c->weights[c->touched[i]], c->sums[c->touched[i]]);
        c->sums[c->touched[i]] = 0;
    }
    return total;
}
