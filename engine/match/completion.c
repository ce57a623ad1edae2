/* The terms of the groups in a hash table by slot; a row is walked once, its terms looked up. The lists of terms that
 * are in no row are gone through once for all documents. */
#include "match/completion.h"

#include <string.h>

#define NONE UINT32_MAX
#define MARKS 65536u     /* bits; a slot's is its low sixteen bits */
#define ENTRIES_MAX 256u /* of a row that are looked at together */

typedef struct use {
    uint32_t slot, share;
    uint32_t group; /* index into weights and sums */
    uint32_t next;  /* another use of the slot, or NONE */
} use;

/* A posting of a document asked for, in a list that is in no row. */
typedef struct met {
    uint32_t group, value;
    uint32_t next; /* another one of the document, or NONE */
} met;

struct qiaoi_completion {
    use *uses;
    uint32_t use_count, use_capacity;
    const uint32_t *units;
    uint32_t *table; /* index into uses by slot, or NONE; a power of two */
    uint32_t table_size;
    uint64_t marks[MARKS / 64]; /* which slots may be in the table: nine entries of a row in ten are not */
    float *weights;             /* of each group, in accumulator units */
    uint32_t *sums;
    uint32_t *touched;
    uint32_t group_capacity;
    met *mets;
    uint32_t met_count, met_capacity;
    uint32_t first_met[QIAOI_RANGE_SIZE];  /* of the documents asked for: index into mets, or NONE */
    uint64_t asked[QIAOI_RANGE_SIZE / 64]; /* a bit for each of them */
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
    qiao_free(completion->mets);
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
    uint32_t at = place(c, list->slot), mark = list->slot & (MARKS - 1);

    c->marks[mark >> 6] |= (uint64_t)1 << (mark & 63u);
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
    memset(completion->marks, 0, sizeof completion->marks);
    completion->use_count = 0;
    completion->units = units;
    for (uint32_t i = 0; i < count; i++) {
        completion->weights[i] = query->groups[work[i].group].weight * QIAOI_SCORE_UNIT;
        for (uint32_t k = 0; k < work[i].count; k++)
            if (lists[work[i].first + k].in_rows)
                add_use(completion, &lists[work[i].first + k], i);
    }
    return QIAO_OK;
}

/* Room for all that lists in no row can have of so many documents. */
static qiao_status
room_for_met(qiaoi_completion *c, const qiaoi_work *work, uint32_t count, const qiaoi_list_use *lists,
             uint32_t documents, qiao_error *err)
{
    uint32_t most = 1;
    void *mets = c->mets;

    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < work[i].count; k++) {
            const qiaoi_list_use *list = &lists[work[i].first + k];

            most += list->in_rows ? 0 : list->list.count < documents ? list->list.count : documents;
        }
    if (most <= c->met_capacity)
        return QIAO_OK;
    if (!grow(&mets, most, sizeof *c->mets))
        return qiao_fail_memory(err);
    c->mets = mets;
    c->met_capacity = most;
    return QIAO_OK;
}

static void
meet_list(qiaoi_completion *c, const qiaoi_list_use *list, uint32_t group)
{
    const uint16_t *documents = list->list.documents;
    const uint64_t *asked = c->asked;

    for (uint32_t i = 0; i < list->list.count; i++) {
        uint32_t document = documents[i];

        if ((asked[document >> 6] >> (document & 63u) & 1u) == 0 || c->met_count == c->met_capacity)
            continue; /* a damaged list may name a document twice */
        c->mets[c->met_count] = (met){group, list->share * c->units[list->list.impacts[i]], c->first_met[document]};
        c->first_met[document] = c->met_count++;
    }
}

qiao_status
qiaoi_completion_meet(qiaoi_completion *completion, const qiaoi_work *work, uint32_t count, const qiaoi_list_use *lists,
                      const uint16_t *documents, uint32_t document_count, qiao_error *err)
{
    qiao_status st = room_for_met(completion, work, count, lists, document_count, err);

    if (st != QIAO_OK)
        return st;
    memset(completion->asked, 0, sizeof completion->asked);
    completion->met_count = 0;
    for (uint32_t i = 0; i < document_count; i++) {
        completion->asked[documents[i] >> 6] |= (uint64_t)1 << (documents[i] & 63u);
        completion->first_met[documents[i]] = NONE;
    }
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; work[i].apart > 0 && k < work[i].count; k++)
            if (!lists[work[i].first + k].in_rows)
                meet_list(completion, &lists[work[i].first + k], i);
    return QIAO_OK;
}

/* Entries whose slot may be in the table, into out[0..returned). */
static uint32_t
marked(const qiaoi_completion *c, const uint32_t *entries, uint32_t count, uint32_t out[ENTRIES_MAX])
{
    uint32_t found = 0;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t mark = entries[i] >> 8 & (MARKS - 1);

        out[found] = entries[i]; /* without a branch: it could not be foretold */
        found += (uint32_t)(c->marks[mark >> 6] >> (mark & 63u) & 1u);
    }
    return found;
}

/* Adds to the sum of a group; returns how many have a sum. */
static inline uint32_t
add_value(qiaoi_completion *c, uint32_t group, uint32_t value, uint32_t touched)
{
    if (c->sums[group] == 0)
        c->touched[touched++] = group;
    c->sums[group] += value;
    return touched;
}

/* An entry to the groups that ask for its slot. */
static uint32_t
sum_entry(qiaoi_completion *c, uint32_t entry, uint32_t touched)
{
    uint32_t slot = entry >> 8, at = place(c, slot);

    while (c->table[at] != NONE && c->uses[c->table[at]].slot != slot)
        at = (at + 1) & (c->table_size - 1);
    for (uint32_t u = c->table[at]; u != NONE; u = c->uses[u].next)
        touched = add_value(c, c->uses[u].group, c->uses[u].share * c->units[entry & 255u], touched);
    return touched;
}

uint32_t
qiaoi_completion_add(qiaoi_completion *c, uint16_t document, qiaoi_row row)
{
    uint32_t touched = 0, total = 0, found[ENTRIES_MAX];

    for (uint32_t m = c->first_met[document]; m != NONE; m = c->mets[m].next)
        touched = add_value(c, c->mets[m].group, c->mets[m].value, touched);
    for (uint32_t i = 0; i < row.count; i += ENTRIES_MAX) {
        uint32_t rest = row.count - i,
                 count = marked(c, row.entries + i, rest < ENTRIES_MAX ? rest : ENTRIES_MAX, found);

        for (uint32_t k = 0; k < count; k++)
            touched = sum_entry(c, found[k], touched);
    }
    for (uint32_t i = 0; i < touched; i++) {
        total += qiaoi_saturate(c->weights[c->touched[i]], c->sums[c->touched[i]]);
        c->sums[c->touched[i]] = 0;
    }
    return total;
}
