/* See row_terms.h. The bits of a catalogue's terms stay in the processor's nearest memory, and no entry costs a branch.
 */
#include "match/row_terms.h"

#include <string.h>

qiao_status
qiaoi_row_terms_init(qiaoi_row_terms *terms, uint32_t term_count, qiao_error *err)
{
    memset(terms, 0, sizeof *terms);
    terms->term_count = term_count < QIAOI_ROWS_SLOTS ? term_count : QIAOI_ROWS_SLOTS;
    terms->bits = qiao_calloc(QIAOI_ROWS_SLOTS / 32, sizeof *terms->bits); /* pages that no term needs stay unused */
    return terms->bits != NULL ? QIAO_OK : qiao_fail_memory(err);
}

void
qiaoi_row_terms_done(qiaoi_row_terms *terms)
{
    qiao_free(terms->bits);
    qiao_free(terms->marked);
    qiao_free(terms->met);
    memset(terms, 0, sizeof *terms);
}

/* A row has a term once at most, so it meets no more entries than there are terms. */
static qiao_status
room(qiaoi_row_terms *terms, uint32_t count, qiao_error *err)
{
    if (count <= terms->marked_capacity)
        return QIAO_OK;
    qiao_free(terms->marked);
    qiao_free(terms->met);
    terms->marked = qiao_alloc(count * sizeof *terms->marked);
    terms->met = qiao_alloc(((size_t)count + 1) * sizeof *terms->met);
    terms->marked_capacity = terms->marked != NULL && terms->met != NULL ? count : 0;
    return terms->marked_capacity > 0 ? QIAO_OK : qiao_fail_memory(err);
}

qiao_status
qiaoi_row_terms_set(qiaoi_row_terms *terms, const qiaoi_query *query, qiao_error *err)
{
    qiao_status st;

    for (uint32_t i = 0; i < terms->marked_count; i++)
        terms->bits[terms->marked[i] >> 5] = 0;
    terms->marked_count = 0;
    st = room(terms, query->term_count, err);
    for (uint32_t i = 0; st == QIAO_OK && i < query->term_count; i++) {
        uint32_t slot = query->terms[i].slot, bit = 1u << (slot & 31u);

        if (slot >= terms->term_count || (terms->bits[slot >> 5] & bit) != 0)
            continue;
        terms->bits[slot >> 5] |= bit;
        terms->marked[terms->marked_count++] = slot;
    }
    return st;
}

qiaoi_row
qiaoi_row_terms_met(qiaoi_row_terms *terms, qiaoi_row row)
{
    const uint32_t *bits = terms->bits;
    uint32_t *met = terms->met, count = 0;

    if (terms->marked_count == 0)
        return (qiaoi_row){NULL, 0};
    for (uint32_t i = 0; i < row.count && count <= terms->marked_count; i++) {
        uint32_t entry = row.entries[i], slot = entry >> 8;

        met[count] = entry;
        count += bits[slot >> 5] >> (slot & 31u) & 1u;
    }
    return (qiaoi_row){met, count};
}
