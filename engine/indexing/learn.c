/*
 * What the bilingual records of the corpus teach: every field that a record gives in Chinese and in English goes to the
 * learner. The working lexicon then has the compounds that were found. Relies on the learner in engine/lexicon; used by
 * the build.
 */
#include "indexing/learn.h"

#include "qiao/file.h"
#include "qiao/record.h"

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
add_document(qiaoi_learner *learner, const qiaoi_corpus_document *document, uint64_t *bilingual, qiao_error *err)
{
    uint64_t before = qiaoi_learner_counts(learner).records;
    qiao_record_issues issues = {0};
    qiao_record *record = NULL;
    qiao_status st;

    if (strstr(document->json, "\"zh") == NULL || strstr(document->json, "\"en") == NULL)
        return QIAO_OK; /* most records have one language: no need to parse them */
    st = qiao_record_parse(document->json, document->length, NULL, &record, &issues, err);
    if (st == QIAO_OK)
        st = add_record(learner, record, err);
    *bilingual += qiaoi_learner_counts(learner).records > before;
    qiao_record_free(record);
    return st;
}

/* ---- what was learned before ---- */

static void
path_of_kept(const qiaoi_learning *learning, const char *name, char out[PATH_SIZE])
{
    snprintf(out, PATH_SIZE, "%.4000s/build/%s", learning->data_dir, name);
}

/* The file holds the hash of the program, then what the learner kept. */
static qiao_status
recall(const qiaoi_learning *learning, qiaoi_learner *learner, bool *recalled_out, qiao_error *err)
{
    char path[PATH_SIZE];
    qiao_mapping kept;
    uint64_t program;
    qiao_status st = QIAO_OK;

    *recalled_out = false;
    path_of_kept(learning, "learned.bin", path);
    if (learning->anew || qiao_mapping_open(path, &kept, NULL) != QIAO_OK)
        return QIAO_OK;
    if (kept.length > sizeof program) {
        memcpy(&program, kept.data, sizeof program);
        if (program == learning->program)
            st = qiaoi_learner_recall(learner, kept.data + sizeof program, kept.length - sizeof program,
                                      learning->working_path, recalled_out, err);
    }
    qiao_mapping_close(&kept);
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
keep(const qiaoi_learning *learning, const qiaoi_learner *learner)
{
    char path[PATH_SIZE], beside[PATH_SIZE];
    qiao_buffer bytes = {0};

    path_of_kept(learning, "", path);
    path_of_kept(learning, "learned.new", beside);
    qiao_buffer_append(&bytes, &learning->program, sizeof learning->program);
    if (qiaoi_learner_keep(learner, &bytes, NULL) == QIAO_OK && qiao_file_make_directories(path, NULL) == QIAO_OK) {
        path_of_kept(learning, "learned.bin", path);
        if (!write_kept(beside, &bytes) || rename(beside, path) != 0)
            (void)unlink(beside);
    }
    qiao_buffer_done(&bytes);
}

/* ---- the whole ---- */

static qiao_status
run(const qiaoi_learning *learning, qiaoi_learner *learner, qiao_error *err)
{
    bool recalled = false;
    qiao_status st;

    if (qiaoi_learner_counts(learner).records == 0)
        return QIAO_OK;
    st = recall(learning, learner, &recalled, err);
    if (st != QIAO_OK || recalled)
        return st;
    st = qiaoi_learner_run(learner, learning->working_path, err);
    if (st == QIAO_OK)
        keep(learning, learner);
    return st;
}

qiao_status
qiaoi_corpus_learn(const qiaoi_corpus *corpus, const qiaoi_learning *learning, qiaoi_learner **out,
                   uint64_t *bilingual_out, qiao_error *err)
{
    qiaoi_learner *learner = NULL;
    uint64_t bilingual = 0;
    qiao_status st = qiaoi_learner_new(learning->base, learning->threads, &learner, err);

    for (int kind = 0; kind < 2; kind++)
        for (uint32_t d = 0; d < corpus->count[kind] && st == QIAO_OK; d++)
            st = add_document(learner, &corpus->documents[kind][d], &bilingual, err);
    if (st == QIAO_OK)
        st = run(learning, learner, err);
    if (st != QIAO_OK) {
        qiaoi_learner_free(learner);
        return st;
    }
    *out = learner;
    *bilingual_out = bilingual;
    return QIAO_OK;
}
