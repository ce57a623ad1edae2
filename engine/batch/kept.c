/* See kept.h. */
#include "batch/kept_internal.h"

#include "match/stored.h"
#include "qiao/file.h"

#include <stdio.h>
#include <string.h>

/* Where more than two fifths of a side changed, a search of all is as quick. */
#define MUCH 2u
#define MUCH_OF 5u

void
qiaoi_kept_header(const qiao_generation *generation, const qiao_tables *tables, uint64_t program,
                  qiaoi_candidates_header *out)
{
    const qiao_manifest *manifest = qiao_generation_manifest(generation);
    uint64_t hash = qiao_hash64(manifest->created, strlen(manifest->created), program);

    memset(out, 0, sizeof *out);
    for (int kind = 0; kind < 2; kind++)
        out->documents[kind] = qiao_generation_count(generation, (qiao_kind)kind);
    out->generation = manifest->generation;
    out->fingerprint = qiao_hash64(manifest->lexicon, strlen(manifest->lexicon), hash + manifest->source_sequence);
    out->basis = qiaoi_stored_basis(tables);
    out->day = qiaoi_generation_day(generation);
    out->signals = QIAOI_SIGNAL_COUNT;
}

static bool
belongs(const qiaoi_candidates_header *x, const qiaoi_candidates_header *y)
{
    return x->documents[0] == y->documents[0] && x->documents[1] == y->documents[1] && x->generation == y->generation &&
           x->fingerprint == y->fingerprint && x->basis == y->basis && x->day == y->day && x->signals == y->signals;
}

/* Rows are taken over, so they must be what was written. */
static bool
whole_lists(const qiao_generation *generation)
{
    const qiao_manifest *manifest = qiao_generation_manifest(generation);
    char path[QIAO_PATH_MAX + sizeof QIAOI_MATCHES_NAME], checksum[33];

    snprintf(path, sizeof path, "%.*s/%s", QIAO_PATH_MAX - 1, qiao_generation_folder(generation), QIAOI_MATCHES_NAME);
    for (size_t i = 0; i < manifest->file_count; i++)
        if (strcmp(manifest->files[i].name, QIAOI_MATCHES_NAME) == 0)
            return qiao_file_checksum(path, checksum, NULL) == QIAO_OK &&
                   strcmp(checksum, manifest->files[i].checksum) == 0;
    return false;
}

/* The earlier lists and what they were chosen from. */
static bool
open_lists(const qiaoi_keeping *keeping, qiaoi_kept *kept)
{
    const qiaoi_matches_header *about;
    qiaoi_candidates_header wanted;

    if (keeping->before == NULL || keeping->candidates == NULL)
        return false;
    kept->matches = qiaoi_generation_matches(keeping->before);
    kept->candidates = kept->matches == NULL ? NULL : qiaoi_candidates_open(keeping->candidates);
    if (kept->candidates == NULL)
        return false;
    qiaoi_kept_header(keeping->before, keeping->tables, keeping->program, &wanted);
    about = qiaoi_matches_about(kept->matches);
    return belongs(qiaoi_candidates_about(kept->candidates), &wanted) && about->basis == wanted.basis &&
           about->day == wanted.day && about->signals == wanted.signals && whole_lists(keeping->before);
}

/* Those that changed are searched by themselves. */
static qiao_status
gather_changed(qiaoi_comparison *c, qiao_kind kind, qiao_error *err)
{
    qiaoi_kept_side *side = &c->kept->sides[kind];
    uint64_t *bits = qiao_calloc(side->count / 64 + 1, sizeof *bits);
    uint32_t count = 0;
    qiao_status st = QIAO_OK;

    if (bits == NULL)
        return qiao_fail_memory(err);
    for (uint32_t d = 0; d < side->count; d++)
        if (side->before[d] == QIAOI_KEPT_NONE) {
            qiaoi_set_bit(bits, d);
            count++;
        }
    c->different = c->different || count > QIAOI_FRESH_MAX || (uint64_t)count * MUCH_OF > (uint64_t)side->count * MUCH;
    if (!c->different)
        st = qiaoi_fresh_make(&side->fresh, c->keeping->now, kind, bits, err);
    qiao_free(bits);
    return st;
}

/* Of the pairs that a query asks for only these can find something among those that changed, or tell that it is woken.
 */
static qiao_status
gather_neighbours(qiaoi_comparison *c, qiao_kind kind, qiao_error *err)
{
    qiaoi_kept_side *side = &c->kept->sides[kind];

    side->neighbours = qiao_calloc((1u << QIAOI_PAIR_BITS) / 64, sizeof *side->neighbours);
    if (side->neighbours == NULL)
        return qiao_fail_memory(err);
    for (uint64_t i = 0; i <= c->now->pair_mask; i++) {
        const qiaoi_pair *pair = &c->now->pairs[i];

        if (pair->key != 0 &&
            (qiaoi_bit(c->slots, pair->term) || qiaoi_postings_list(&side->fresh.postings, pair->term).count > 0))
            qiaoi_set_bit(side->neighbours, qiaoi_pair_bit((uint32_t)(pair->key >> 32) - 1, (uint32_t)pair->key - 1));
    }
    return QIAO_OK;
}

static qiao_status
compare(qiaoi_comparison *c, qiao_error *err)
{
    qiao_status st = qiaoi_kept_words(c, err);

    if (st == QIAO_OK && !c->different)
        st = qiaoi_kept_documents(c, err);
    if (st == QIAO_OK && !c->different)
        st = qiaoi_kept_days(c, err);
    for (int kind = 0; st == QIAO_OK && kind < 2 && !c->different; kind++)
        st = gather_changed(c, (qiao_kind)kind, err);
    for (int kind = 0; st == QIAO_OK && kind < 2 && !c->different; kind++)
        st = gather_neighbours(c, (qiao_kind)kind, err);
    return st;
}

qiao_status
qiaoi_kept_make(const qiaoi_keeping *keeping, qiaoi_kept **out, qiao_error *err)
{
    qiaoi_comparison c = {.keeping = keeping};
    qiao_status st = QIAO_OK;

    *out = NULL;
    c.kept = qiao_calloc(1, sizeof *c.kept);
    if (c.kept == NULL)
        return qiao_fail_memory(err);
    c.different = !open_lists(keeping, c.kept);
    if (!c.different) {
        c.now = qiao_generation_lexicon(keeping->now);
        c.before = qiao_generation_lexicon(keeping->before);
        st = compare(&c, err);
    }
    qiao_free(c.slot_before);
    c.kept->slots = c.slots;
    c.kept->entries = c.entries;
    c.kept->woken = (qiaoi_woken){c.slots, c.entries};
    if (st == QIAO_OK && !c.different)
        *out = c.kept;
    else
        qiaoi_kept_free(c.kept);
    return st;
}

void
qiaoi_kept_free(qiaoi_kept *kept)
{
    if (kept == NULL)
        return;
    for (int kind = 0; kind < 2; kind++) {
        qiao_free(kept->sides[kind].before);
        qiao_free(kept->sides[kind].now);
        qiao_free(kept->sides[kind].flags);
        qiao_free(kept->sides[kind].neighbours);
        qiaoi_fresh_done(&kept->sides[kind].fresh);
    }
    qiao_free(kept->slots);
    qiao_free(kept->entries);
    qiaoi_candidates_close(kept->candidates);
    qiao_free(kept);
}
