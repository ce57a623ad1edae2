/* The stored matches of a build, renewed from its parent's where they can be. */
#include "indexing/build_internal.h"

#include "qiao/file.h"
#include "store/candidates.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATH_SIZE QIAOI_BUILD_PATH_SIZE

static void
show_matching(uint64_t done, uint64_t total, void *context)
{
    const qiaoi_build *b = context;

    if (b->options->progress != NULL)
        b->options->progress(QIAO_BUILD_MATCH, done, total, b->options->context);
}

/* The generation whose lists were made with the candidates that were kept, or else the one that is served: what its
 * lists say only saves work. */
static qiao_generation *
open_parent(const qiaoi_build *b)
{
    uint64_t number = b->reuse.findings != NULL ? b->reuse.generation : b->parent;
    qiao_generation *parent = NULL;

    if (b->options->full || number == 0 || qiao_generation_open(b->options->data_dir, number, &parent, NULL) != QIAO_OK)
        return NULL;
    return parent;
}

static void
candidates_path(const qiaoi_build *b, const char *ending, char out[PATH_SIZE])
{
    snprintf(out, PATH_SIZE, "%s/build/%s%s", b->options->data_dir, QIAOI_CANDIDATES_NAME, ending);
}

/* What the lists were chosen from counts once the generation is installed. */
void
qiaoi_build_settle_candidates(const qiaoi_build *b, bool good)
{
    char beside[PATH_SIZE], path[PATH_SIZE];

    candidates_path(b, "", path);
    candidates_path(b, ".new", beside);
    if (!good || rename(beside, path) != 0)
        (void)unlink(beside);
}

/* Every need with every project, from the staged folder as if it were served already. */
qiao_status
qiaoi_build_match(qiaoi_build *b, qiao_error *err)
{
    qiaoi_lists_job job = {
        .tables = &b->tables, .threads = b->threads, .slice = 1, .slices = 1, .progress = show_matching, .context = b};
    qiao_all_pairs_report report = {0};
    qiao_generation *generation = NULL, *parent = open_parent(b);
    char path[PATH_SIZE], before[PATH_SIZE], candidates[PATH_SIZE];
    qiao_status st;

    qiaoi_build_begin(b, QIAO_BUILD_MATCH);
    candidates_path(b, "", before);
    candidates_path(b, ".new", candidates);
    snprintf(path, sizeof path, "%s/%s", b->staged, QIAOI_MATCHES_NAME);
    st = qiaoi_generation_open_staged(b->staged, &b->manifest, &generation, err);
    job.generation = generation;
    job.before = parent;
    job.candidates_before = parent == NULL ? NULL : before;
    job.candidates = candidates;
    job.program = b->basis.program;
    if (st == QIAO_OK)
        st = qiaoi_lists_write(&job, path, &report, err);
    qiao_generation_close(generation);
    qiao_generation_close(parent);
    b->report->matched_lists = report.lists;
    b->report->searched_lists = report.searched;
    b->report->matched_pairs = report.pairs;
    b->report->matches = report.matches;
    qiaoi_build_end(b, QIAO_BUILD_MATCH);
    return st;
}
