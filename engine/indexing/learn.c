/*
 * What the bilingual records of the corpus teach: every field that a record gives in Chinese and in English goes to the
 * learner. The working lexicon then has the compounds that were found. Relies on the learner in engine/lexicon; used by
 * the build.
 */
#include "indexing/learn.h"

#include "qiao/record.h"

#include <string.h>

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

qiao_status
qiaoi_corpus_learn(const qiaoi_corpus *corpus, const qiao_lexicon *base, unsigned threads, const char *path,
                   qiaoi_learner **out, uint64_t *bilingual_out, qiao_error *err)
{
    qiaoi_learner *learner = NULL;
    uint64_t bilingual = 0;
    qiao_status st = qiaoi_learner_new(base, threads, &learner, err);

    for (int kind = 0; kind < 2; kind++)
        for (uint32_t d = 0; d < corpus->count[kind] && st == QIAO_OK; d++)
            st = add_document(learner, &corpus->documents[kind][d], &bilingual, err);
    if (st == QIAO_OK)
        st = qiaoi_learner_run(learner, path, err);
    if (st != QIAO_OK) {
        qiaoi_learner_free(learner);
        return st;
    }
    *out = learner;
    *bilingual_out = bilingual;
    return QIAO_OK;
}
