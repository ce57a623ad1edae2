/* Joins the corpus with what an earlier build found: both are in order of id. */
#include "indexing/reuse.h"

#include "qiao/catalog.h"
#include "qiao/fulltext.h"
#include "qiao/generation.h"

#include <stdio.h>
#include <string.h>

/* Past these, a full build takes hardly longer and leaves a denser full-text index. */
#define CHANGED_SHARE_MAX 0.2
#define NUMBERS_PER_DOCUMENT_MAX 1.5
#define SMALL_CORPUS 1000u /* any share of so few is quickly done */
#define GROUPS_MAX 64u

static bool
same_groups(const qiao_vocabulary *vocabulary, const char *country, int before, int now)
{
    const char *old_groups[GROUPS_MAX], *new_groups[GROUPS_MAX];
    size_t old_count = qiao_vocabulary_groups_of(vocabulary, country, before, old_groups, GROUPS_MAX);
    size_t new_count = qiao_vocabulary_groups_of(vocabulary, country, now, new_groups, GROUPS_MAX);

    if (old_count != new_count)
        return false;
    for (size_t i = 0; i < old_count && i < GROUPS_MAX; i++)
        if (strcmp(old_groups[i], new_groups[i]) != 0)
            return false;
    return true;
}

/* Tags name the groups that a country belongs to on the day of the build. */
static bool
same_calendar(const qiaoi_findings *findings, const qiao_vocabulary *vocabulary, int today)
{
    const qiaoi_findings_header *header = findings->header;
    const char *tag = (const char *)findings->mapping.data + header->tags,
               *end = (const char *)findings->mapping.data + header->tags_end;

    for (; header->day != today && vocabulary != NULL && tag < end; tag += strlen(tag) + 1)
        if (strncmp(tag, "country:", 8) == 0 && !same_groups(vocabulary, tag + 8, header->day, today))
            return false;
    return true;
}

/* The full-text index that the numbers belong to must be there, in the format of this program. */
static bool
usable_generation(const char *data_dir, uint64_t number)
{
    char path[QIAO_PATH_MAX], text[QIAO_PATH_MAX + 8];
    qiao_fulltext *index = NULL;
    qiao_manifest manifest;
    qiao_status st = qiao_catalog_manifest(data_dir, number, &manifest, NULL);

    if (st == QIAO_OK)
        st = qiao_catalog_path(data_dir, number, path, NULL);
    if (st != QIAO_OK || manifest.format_version != QIAO_FORMAT_VERSION)
        return false;
    snprintf(text, sizeof text, "%s/text", path);
    st = qiao_fulltext_open(text, &index, NULL);
    qiao_fulltext_close(index);
    return st == QIAO_OK;
}

static qiao_build_mode
judge(const qiaoi_findings *findings, const char *data_dir, const qiaoi_findings_basis *basis,
      const qiao_vocabulary *vocabulary, int today)
{
    const qiaoi_findings_header *header = findings->header;

    if (header->basis.program != basis->program)
        return QIAO_BUILD_FULL_NOTHING_KEPT;
    if (header->basis.lexicon != basis->lexicon)
        return QIAO_BUILD_FULL_LEXICON;
    if (header->basis.vocabulary != basis->vocabulary || !same_calendar(findings, vocabulary, today))
        return QIAO_BUILD_FULL_VOCABULARY;
    return usable_generation(data_dir, header->generation) ? QIAO_BUILD_UPDATED : QIAO_BUILD_FULL_NOTHING_KEPT;
}

static void
number_from_beginning(qiaoi_corpus *corpus)
{
    corpus->numbers = 0;
    for (int kind = 0; kind < 2; kind++)
        for (uint32_t d = 0; d < corpus->count[kind]; d++) {
            corpus->documents[kind][d].found = 0;
            corpus->documents[kind][d].number = corpus->numbers++;
        }
}

/* One side: entries first..end of the findings against its documents. */
static void
join(qiaoi_corpus *corpus, qiao_kind kind, uint32_t first, uint32_t end, qiaoi_reuse *reuse)
{
    const qiaoi_findings *findings = reuse->findings;
    uint32_t entry = first;

    for (uint32_t d = 0; d < corpus->count[kind]; d++) {
        qiaoi_corpus_document *document = &corpus->documents[kind][d];
        const qiaoi_findings_entry *kept = &findings->entries[entry];
        int order = 1;

        for (; entry < end && (order = strcmp(findings->ids + kept->id, document->id)) < 0; entry++, kept++)
            reuse->removed[reuse->removed_count++] = kept->number;
        if (entry == end || order != 0) {
            document->number = corpus->numbers++;
            reuse->changed++;
            continue;
        }
        document->number = kept->number;
        if (kept->content_hash == document->content_hash)
            document->found = entry + 1;
        else
            reuse->changed++;
        entry++;
    }
    for (; entry < end; entry++)
        reuse->removed[reuse->removed_count++] = findings->entries[entry].number;
}

void
qiaoi_reuse_drift(const qiaoi_corpus *corpus, const qiaoi_reuse *reuse, uint64_t drift_out[2])
{
    const qiaoi_findings *findings = reuse->findings;
    uint32_t entry = 0, end = 0;

    for (int kind = 0; kind < 2; kind++) {
        drift_out[kind] = 0;
        end += findings->header->documents[kind];
        for (uint32_t d = 0; d < corpus->count[kind]; d++) {
            const qiaoi_corpus_document *document = &corpus->documents[kind][d];
            int order = 1;

            for (; entry < end && (order = strcmp(findings->ids + findings->entries[entry].id, document->id)) < 0;
                 entry++)
                drift_out[kind]++;
            drift_out[kind] +=
                entry == end || order != 0 || findings->entries[entry].content_hash != document->content_hash;
            entry += entry < end && order == 0;
        }
        drift_out[kind] += end - entry;
        entry = end;
    }
}

static bool
too_much(const qiaoi_corpus *corpus, const qiaoi_reuse *reuse)
{
    double documents = (double)corpus->count[0] + corpus->count[1];
    double touched = (double)reuse->changed + reuse->removed_count;

    return documents > SMALL_CORPUS &&
           (touched > CHANGED_SHARE_MAX * documents || corpus->numbers > NUMBERS_PER_DOCUMENT_MAX * documents);
}

static qiao_status
join_sides(qiaoi_corpus *corpus, qiaoi_reuse *reuse, qiao_error *err)
{
    const qiaoi_findings_header *header = reuse->findings->header;
    uint32_t projects = header->documents[0], all = projects + header->documents[1];

    reuse->removed = qiao_alloc(((size_t)all + 1) * sizeof *reuse->removed);
    if (reuse->removed == NULL)
        return qiao_fail_memory(err);
    reuse->generation = header->generation;
    corpus->numbers = header->numbers;
    join(corpus, QIAO_PROJECT, 0, projects, reuse);
    join(corpus, QIAO_NEED, projects, all, reuse);
    return QIAO_OK;
}

/* The terms and documents that the findings speak of must be those of the generation. */
static bool
same_numbers(const qiaoi_findings *findings, const qiao_generation *generation)
{
    const qiaoi_findings_header *header = findings->header;
    const qiao_lexicon *lexicon = qiao_generation_lexicon(generation);
    uint32_t entry = 0;

    if (lexicon->term_count != header->order_count ||
        qiao_hash64(lexicon->term_bytes, lexicon->term_offsets[lexicon->term_count], 0) != header->order_terms)
        return false;
    for (int kind = 0; kind < 2; kind++) {
        if (qiao_generation_count(generation, (qiao_kind)kind) != header->documents[kind])
            return false;
        for (uint32_t d = 0; d < header->documents[kind]; d++, entry++)
            if (strcmp(qiao_generation_id(generation, (qiao_kind)kind, d),
                       findings->ids + findings->entries[entry].id) != 0)
                return false;
    }
    return true;
}

/* Where it cannot be read everything is made anew: no reason to fail. */
static void
open_parent(qiaoi_reuse *reuse, const char *data_dir)
{
    const qiaoi_findings_header *header = reuse->findings->header;
    qiaoi_parent *parent = &reuse->parent;

    memcpy(parent->documents, header->documents, sizeof parent->documents);
    memcpy(parent->mean_length, header->mean_length, sizeof parent->mean_length);
    if (qiao_generation_open(data_dir, header->generation, &parent->generation, NULL) == QIAO_OK &&
        !same_numbers(reuse->findings, parent->generation)) {
        qiao_generation_close(parent->generation);
        parent->generation = NULL;
    }
}

qiao_status
qiaoi_reuse_open(qiaoi_reuse *reuse, const char *data_dir, qiao_error *err)
{
    qiao_status st = qiaoi_findings_open(data_dir, &reuse->findings, NULL);

    if (st == QIAO_E_NOMEM)
        return qiao_fail_memory(err);
    if (st == QIAO_OK)
        open_parent(reuse, data_dir);
    return QIAO_OK;
}

qiao_status
qiaoi_corpus_reuse(qiaoi_corpus *corpus, const char *data_dir, const qiaoi_findings_basis *basis,
                   const qiao_vocabulary *vocabulary, qiaoi_reuse *out, qiao_build_mode *mode_out, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    *mode_out = QIAO_BUILD_FULL_NOTHING_KEPT;
    if (out->findings != NULL)
        *mode_out = judge(out->findings, data_dir, basis, vocabulary, corpus->day);
    if (*mode_out == QIAO_BUILD_UPDATED) {
        st = join_sides(corpus, out, err);
        if (st != QIAO_OK)
            return st;
        if (too_much(corpus, out))
            *mode_out = QIAO_BUILD_FULL_MUCH_CHANGED;
    }
    if (*mode_out != QIAO_BUILD_UPDATED)
        qiaoi_reuse_forget(out, corpus);
    return QIAO_OK;
}

void
qiaoi_reuse_forget(qiaoi_reuse *reuse, qiaoi_corpus *corpus)
{
    qiaoi_parent parent = reuse->parent;

    if (corpus->statistics_kept)
        reuse->parent.generation = NULL;
    qiaoi_reuse_done(reuse);
    if (corpus->statistics_kept)
        reuse->parent = parent;
    number_from_beginning(corpus);
}

void
qiaoi_reuse_done(qiaoi_reuse *reuse)
{
    qiaoi_findings_close(reuse->findings);
    qiao_free(reuse->removed);
    qiao_generation_close(reuse->parent.generation);
    memset(reuse, 0, sizeof *reuse);
}
