/* Copies the postings of one range from the generation before: see postings.h. Lists first, in chunks of slots that
 * threads take in turn, then the same by document. */
#include "indexing/postings_copy.h"

#include "base/parallel.h"
#include "store/generation_internal.h"

#include <stdatomic.h>
#include <string.h>

#define CHUNKS 64u

/* What is not copied, in order of slot, then document. */
typedef struct fresh_lists {
    uint32_t *starts; /* [slots + 1] */
    uint16_t *documents;
    uint8_t *impacts;
} fresh_lists;

typedef struct chunk {
    uint32_t first, end; /* slots; multiples of 64 but for the last end */
    uint16_t *documents;
    uint8_t *impacts;
    size_t count, capacity;
    uint32_t present;
    uint32_t posting_base, present_base;
} chunk;

typedef struct range_copy {
    qiaoi_copying *c;
    uint32_t first, documents;   /* of the range */
    size_t then_first, then_end; /* ranges of the parent that documents of it stood in */
    uint32_t *local;             /* [(then_end - then_first) << QIAOI_RANGE_BITS]: place in the range, QIAOI_GONE */
    fresh_lists fresh;
    uint32_t *counts; /* [slots] */
    uint8_t *maxima;  /* [slots] */
    chunk chunks[CHUNKS];
    unsigned chunk_count, threads;
    atomic_uint next;
    atomic_bool short_of_memory, damaged;
    qiaoi_postings_header header;
    unsigned char *room;
    uint32_t *row_starts, *row_entries; /* the entries in the writer's room */
} range_copy;

static qiao_status
sort_fresh(range_copy *r, const qiaoi_posting_part *parts, unsigned count, qiao_error *err)
{
    fresh_lists *f = &r->fresh;
    uint32_t slots = r->c->slots, at = 0;
    size_t total = 0;

    for (unsigned p = 0; p < count; p++)
        total += parts[p].count;
    f->starts = qiao_calloc((size_t)slots + 2, sizeof *f->starts);
    f->documents = qiao_alloc((total + 1) * sizeof *f->documents);
    f->impacts = qiao_alloc(total + 1);
    if (f->starts == NULL || f->documents == NULL || f->impacts == NULL)
        return qiao_fail_memory(err);
    for (unsigned p = 0; p < count; p++)
        for (size_t i = 0; i < parts[p].count; i++)
            f->starts[parts[p].postings[i].slot + 2]++;
    for (uint32_t s = 0; s < slots; s++) { /* one place further: filling moves them to where they belong */
        at += f->starts[s + 1];
        f->starts[s + 1] = at;
    }
    for (unsigned p = 0; p < count; p++)
        for (size_t i = 0; i < parts[p].count; i++) {
            const qiaoi_posting *posting = &parts[p].postings[i];
            uint32_t place = f->starts[posting->slot + 1]++;

            f->documents[place] = posting->document;
            f->impacts[place] = posting->impact;
        }
    return QIAO_OK;
}

/* Where documents of the parent stand in this range. */
static qiao_status
place_documents(range_copy *r, qiao_error *err)
{
    const qiaoi_copying *c = r->c;
    uint32_t least = QIAOI_GONE, most = 0;
    size_t room;

    for (uint32_t d = r->first; d < r->first + r->documents; d++)
        if (qiaoi_copying_keeps(c, d)) {
            most = qiaoi_copying_docid_then(c, d);
            least = least == QIAOI_GONE ? most : least;
        }
    r->then_first = least == QIAOI_GONE ? 0 : least >> QIAOI_RANGE_BITS;
    r->then_end = least == QIAOI_GONE ? 0 : (most >> QIAOI_RANGE_BITS) + 1;
    room = (r->then_end - r->then_first) << QIAOI_RANGE_BITS;
    r->local = qiao_alloc((room + 1) * sizeof *r->local);
    if (r->local == NULL)
        return qiao_fail_memory(err);
    for (size_t i = 0; i < room; i++) {
        uint32_t now = c->docid_now[(r->then_first << QIAOI_RANGE_BITS) + i];

        r->local[i] =
            now == QIAOI_GONE || now < r->first || now - r->first >= r->documents ? QIAOI_GONE : now - r->first;
    }
    return QIAO_OK;
}

static bool
reserve(chunk *k, size_t more)
{
    size_t capacity = (k->count + more) * 3 / 2 + 4096;
    uint16_t *documents;
    uint8_t *impacts;

    if (k->count + more <= k->capacity)
        return true;
    documents = qiao_realloc_array(k->documents, capacity, sizeof *documents);
    k->documents = documents != NULL ? documents : k->documents;
    impacts = documents == NULL ? NULL : qiao_realloc_array(k->impacts, capacity, 1);
    k->impacts = impacts != NULL ? impacts : k->impacts;
    k->capacity = impacts != NULL ? capacity : k->capacity;
    return impacts != NULL;
}

/* Those of a list that are in the range still, behind what the chunk holds. */
static size_t
copy_list(const qiaoi_posting_list *list, const uint32_t *local, uint16_t *documents, uint8_t *impacts)
{
    size_t n = 0;

    for (uint32_t i = 0; i < list->count; i++) {
        uint32_t document = local[list->documents[i]];

        documents[n] = (uint16_t)document;
        impacts[n] = list->impacts[i];
        n += document != QIAOI_GONE;
    }
    return n;
}

/* The fresh ones of a slot in between, from behind: there is room for both. Returns how many there are together. */
static size_t
join_fresh(const fresh_lists *fresh, uint32_t slot, uint16_t *documents, uint8_t *impacts, size_t count)
{
    size_t begin = fresh->starts[slot], left = fresh->starts[slot + 1], at = count + left - begin, total = at;

    while (left > begin) {
        bool copied = count > 0 && documents[count - 1] > fresh->documents[left - 1];

        at--;
        documents[at] = copied ? documents[count - 1] : fresh->documents[left - 1];
        impacts[at] = copied ? impacts[count - 1] : fresh->impacts[left - 1];
        count -= copied;
        left -= !copied;
    }
    return total;
}

static bool
fill_slot(range_copy *r, chunk *k, uint32_t slot)
{
    const qiaoi_copying *c = r->c;
    uint32_t then = c->slot_then[slot];
    size_t fresh = r->fresh.starts[slot + 1] - r->fresh.starts[slot], count = 0;
    uint8_t most = 0;

    for (size_t i = r->then_first; then != QIAOI_GONE && i < r->then_end; i++) {
        qiaoi_posting_list list = qiaoi_postings_list(&c->ranges[i], then);

        if (!reserve(k, count + list.count + fresh))
            return false;
        count += copy_list(&list, r->local + ((i - r->then_first) << QIAOI_RANGE_BITS), k->documents + k->count + count,
                           k->impacts + k->count + count);
    }
    if (fresh > 0) {
        if (!reserve(k, count + fresh))
            return false;
        count = join_fresh(&r->fresh, slot, k->documents + k->count, k->impacts + k->count, count);
    }
    for (size_t i = 0; i < count; i++)
        most = k->impacts[k->count + i] > most ? k->impacts[k->count + i] : most;
    r->counts[slot] = (uint32_t)count;
    r->maxima[slot] = most;
    k->count += count;
    k->present += count > 0;
    return true;
}

static void
fill_chunks(void *context, unsigned part)
{
    range_copy *r = context;

    (void)part;
    for (unsigned n; (n = atomic_fetch_add(&r->next, 1)) < r->chunk_count;) {
        chunk *k = &r->chunks[n];

        for (uint32_t slot = k->first; slot < k->end; slot++)
            if (!fill_slot(r, k, slot)) {
                atomic_store(&r->short_of_memory, true);
                return;
            }
    }
}

static void
cut_chunks(range_copy *r)
{
    uint32_t words = (r->c->slots + 63) / 64, at = 0;

    for (unsigned i = 0; i < CHUNKS && at < r->c->slots; i++) {
        uint64_t end = (uint64_t)words * (i + 1) / CHUNKS * 64;

        if (end <= at)
            continue;
        r->chunks[r->chunk_count++] = (chunk){.first = at, .end = end < r->c->slots ? (uint32_t)end : r->c->slots};
        at = r->chunks[r->chunk_count - 1].end;
    }
}

/* One chunk's lists to their place among all. */
static void
lay_out(void *context, unsigned part)
{
    range_copy *r = context;
    size_t offsets[7];

    (void)part;
    qiaoi_postings_layout(&r->header, offsets);
    for (unsigned n; (n = atomic_fetch_add(&r->next, 1)) < r->chunk_count;) {
        const chunk *k = &r->chunks[n];
        uint64_t *bitmap = (uint64_t *)(void *)(r->room + offsets[0]);
        uint32_t *rank = (uint32_t *)(void *)(r->room + offsets[1]),
                 *starts = (uint32_t *)(void *)(r->room + offsets[2]);
        uint32_t seen = k->present_base, at = k->posting_base;

        for (uint32_t slot = k->first; slot < k->end; slot++) {
            if ((slot & 63u) == 0)
                rank[slot >> 6] = seen;
            if (r->counts[slot] == 0)
                continue;
            bitmap[slot >> 6] |= (uint64_t)1 << (slot & 63u);
            r->room[offsets[5] + seen] = r->maxima[slot];
            starts[seen++] = at;
            at += r->counts[slot];
        }
        if (k->count > 0) {
            memcpy(r->room + offsets[3] + (size_t)k->posting_base * 2, k->documents, k->count * 2);
            memcpy(r->room + offsets[4] + k->posting_base, k->impacts, k->count);
        }
        if (n + 1 == r->chunk_count)
            starts[seen] = at;
    }
}

static qiao_status
copy_lists(range_copy *r, qiaoi_generation_writer *writer, uint32_t range, qiao_error *err)
{
    qiao_status st;

    r->counts = qiao_alloc(((size_t)r->c->slots + 1) * sizeof *r->counts);
    r->maxima = qiao_alloc((size_t)r->c->slots + 1);
    if (r->counts == NULL || r->maxima == NULL)
        return qiao_fail_memory(err);
    cut_chunks(r);
    qiaoi_in_parts(r->threads, fill_chunks, r);
    if (atomic_load(&r->short_of_memory))
        return qiao_fail_memory(err);
    r->header = (qiaoi_postings_header){.slots = r->c->slots, .first_document = r->first, .documents = r->documents};
    for (unsigned i = 0; i < r->chunk_count; i++) {
        r->chunks[i].posting_base = r->header.postings;
        r->chunks[i].present_base = r->header.present;
        r->header.postings += (uint32_t)r->chunks[i].count;
        r->header.present += r->chunks[i].present;
    }
    st = qiaoi_generation_writer_postings(writer, r->c->kind, range, &r->header, &r->room, err);
    atomic_store(&r->next, 0);
    if (st == QIAO_OK)
        qiaoi_in_parts(r->threads, lay_out, r);
    return st;
}

/* ---- the same by document ---- */

/* How many entries each row has, then where it begins. */
static void
count_rows(range_copy *r)
{
    const qiaoi_copying *c = r->c;
    uint32_t at = 0, *starts = r->row_starts;

    for (uint32_t i = 0; i < r->fresh.starts[c->row_slots]; i++)
        starts[r->fresh.documents[i]]++;
    for (uint32_t d = 0; d < r->documents; d++) {
        uint32_t count = starts[d];

        if (qiaoi_copying_keeps(c, r->first + d))
            count =
                qiaoi_generation_row(c->corpus->parent->generation, c->kind, qiaoi_copying_docid_then(c, r->first + d))
                    .count;
        starts[d] = at;
        at += count;
    }
    starts[r->documents] = at;
}

static void
copy_rows(void *context, unsigned part)
{
    range_copy *r = context;
    const qiaoi_copying *c = r->c;
    uint32_t end = (uint32_t)qiaoi_part_begin(r->documents, part + 1, r->threads);

    for (uint32_t d = (uint32_t)qiaoi_part_begin(r->documents, part, r->threads); d < end; d++) {
        uint32_t *out = r->row_entries + r->row_starts[d];
        qiaoi_row row;

        if (!qiaoi_copying_keeps(c, r->first + d))
            continue;
        row = qiaoi_generation_row(c->corpus->parent->generation, c->kind, qiaoi_copying_docid_then(c, r->first + d));
        for (uint32_t i = 0; i < row.count; i++) {
            uint32_t then = row.entries[i] >> 8, now = then < c->terms ? c->corpus->kept_terms[then] : QIAOI_GONE;

            if (now >= c->row_slots) {
                atomic_store(&r->damaged, true);
                return;
            }
            out[i] = now << 8 | (row.entries[i] & 0xFFu);
        }
    }
}

/* In order of slot, so that each row comes out ascending. */
static qiao_status
fill_fresh_rows(range_copy *r, qiao_error *err)
{
    uint32_t *fill = qiao_alloc(((size_t)r->documents + 1) * sizeof *fill);

    if (fill == NULL)
        return qiao_fail_memory(err);
    memcpy(fill, r->row_starts, (size_t)r->documents * sizeof *fill);
    for (uint32_t slot = 0; slot < r->c->row_slots; slot++)
        for (uint32_t i = r->fresh.starts[slot]; i < r->fresh.starts[slot + 1]; i++)
            r->row_entries[fill[r->fresh.documents[i]]++] = slot << 8 | r->fresh.impacts[i];
    qiao_free(fill);
    return QIAO_OK;
}

static qiao_status
write_rows(range_copy *r, qiaoi_generation_writer *writer, uint32_t range, qiao_error *err)
{
    qiaoi_rows_header header = {.documents = r->documents};
    uint32_t *starts;
    qiao_status st;

    r->row_starts = qiao_calloc((size_t)r->documents + 1, sizeof *r->row_starts);
    if (r->row_starts == NULL)
        return qiao_fail_memory(err);
    count_rows(r);
    header.entries = r->row_starts[r->documents];
    st = qiaoi_generation_writer_rows_room(writer, r->c->kind, range, &header, &starts, &r->row_entries, err);
    if (st != QIAO_OK)
        return st;
    memcpy(starts, r->row_starts, ((size_t)r->documents + 1) * sizeof *starts);
    qiaoi_in_parts(r->threads, copy_rows, r);
    st = fill_fresh_rows(r, err);
    if (st == QIAO_OK && atomic_load(&r->damaged))
        st = qiao_fail(err, QIAO_E_CORRUPT, "generation %llu: %s of records.mdb is damaged",
                       (unsigned long long)qiao_generation_manifest(r->c->corpus->parent->generation)->generation,
                       "the rows");
    return st;
}

static void
range_done(range_copy *r)
{
    for (unsigned i = 0; i < r->chunk_count; i++) {
        qiao_free(r->chunks[i].documents);
        qiao_free(r->chunks[i].impacts);
    }
    qiao_free(r->local);
    qiao_free(r->fresh.starts);
    qiao_free(r->fresh.documents);
    qiao_free(r->fresh.impacts);
    qiao_free(r->counts);
    qiao_free(r->maxima);
    qiao_free(r->row_starts);
    qiao_free(r);
}

qiao_status
qiaoi_copying_range(qiaoi_copying *copying, uint32_t range, uint32_t documents, const qiaoi_posting_part *parts,
                    unsigned count, qiaoi_generation_writer *writer, uint32_t *df, uint32_t *written_out,
                    qiao_error *err)
{
    range_copy *r = qiao_calloc(1, sizeof *r);
    qiao_status st;

    if (r == NULL)
        return qiao_fail_memory(err);
    r->c = copying;
    r->first = range << QIAOI_RANGE_BITS;
    r->documents = documents;
    r->threads = copying->corpus->threads == 0 ? 1 : copying->corpus->threads;
    st = sort_fresh(r, parts, count, err);
    if (st == QIAO_OK)
        st = place_documents(r, err);
    if (st == QIAO_OK)
        st = copy_lists(r, writer, range, err);
    for (uint32_t slot = 0; st == QIAO_OK && slot < copying->slots; slot++)
        df[slot] += r->counts[slot];
    if (st == QIAO_OK)
        st = write_rows(r, writer, range, err);
    *written_out = r->header.postings;
    range_done(r);
    return st;
}
