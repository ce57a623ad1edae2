/* See statistics.h. */
#include "indexing/statistics.h"

#include "qiao/catalog.h"
#include "store/generation_internal.h"

#include <stdio.h>
#include <string.h>

/* Of a side. Up to here rankings by kept and by renewed statistics find the same (bench/drift.sh). */
#define DRIFT_MAX 0.05
#define SMALL_CORPUS 1000u /* statistics of so few records are quickly made, and move with each of them */

static bool
same_lexicon(const qiaoi_statistics_request *request, const qiao_manifest *parent)
{
    size_t length = strlen(request->lexicon_label);

    return strncmp(parent->lexicon, request->lexicon_label, length) == 0 &&
           (parent->lexicon[length] == '\0' || parent->lexicon[length] == '/');
}

/* A side that was empty said nothing about words. */
static bool
something_counted(const qiaoi_corpus *corpus, const qiao_generation *parent)
{
    for (int kind = 0; kind < 2; kind++)
        if (corpus->count[kind] > 0 && qiaoi_generation_statistics(parent, (qiao_kind)kind)->documents == 0)
            return false;
    return true;
}

static bool
little_changed(const qiao_generation *parent, const uint64_t drift[2])
{
    uint64_t all = 0;

    for (int kind = 0; kind < 2; kind++) {
        uint32_t documents = qiaoi_generation_statistics(parent, (qiao_kind)kind)->documents;

        if ((double)drift[kind] > DRIFT_MAX * documents)
            return false;
        all += documents;
    }
    return all > SMALL_CORPUS;
}

/* The lexicon by which the parent's texts were read: the base, or the working lexicon that lies beside the findings. */
static bool
open_working(const qiaoi_statistics_request *request, uint64_t wanted, const qiao_lexicon *base, qiao_lexicon **out)
{
    char path[QIAO_PATH_MAX + 64];

    *out = NULL;
    if (qiaoi_lexicon_checksum(base) == wanted)
        return true;
    qiaoi_findings_path(request->data_dir, "working.bin", path);
    if (!qiao_file_exists(path) || qiao_lexicon_open(path, out, NULL) != QIAO_OK)
        return false;
    if (qiaoi_lexicon_checksum(*out) == wanted)
        return true;
    qiao_lexicon_close(*out);
    *out = NULL;
    return false;
}

void
qiaoi_statistics_decide(const qiaoi_statistics_request *request, const qiaoi_corpus *corpus, const qiaoi_reuse *reuse,
                        const qiao_lexicon *base, qiaoi_statistics_decision *out)
{
    const qiao_generation *parent = reuse->parent.generation;
    const qiao_manifest *manifest = parent == NULL ? NULL : qiao_generation_manifest(parent);
    bool wanted =
        request->choice == QIAO_STATISTICS_KEPT || (request->choice == QIAO_STATISTICS_AS_NEEDED && !request->full);

    *out = (qiaoi_statistics_decision){.kept = false};
    if (!wanted || parent == NULL || reuse->findings == NULL || !same_lexicon(request, manifest) ||
        reuse->findings->header->basis.program != request->program || !something_counted(corpus, parent))
        return;
    qiaoi_reuse_drift(corpus, reuse, out->drift);
    out->drift[QIAO_PROJECT] += manifest->drift_projects;
    out->drift[QIAO_NEED] += manifest->drift_needs;
    if (request->choice == QIAO_STATISTICS_KEPT || little_changed(parent, out->drift))
        out->kept = open_working(request, reuse->findings->header->basis.lexicon, base, &out->working);
    if (!out->kept)
        memset(out->drift, 0, sizeof out->drift);
}
