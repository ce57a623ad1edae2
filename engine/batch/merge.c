/* Slices put together: each says which lists it holds and what it was made from, so a wrong set is refused before a
 * byte is written. */
#include "qiao/all_pairs.h"

#include "batch/lists.h"
#include "batch/target.h"

#include <string.h>

typedef struct merge {
    const char *const *files;
    size_t count;
    qiaoi_matches **parts;
    const char **of_slice; /* [count]: the file that holds slice i + 1 */
} merge;

static bool
same_source(const qiaoi_matches_header *a, const qiaoi_matches_header *b)
{
    return a->generation == b->generation && a->fingerprint == b->fingerprint && a->day == b->day &&
           a->basis == b->basis && a->signals == b->signals &&
           memcmp(a->documents, b->documents, sizeof a->documents) == 0;
}

static qiao_status
check_part(merge *m, size_t i, qiao_error *err)
{
    const qiaoi_matches_header *header = qiaoi_matches_about(m->parts[i]);

    if (!same_source(header, qiaoi_matches_about(m->parts[0])))
        return qiao_fail(err, QIAO_E_INPUT, "%s and %s were made from different generations", m->files[0], m->files[i]);
    if (header->slices != m->count)
        return qiao_fail(err, QIAO_E_INPUT, "%s is slice %u of %u, but %zu files are given", m->files[i],
                         (unsigned)header->slice, (unsigned)header->slices, m->count);
    if (m->of_slice[header->slice - 1] != NULL)
        return qiao_fail(err, QIAO_E_INPUT, "%s and %s are the same slice", m->of_slice[header->slice - 1],
                         m->files[i]);
    m->of_slice[header->slice - 1] = m->files[i];
    return QIAO_OK;
}

/* As many files as slices, none twice: then none is missing. */
static qiao_status
open_parts(merge *m, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    m->parts = qiao_calloc(m->count, sizeof(qiaoi_matches *));
    m->of_slice = qiao_calloc(m->count, sizeof *m->of_slice);
    if (m->parts == NULL || m->of_slice == NULL)
        return qiao_fail_memory(err);
    for (size_t i = 0; st == QIAO_OK && i < m->count; i++) {
        st = qiaoi_matches_open(m->files[i], &m->parts[i], err);
        if (st == QIAO_OK)
            st = check_part(m, i, err);
    }
    return st;
}

static void
close_parts(merge *m)
{
    for (size_t i = 0; m->parts != NULL && i < m->count; i++)
        qiaoi_matches_close(m->parts[i]);
    qiao_free(m->parts);
    qiao_free(m->of_slice);
}

static qiao_status
copy_lists(const merge *m, size_t i, qiaoi_matches_writer *writer, qiao_all_pairs_report *report, qiao_error *err)
{
    const qiaoi_matches_header *header = qiaoi_matches_about(m->parts[i]);
    qiao_status st = QIAO_OK;

    for (int side = 0; side < 2; side++)
        for (uint32_t d = 0; st == QIAO_OK && d < header->count[side]; d++) {
            const qiaoi_match_list *list = qiaoi_matches_list(m->parts[i], (qiao_kind)side, header->first[side] + d);

            if (list == NULL)
                return qiao_fail(err, QIAO_E_CORRUPT, "%s is damaged", m->files[i]);
            st = qiaoi_matches_writer_put(writer, (qiao_kind)side, header->first[side] + d, list, err);
            report->lists++;
            report->pairs += header->documents[1 - side];
            report->considered += list->considered;
            report->matches += list->count;
        }
    return st;
}

static qiao_status
write_merged(const merge *m, const qiao_generation *generation, const char *path, qiao_all_pairs_report *report,
             qiao_error *err)
{
    qiaoi_matches_writer *writer;
    qiaoi_matches_header header;
    qiao_status st;

    qiaoi_lists_header(generation, 1, 1, &header);
    header.basis = qiaoi_matches_about(m->parts[0])->basis;
    st = qiaoi_matches_writer_open(path, &header, &writer, err);
    if (st != QIAO_OK)
        return st;
    for (size_t i = 0; st == QIAO_OK && i < m->count; i++)
        st = copy_lists(m, i, writer, report, err);
    if (st != QIAO_OK) {
        qiaoi_matches_writer_abort(writer);
        return st;
    }
    return qiaoi_matches_writer_finish(writer, err);
}

static qiao_status
merge_into_generation(const merge *m, const qiao_all_pairs_options *options, qiao_all_pairs_report *report,
                      qiao_error *err)
{
    qiao_all_pairs_options of_parts = *options;
    qiao_generation *generation = NULL;
    qiaoi_target target = {0};
    qiao_status st;

    of_parts.generation = qiaoi_matches_about(m->parts[0])->generation;
    st = qiaoi_target_source(&of_parts, &generation, err);
    if (st == QIAO_OK && qiaoi_lists_fingerprint(generation) != qiaoi_matches_about(m->parts[0])->fingerprint)
        st = qiao_fail(err, QIAO_E_INPUT, "%s was made from another generation %llu than the one in %s", m->files[0],
                       (unsigned long long)of_parts.generation, options->data_dir);
    if (st == QIAO_OK)
        st = qiaoi_target_open(&target, options, err);
    if (st == QIAO_OK)
        st = write_merged(m, generation, target.path, report, err);
    if (st == QIAO_OK) {
        report->from = of_parts.generation;
        st = qiaoi_target_finish(&target, qiao_generation_manifest(generation), report, err);
    }
    qiaoi_target_close(&target);
    qiao_generation_close(generation);
    return st;
}

qiao_status
qiao_all_pairs_merge(const qiao_all_pairs_options *options, const char *const *files, size_t count,
                     qiao_all_pairs_report *report, qiao_error *err)
{
    uint64_t start = qiao_clock_monotonic_us();
    merge m = {.files = files, .count = count};
    qiao_status st = QIAO_OK;

    memset(report, 0, sizeof *report);
    if (count == 0 || count > QIAO_ALL_PAIRS_SLICES_MAX)
        st = qiao_fail(err, QIAO_E_USAGE, "name the files of all slices, at most %u", QIAO_ALL_PAIRS_SLICES_MAX);
    if (st == QIAO_OK)
        st = open_parts(&m, err);
    if (st == QIAO_OK)
        st = merge_into_generation(&m, options, report, err);
    close_parts(&m);
    report->seconds = (double)(qiao_clock_monotonic_us() - start) / 1e6;
    return st;
}
