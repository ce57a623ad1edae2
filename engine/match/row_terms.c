/* See row_terms.h. When a row is walked, the bits of a catalogue's terms stay in the processor's nearest memory, and no
 * entry costs a branch. */
#include "match/row_terms.h"

#include <string.h>

qiao_status
qiaoi_row_terms_init(qiaoi_row_terms *terms, const qiao_generation *generation, qiao_error *err)
{
    uint32_t count = qiao_generation_lexicon(generation)->term_count;

    memset(terms, 0, sizeof *terms);
    terms->generation = generation;
    terms->term_count = count < QIAOI_ROWS_SLOTS ? count : QIAOI_ROWS_SLOTS;
    terms->bits = qiao_calloc(QIAOI_ROWS_SLOTS / 32, sizeof *terms->bits); /* pages that no term needs stay unused */
    return terms->bits != NULL ? QIAO_OK : qiao_fail_memory(err);
}

void
qiaoi_row_terms_done(qiaoi_row_terms *terms)
{
    qiao_free(terms->bits);
    qiao_free(terms->marked);
    qiao_free(terms->met);
    qiao_free(terms->starts);
    qiao_free(terms->entries);
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

/* ---- dealing out ---- */

static qiao_status
grow(uint32_t **array, uint32_t *capacity, uint32_t count, qiao_error *err)
{
    if (count <= *capacity)
        return QIAO_OK;
    qiao_free(*array);
    *array = qiao_alloc((size_t)count * sizeof **array);
    *capacity = *array != NULL ? count : 0;
    return *array != NULL ? QIAO_OK : qiao_fail_memory(err);
}

/* Rows hold what is a term of the pivot. */
static bool
in_rows(const qiaoi_row_terms *terms, uint32_t slot)
{
    return qiaoi_generation_idf(terms->generation, terms->side)[slot] > 0;
}

/* Only the lists of a single range are dealt out. The number of their postings; UINT32_MAX where walking the rows of
 * the documents asked for costs less. */
static uint32_t
worth_dealing(const qiaoi_row_terms *terms, uint32_t asked)
{
    size_t ranges;
    const qiaoi_postings *range = qiaoi_generation_postings(terms->generation, terms->side, &ranges);
    uint64_t documents = qiao_generation_count(terms->generation, terms->side), postings = 0, walked;

    if (ranges != 1 || documents == 0)
        return UINT32_MAX;
    walked = qiaoi_generation_row_entries(terms->generation, terms->side) / documents *
             (asked < documents ? asked : documents);
    for (uint32_t i = 0; i < terms->marked_count && postings + documents < walked; i++)
        postings += in_rows(terms, terms->marked[i]) ? qiaoi_postings_list(range, terms->marked[i]).count : 0;
    return postings + documents < walked ? (uint32_t)postings : UINT32_MAX;
}

/* In order of slot, so that what a document gets is in order of slot. */
static qiao_status
deal(qiaoi_row_terms *terms, uint32_t postings, qiao_error *err)
{
    size_t ranges;
    const qiaoi_postings *range = qiaoi_generation_postings(terms->generation, terms->side, &ranges);
    uint32_t documents = qiao_generation_count(terms->generation, terms->side), at = 0;
    qiao_status st = grow(&terms->starts, &terms->starts_capacity, documents + 1, err);

    if (st == QIAO_OK)
        st = grow(&terms->entries, &terms->entries_capacity, postings + 1, err);
    if (st != QIAO_OK)
        return st;
    memset(terms->starts, 0, (documents + 1) * sizeof *terms->starts);
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < terms->marked_count; i++) {
            uint32_t slot = terms->marked[i];
            qiaoi_posting_list list = qiaoi_postings_list(range, slot);

            if (!in_rows(terms, slot))
                continue;
            for (uint32_t k = 0; k < list.count; k++) {
                uint32_t document = list.documents[k];

                if (document >= documents)
                    continue; /* a damaged file */
                if (pass == 0)
                    terms->starts[document]++;
                else
                    terms->entries[terms->starts[document]++] = slot << 8 | list.impacts[k];
            }
        }
        /* after the first pass where each document begins; after the second, where it has ended, the next began */
        for (uint32_t d = 0; pass == 0 && d <= documents; d++) {
            uint32_t count = terms->starts[d];

            terms->starts[d] = at;
            at += count;
        }
    }
    terms->dealt = true;
    return QIAO_OK;
}

/* ---- walking ---- */

static qiaoi_row
walk(qiaoi_row_terms *terms, qiaoi_row row)
{
    const uint32_t *bits = terms->bits;
    uint32_t *met = terms->met, count = 0;

    for (uint32_t i = 0; i < row.count && count <= terms->marked_count; i++) {
        uint32_t entry = row.entries[i], slot = entry >> 8;

        met[count] = entry;
        count += bits[slot >> 5] >> (slot & 31u) & 1u;
    }
    return (qiaoi_row){met, count};
}

/* ---- */

qiao_status
qiaoi_row_terms_set(qiaoi_row_terms *terms, const qiaoi_query *query, qiao_kind side, uint32_t asked, qiao_error *err)
{
    uint32_t postings;
    qiao_status st;

    for (uint32_t i = 0; i < terms->marked_count; i++)
        terms->bits[terms->marked[i] >> 5] = 0;
    terms->marked_count = 0;
    terms->side = side;
    terms->dealt = false;
    st = room(terms, query->by_slot_count, err);
    for (uint32_t i = 0; st == QIAO_OK && i < query->by_slot_count; i++) {
        uint32_t slot = (uint32_t)(query->by_slot[i] >> 32), bit = 1u << (slot & 31u);

        if (slot >= terms->term_count || (terms->bits[slot >> 5] & bit) != 0)
            continue;
        terms->bits[slot >> 5] |= bit;
        terms->marked[terms->marked_count++] = slot;
    }
    if (st != QIAO_OK)
        return st;
    postings = worth_dealing(terms, asked);
    return postings != UINT32_MAX ? deal(terms, postings, err) : QIAO_OK;
}

qiaoi_row
qiaoi_row_terms_met(qiaoi_row_terms *terms, uint32_t docid)
{
    uint32_t begin;

    if (terms->marked_count == 0 || docid >= qiao_generation_count(terms->generation, terms->side))
        return (qiaoi_row){NULL, 0};
    if (!terms->dealt)
        return walk(terms, qiaoi_generation_row(terms->generation, terms->side, docid));
    begin = docid == 0 ? 0 : terms->starts[docid - 1];
    return (qiaoi_row){terms->entries + begin, terms->starts[docid] - begin};
}
