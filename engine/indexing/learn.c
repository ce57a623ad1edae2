/*
 * What the bilingual records of the corpus teach: every field that a record gives in Chinese and in English goes to the
 * learner. The working lexicon then has the compounds that were found. Relies on the learner in engine/lexicon; used by
 * the build.
 */
#include "indexing/learn.h"

#include "base/parallel.h"
#include "lexicon/lexicon_internal.h"
#include "qiao/file.h"
#include "qiao/record.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATH_SIZE 4096

static bool
is_language(const qiao_text *text, const char *language)
{
    return strncmp(text->language, language, 2) == 0 && (text->language[2] == '\0' || text->language[2] == '-');
}

static bool
same_list(const qiao_text *a, const qiao_text *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->language, b->language) == 0;
}

/* The English text that goes with a Chinese one: of the same field; of lists, the item at the same place where both are
 * equally long. */
static const qiao_text *
english_of(const qiao_record *record, size_t index)
{
    const qiao_text *chinese = &record->texts[index], *first = NULL, *found = NULL;
    size_t before = 0, items = 0, others = 0;

    for (size_t i = 0; i < record->text_count; i++) {
        const qiao_text *text = &record->texts[i];

        if (same_list(text, chinese)) {
            before += i < index;
            items++;
        } else if (first == NULL && strcmp(text->name, chinese->name) == 0 && is_language(text, "en")) {
            first = text;
        }
    }
    for (size_t i = 0; first != NULL && i < record->text_count; i++)
        if (same_list(&record->texts[i], first)) {
            if (others == before)
                found = &record->texts[i];
            others++;
        }
    return items == others ? found : NULL;
}

static qiao_status
add_record(qiaoi_learner *learner, const qiao_record *record, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    for (size_t i = 0; i < record->text_count && st == QIAO_OK; i++) {
        const qiao_text *chinese = &record->texts[i],
                        *english = is_language(chinese, "zh") ? english_of(record, i) : NULL;

        if (english != NULL)
            st = qiaoi_learner_add(learner, chinese->text, chinese->length, english->text, english->length, err);
    }
    return st;
}

static qiao_status
add_document(qiaoi_learner *learner, const qiaoi_corpus_document *document, qiaoi_unpacker *unpacker,
             uint64_t *bilingual, qiao_error *err)
{
    uint64_t before = qiaoi_learner_counts(learner).records;
    qiao_record_issues issues = {0};
    qiao_record *record = NULL;
    qiao_bytes json;
    qiao_status st = qiaoi_corpus_json(document, unpacker, &json, err);

    if (st == QIAO_OK)
        st = qiao_record_parse(json.data, json.length, NULL, &record, &issues, err);
    if (st == QIAO_OK)
        st = add_record(learner, record, err);
    *bilingual += qiaoi_learner_counts(learner).records > before;
    qiao_record_free(record);
    return st;
}

/* ---- records with both languages in them ---- */

typedef struct candidates {
    const qiaoi_corpus *corpus;
    unsigned threads;
    bool *found[2]; /* by document */
} candidates;

/* Does a string begin with Chinese or English, such as the names of languages do? */
static bool
has_both(qiao_bytes json)
{
    const char *at = json.data, *end = at + json.length;
    bool chinese = false, english = false;

    while (!(chinese && english) && (at = memchr(at, '"', (size_t)(end - at))) != NULL && end - at > 2) {
        chinese = chinese || (at[1] == 'z' && at[2] == 'h');
        english = english || (at[1] == 'e' && at[2] == 'n');
        at++;
    }
    return chinese && english;
}

/* Most records have one language: no need to parse them. One that cannot be read counts, so that somebody will say so.
 */
static void
look_for_both(void *context, unsigned part)
{
    const candidates *c = context;
    qiaoi_unpacker *unpacker = qiaoi_unpacker_new();

    for (int kind = 0; kind < 2; kind++) {
        const qiaoi_corpus_document *documents = c->corpus->documents[kind];
        size_t end = qiaoi_part_begin(c->corpus->count[kind], part + 1, c->threads);

        for (size_t d = qiaoi_part_begin(c->corpus->count[kind], part, c->threads); d < end; d++) {
            qiao_bytes json;

            c->found[kind][d] = unpacker == NULL ||
                                qiaoi_corpus_json(&documents[d], unpacker, &json, NULL) != QIAO_OK || has_both(json);
        }
    }
    qiaoi_unpacker_free(unpacker);
}

static qiao_status
find_candidates(candidates *c, qiao_error *err)
{
    for (int kind = 0; kind < 2; kind++) {
        c->found[kind] = qiao_alloc((size_t)c->corpus->count[kind] + 1);
        if (c->found[kind] == NULL)
            return qiao_fail_memory(err);
    }
    qiaoi_in_parts(c->threads, look_for_both, c);
    return QIAO_OK;
}

/* Of all that they say, in order. */
static uint64_t
hash_candidates(const candidates *c)
{
    uint64_t hash = 0;

    for (int kind = 0; kind < 2; kind++)
        for (uint32_t d = 0; d < c->corpus->count[kind]; d++)
            if (c->found[kind][d])
                hash = qiao_hash64(&c->corpus->documents[kind][d].content_hash, sizeof(uint64_t), hash);
    return hash;
}

static qiao_status
add_candidates(const candidates *c, qiaoi_learner *learner, uint64_t *bilingual, qiao_error *err)
{
    qiaoi_unpacker *unpacker = qiaoi_unpacker_new();
    qiao_status st = unpacker == NULL ? qiao_fail_memory(err) : QIAO_OK;

    for (int kind = 0; kind < 2; kind++)
        for (uint32_t d = 0; d < c->corpus->count[kind] && st == QIAO_OK; d++)
            if (c->found[kind][d])
                st = add_document(learner, &c->corpus->documents[kind][d], unpacker, bilingual, err);
    qiaoi_unpacker_free(unpacker);
    return st;
}

/* ---- what was learned before ---- */

/* The file holds this, then what the learner kept. */
typedef struct kept_learning {
    uint64_t program;
    uint64_t candidates; /* hash */
    uint64_t bilingual;
    uint64_t working; /* checksum of the working lexicon; 0 = none */
} kept_learning;

typedef struct learning_run {
    const qiaoi_learning *learning;
    qiaoi_learner *learner;
    kept_learning kept;
    qiao_lexicon *working;
} learning_run;

static void
path_of_kept(const qiaoi_learning *learning, const char *name, char out[PATH_SIZE])
{
    snprintf(out, PATH_SIZE, "%.4000s/build/%s", learning->data_dir, name);
}

/* The working lexicon that an earlier build left, if it is the one that was kept with what it learned. */
static void
find_working(learning_run *run, uint64_t wanted)
{
    char path[PATH_SIZE];

    path_of_kept(run->learning, "working.bin", path);
    if (wanted == 0 || !qiao_file_exists(path) || qiao_lexicon_open(path, &run->working, NULL) != QIAO_OK)
        return;
    if (qiaoi_lexicon_checksum(run->working) != wanted) {
        qiao_lexicon_close(run->working);
        run->working = NULL;
    }
}

/* Where there are compounds and the working lexicon was not at hand, it was written: it moves to where the next build
 * looks for it; its open mapping outlives its name. */
static qiao_status
take_working(learning_run *run, qiao_error *err)
{
    char path[PATH_SIZE];
    qiao_status st;

    if (run->working != NULL || qiaoi_learner_counts(run->learner).compounds == 0)
        return QIAO_OK;
    st = qiao_lexicon_open(run->learning->working_path, &run->working, err);
    path_of_kept(run->learning, "", path);
    if (st == QIAO_OK && qiao_file_make_directories(path, NULL) == QIAO_OK) {
        path_of_kept(run->learning, "working.bin", path);
        if (rename(run->learning->working_path, path) == 0)
            return QIAO_OK;
    }
    if (unlink(run->learning->working_path) != 0 && st == QIAO_OK)
        st = qiao_fail_errno(err, errno, "cannot remove %s", run->learning->working_path);
    return st;
}

/* same_texts: the candidates are those of the earlier build, and nothing was added to the learner. */
static qiao_status
recall_from(learning_run *run, const qiao_mapping *file, bool same_texts, bool *recalled_out, qiao_error *err)
{
    kept_learning before;
    qiao_status st;

    memcpy(&before, file->data, sizeof before);
    if (before.program != run->learning->program || (same_texts && before.candidates != run->kept.candidates))
        return QIAO_OK;
    find_working(run, before.working);
    st = qiaoi_learner_recall(run->learner, file->data + sizeof before, file->length - sizeof before,
                              run->working != NULL ? NULL : run->learning->working_path, same_texts, recalled_out, err);
    if (same_texts && *recalled_out)
        run->kept.bilingual = before.bilingual;
    if (!*recalled_out) {
        qiao_lexicon_close(run->working);
        run->working = NULL;
    }
    return st;
}

static qiao_status
recall(learning_run *run, bool same_texts, bool *recalled_out, qiao_error *err)
{
    char path[PATH_SIZE];
    qiao_mapping file;
    qiao_status st = QIAO_OK;

    *recalled_out = false;
    path_of_kept(run->learning, "learned.bin", path);
    if (run->learning->anew || qiao_mapping_open(path, &file, NULL) != QIAO_OK)
        return QIAO_OK;
    if (file.length > sizeof(kept_learning))
        st = recall_from(run, &file, same_texts, recalled_out, err);
    qiao_mapping_close(&file);
    return st;
}

static bool
write_kept(const char *path, const qiao_buffer *bytes)
{
    FILE *file = fopen(path, "wb");
    bool good = file != NULL && fwrite(bytes->data, 1, bytes->length, file) == bytes->length;

    return file != NULL && fclose(file) == 0 && good;
}

/* Without it the next build learns again: no reason to fail. */
static void
keep(learning_run *run)
{
    char path[PATH_SIZE], beside[PATH_SIZE];
    qiao_buffer bytes = {0};

    run->kept.working = run->working != NULL ? qiaoi_lexicon_checksum(run->working) : 0;
    path_of_kept(run->learning, "", path);
    path_of_kept(run->learning, "learned.new", beside);
    qiao_buffer_append(&bytes, &run->kept, sizeof run->kept);
    if (qiaoi_learner_keep(run->learner, &bytes, NULL) == QIAO_OK &&
        qiao_file_make_directories(path, NULL) == QIAO_OK) {
        path_of_kept(run->learning, "learned.bin", path);
        if (!write_kept(beside, &bytes) || rename(beside, path) != 0)
            (void)unlink(beside);
    }
    qiao_buffer_done(&bytes);
}

/* ---- the whole ---- */

/* From the texts: recalled where they are those of an earlier build although their records changed; else learned. */
static qiao_status
read_and_learn(const candidates *c, learning_run *run, qiao_error *err)
{
    bool recalled = false;
    qiao_status st = add_candidates(c, run->learner, &run->kept.bilingual, err);

    if (st != QIAO_OK || qiaoi_learner_counts(run->learner).records == 0)
        return st;
    st = recall(run, false, &recalled, err);
    if (st == QIAO_OK && !recalled)
        st = qiaoi_learner_run(run->learner, run->learning->working_path, err);
    if (st == QIAO_OK)
        st = take_working(run, err);
    if (st == QIAO_OK)
        keep(run);
    return st;
}

static qiao_status
learn(candidates *c, learning_run *run, qiao_error *err)
{
    bool recalled = false;
    qiao_status st = find_candidates(c, err);

    if (st != QIAO_OK)
        return st;
    run->kept.candidates = hash_candidates(c);
    st = recall(run, true, &recalled, err);
    if (st == QIAO_OK)
        st = recalled ? take_working(run, err) : read_and_learn(c, run, err);
    return st;
}

qiao_status
qiaoi_corpus_learn(const qiaoi_corpus *corpus, const qiaoi_learning *learning, qiaoi_learner **out,
                   qiao_lexicon **working_out, uint64_t *bilingual_out, qiao_error *err)
{
    candidates c = {.corpus = corpus,
                    .threads = learning->threads > QIAOI_PARTS_MAX ? QIAOI_PARTS_MAX
                               : learning->threads == 0            ? 1
                                                                   : learning->threads};
    learning_run run = {.learning = learning, .kept = {.program = learning->program}};
    qiao_status st = qiaoi_learner_new(learning->base, learning->threads, &run.learner, err);

    *working_out = NULL;
    if (st == QIAO_OK)
        st = learn(&c, &run, err);
    qiao_free(c.found[0]);
    qiao_free(c.found[1]);
    if (st != QIAO_OK) {
        qiao_lexicon_close(run.working);
        qiaoi_learner_free(run.learner);
        return st;
    }
    *out = run.learner;
    *working_out = run.working;
    *bilingual_out = run.kept.bilingual;
    return QIAO_OK;
}
