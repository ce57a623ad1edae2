/* Documents are handed out in small runs to the threads; each list goes to its place in the file at once, so the result
 * does not depend on which thread made it. */
#include "batch/lists.h"

#include "qiao/file.h"

#include "batch/kept.h"
#include "match/stored.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#define RUN 16u /* documents taken at a time */
#define THREADS_MAX 64u

typedef struct shared_state {
    const qiaoi_lists_job *job;
    qiaoi_matches_header header;
    qiaoi_matches_writer *writer;
    qiaoi_candidates_writer *candidates;
    qiaoi_kept *kept;
    atomic_uint_fast64_t next, done;
    atomic_bool stop;
    pthread_mutex_t reporting;
} shared_state;

typedef struct worker {
    shared_state *shared;
    pthread_t thread;
    qiao_matcher *matcher;
    qiaoi_list_made made;
    uint64_t searched, pairs, considered, matches;
    qiao_status status;
    qiao_error error;
} worker;

void
qiaoi_lists_header(const qiao_generation *generation, uint32_t slice, uint32_t slices, qiaoi_matches_header *out)
{
    memset(out, 0, sizeof *out);
    out->slice = slice;
    out->slices = slices;
    out->day = qiaoi_generation_day(generation);
    out->signals = QIAOI_SIGNAL_COUNT;
    for (int side = 0; side < 2; side++) {
        uint64_t all = qiao_generation_count(generation, (qiao_kind)side);

        out->documents[side] = (uint32_t)all;
        out->first[side] = (uint32_t)(all * (slice - 1) / slices);
        out->count[side] = (uint32_t)(all * slice / slices) - out->first[side];
    }
}

uint64_t
qiaoi_lists_fingerprint(const qiao_generation *generation)
{
    const qiao_manifest *manifest = qiao_generation_manifest(generation);
    uint64_t hash = qiao_hash64(manifest->created, strlen(manifest->created), manifest->source_sequence);

    for (size_t i = 0; i < manifest->file_count; i++)
        hash = qiao_hash64(manifest->files[i].checksum, strlen(manifest->files[i].checksum), hash);
    return hash;
}

/* What the last of the document's candidates scored before; 0 where it has no list there. */
static uint32_t
floor_of(const qiaoi_lists_job *job, qiao_kind kind, uint32_t docid)
{
    const qiaoi_matches *matches = job->before == NULL ? NULL : qiaoi_generation_matches(job->before);
    const qiaoi_match_list *list;
    uint32_t there;

    if (matches == NULL || qiao_generation_find(job->before, kind, qiao_generation_id(job->generation, kind, docid),
                                                &there, NULL) != QIAO_OK)
        return 0;
    list = qiaoi_matches_list(matches, kind, there);
    return list == NULL ? 0 : list->block_least;
}

static qiao_status
make_list(worker *w, uint64_t place, qiao_error *err)
{
    const qiaoi_matches_header *header = &w->shared->header;
    qiao_kind kind = place < header->count[QIAO_PROJECT] ? QIAO_PROJECT : QIAO_NEED;
    uint64_t within = kind == QIAO_PROJECT ? place : place - header->count[QIAO_PROJECT];
    uint32_t docid = header->first[kind] + (uint32_t)within;
    const qiaoi_list_order order = {kind, docid, floor_of(w->shared->job, kind, docid), w->shared->kept};
    const qiaoi_match_list *list = &w->made.list;
    qiao_status st = qiaoi_stored_list(w->matcher, &order, &w->made, err);

    if (st != QIAO_OK)
        return st;
    w->searched += w->made.searched;
    w->pairs += header->documents[kind == QIAO_PROJECT ? QIAO_NEED : QIAO_PROJECT];
    w->considered += list->considered;
    w->matches += list->count;
    if (w->shared->candidates != NULL && w->made.first_known)
        qiaoi_candidates_writer_put(w->shared->candidates, kind, docid, &w->made.first);
    return qiaoi_matches_writer_put(w->shared->writer, kind, docid, list, err);
}

static void
tell(shared_state *shared, uint64_t made, uint64_t total)
{
    const qiaoi_lists_job *job = shared->job;
    uint64_t done = atomic_fetch_add(&shared->done, made) + made;

    if (job->progress == NULL)
        return;
    pthread_mutex_lock(&shared->reporting);
    job->progress(done, total, job->context);
    pthread_mutex_unlock(&shared->reporting);
}

static void *
work(void *context)
{
    worker *w = context;
    shared_state *shared = w->shared;
    uint64_t total = (uint64_t)shared->header.count[0] + shared->header.count[1];

    while (w->status == QIAO_OK && !atomic_load(&shared->stop)) {
        uint64_t from = atomic_fetch_add(&shared->next, RUN), to = from + RUN < total ? from + RUN : total;

        if (from >= total)
            break;
        for (uint64_t at = from; w->status == QIAO_OK && at < to; at++)
            w->status = make_list(w, at, &w->error);
        tell(shared, to - from, total);
    }
    if (w->status != QIAO_OK)
        atomic_store(&shared->stop, true);
    return NULL;
}

/* The first thread works here; a thread that cannot be started leaves its work to the others. */
static void
run_workers(worker *workers, unsigned count)
{
    bool started[THREADS_MAX] = {false};

    for (unsigned i = 1; i < count; i++)
        started[i] = pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0;
    work(&workers[0]);
    for (unsigned i = 1; i < count; i++)
        if (started[i])
            pthread_join(workers[i].thread, NULL);
}

static qiao_status
gather(const worker *workers, unsigned count, qiao_all_pairs_report *report, qiao_error *err)
{
    for (unsigned i = 0; i < count; i++) {
        if (workers[i].status != QIAO_OK) {
            if (err != NULL)
                *err = workers[i].error;
            return workers[i].status;
        }
        report->searched += workers[i].searched;
        report->pairs += workers[i].pairs;
        report->considered += workers[i].considered;
        report->matches += workers[i].matches;
    }
    return QIAO_OK;
}

static qiao_status
make_workers(shared_state *shared, worker *workers, unsigned count, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    for (unsigned i = 0; st == QIAO_OK && i < count; i++) {
        workers[i].shared = shared;
        st = qiao_matcher_new(shared->job->generation, shared->job->tables, &workers[i].matcher, err);
    }
    return st;
}

static qiao_status
make_lists(shared_state *shared, qiao_all_pairs_report *report, qiao_error *err)
{
    unsigned count = shared->job->threads > THREADS_MAX ? THREADS_MAX : shared->job->threads;
    worker *workers = qiao_calloc(count, sizeof *workers);
    qiao_status st = workers == NULL ? qiao_fail_memory(err) : make_workers(shared, workers, count, err);

    if (st == QIAO_OK) {
        run_workers(workers, count);
        st = gather(workers, count, report, err);
    }
    for (unsigned i = 0; workers != NULL && i < count; i++)
        qiao_matcher_free(workers[i].matcher);
    qiao_free(workers);
    return st;
}

static qiao_status
compare_with_before(shared_state *shared, qiao_error *err)
{
    const qiaoi_lists_job *job = shared->job;
    const qiaoi_keeping keeping = {.now = job->generation,
                                   .before = job->before,
                                   .tables = job->tables,
                                   .candidates = job->candidates_before,
                                   .program = job->program,
                                   .changed = {job->changed[0], job->changed[1]}};

    return job->candidates_before == NULL ? QIAO_OK : qiaoi_kept_make(&keeping, &shared->kept, err);
}

static void
open_candidates(shared_state *shared)
{
    const qiaoi_lists_job *job = shared->job;
    qiaoi_candidates_header header;

    if (job->candidates == NULL || job->slices != 1)
        return;
    qiaoi_kept_header(job->generation, job->tables, job->program, &header);
    shared->candidates = qiaoi_candidates_writer_open(job->candidates, &header);
}

qiao_status
qiaoi_lists_write(const qiaoi_lists_job *job, const char *path, qiao_all_pairs_report *report, qiao_error *err)
{
    shared_state shared = {.job = job, .reporting = PTHREAD_MUTEX_INITIALIZER};
    qiao_status st;

    qiaoi_lists_header(job->generation, job->slice, job->slices, &shared.header);
    shared.header.basis = qiaoi_stored_basis(job->tables);
    if (job->part) {
        shared.header.generation = qiao_generation_manifest(job->generation)->generation;
        shared.header.fingerprint = qiaoi_lists_fingerprint(job->generation);
    }
    st = qiaoi_matches_writer_open(path, &shared.header, &shared.writer, err);
    if (st != QIAO_OK)
        return st;
    st = compare_with_before(&shared, err);
    open_candidates(&shared);
    if (st == QIAO_OK)
        st = make_lists(&shared, report, err);
    (void)qiaoi_candidates_writer_finish(shared.candidates, st == QIAO_OK);
    qiaoi_kept_free(shared.kept);
    if (st != QIAO_OK) {
        qiaoi_matches_writer_abort(shared.writer);
        return st;
    }
    report->lists += (uint64_t)shared.header.count[0] + shared.header.count[1];
    return qiaoi_matches_writer_finish(shared.writer, err);
}
