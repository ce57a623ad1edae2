/* The learner: takes texts, finds compounds, gathers parallel sentences, trains, keeps what is worth keeping. See
 * learn.h. */
#include "lexicon/learn_internal.h"

#include "qiao/file.h"

#include <string.h>
#include <unistd.h>

#define TEXT_LEAST 2u /* bytes */
#define TEXT_MOST ((size_t)1 << 20)

qiao_status
qiaoi_learner_new(const qiao_lexicon *base, unsigned threads, qiaoi_learner **out, qiao_error *err)
{
    qiaoi_learner *learner = qiao_calloc(1, sizeof *learner);

    *out = NULL;
    if (learner == NULL)
        return qiao_fail_memory(err);
    learner->base = base;
    learner->threads = threads == 0 ? 1 : threads > QIAOI_PARTS_MAX ? QIAOI_PARTS_MAX : threads;
    learner->texts_arena = qiao_arena_new(1u << 20);
    learner->stems = qiao_arena_new(1u << 16);
    if (learner->texts_arena == NULL || learner->stems == NULL) {
        qiaoi_learner_free(learner);
        return qiao_fail_memory(err);
    }
    *out = learner;
    return QIAO_OK;
}

/* Both sides are what they are said to be; a record may claim the wrong language, or the same one twice. */
static bool
worth_reading(const char *chinese, size_t chinese_length, const char *english, size_t english_length)
{
    if (chinese_length < TEXT_LEAST || english_length < TEXT_LEAST || chinese_length > TEXT_MOST ||
        english_length > TEXT_MOST)
        return false;
    return strcmp(qiao_language_of(chinese, chinese_length), "zh") == 0 &&
           strcmp(qiao_language_of(english, english_length), "en") == 0;
}

qiao_status
qiaoi_learner_add(qiaoi_learner *learner, const char *chinese, size_t chinese_length, const char *english,
                  size_t english_length, qiao_error *err)
{
    qiaoi_learn_text text = {NULL, NULL, chinese_length, english_length};
    bool fresh = true;
    qiao_status st;

    if (!worth_reading(chinese, chinese_length, english, english_length))
        return QIAO_OK;
    st =
        qiaoi_repeats_add(&learner->seen, qiao_hash64(english, english_length, qiao_hash64(chinese, chinese_length, 0)),
                          QIAOI_REPEATS_MAX, &fresh, err);
    if (st != QIAO_OK || !fresh)
        return st;
    text.chinese = qiao_arena_strndup(learner->texts_arena, chinese, chinese_length);
    text.english = qiao_arena_strndup(learner->texts_arena, english, english_length);
    if (text.chinese == NULL || text.english == NULL)
        return qiao_fail_memory(err);
    qiao_buffer_append(&learner->texts, &text, sizeof text);
    if (learner->texts.failed)
        return qiao_fail_memory(err);
    learner->report.records++;
    learner->texts_hash =
        qiao_hash64(english, english_length, qiao_hash64(chinese, chinese_length, learner->texts_hash));
    return QIAO_OK;
}

static qiao_status
keep_links(qiaoi_learner *learner, const qiaoi_parallel *parallel, const qiao_buffer *links, qiao_error *err)
{
    const qiaoi_link *link = (const qiaoi_link *)(const void *)links->data;
    uint32_t last = UINT32_MAX;

    for (size_t i = 0; i < links->length / sizeof *link; i++, link++) {
        const char *stem = parallel->stems[link->english];
        qiaoi_learned learned = {parallel->entries[link->chinese],
                                 qiao_arena_strndup(learner->stems, stem, strlen(stem)), link->count};

        if (learned.stem == NULL)
            return qiao_fail_memory(err);
        qiao_buffer_append(&learner->result, &learned, sizeof learned);
        learner->report.words += link->chinese != last;
        last = link->chinese;
    }
    learner->report.kept = links->length / sizeof *link;
    return learner->result.failed ? qiao_fail_memory(err) : QIAO_OK;
}

static qiao_status
train_on(qiaoi_learner *learner, const qiao_lexicon *lexicon, qiao_error *err)
{
    qiaoi_parallel parallel;
    qiao_buffer links = {0};
    qiao_status st = qiaoi_gather((const qiaoi_learn_text *)(const void *)learner->texts.data, learner->report.records,
                                  lexicon, learner->threads, &parallel, err);

    if (st != QIAO_OK)
        return st;
    learner->report.sentence_pairs = parallel.count;
    if (parallel.count > 0)
        st = qiaoi_train(&parallel, learner->threads, &links, err);
    if (st == QIAO_OK)
        st = keep_links(learner, &parallel, &links, err);
    qiao_buffer_done(&links);
    qiaoi_parallel_done(&parallel);
    return st;
}

qiao_status
qiaoi_learner_run(qiaoi_learner *learner, const char *working_path, qiao_error *err)
{
    qiao_lexicon *working = NULL;
    qiao_status st;

    if (learner->report.records == 0)
        return QIAO_OK;
    st = qiaoi_find_compounds((const qiaoi_learn_text *)(const void *)learner->texts.data, learner->report.records,
                              learner->base, learner->threads, working_path, &learner->found, &working,
                              &learner->report.compounds, err);
    if (st == QIAO_OK)
        st = train_on(learner, working != NULL ? working : learner->base, err);
    if (st != QIAO_OK && working != NULL)
        (void)unlink(working_path);
    qiao_lexicon_close(working);
    return st;
}

const qiaoi_learned *
qiaoi_learner_result(const qiaoi_learner *learner, size_t *count_out)
{
    *count_out = learner->result.length / sizeof(qiaoi_learned);
    return (const qiaoi_learned *)(const void *)learner->result.data;
}

qiaoi_learner_report
qiaoi_learner_counts(const qiaoi_learner *learner)
{
    return learner->report;
}

uint64_t
qiaoi_learner_hash(const qiaoi_learner *learner)
{
    const qiaoi_learned *learned = (const qiaoi_learned *)(const void *)learner->result.data;
    uint64_t hash = learner->report.compounds;

    for (size_t i = 0; i < learner->report.kept; i++, learned++) {
        hash = qiao_hash64(learned->stem, strlen(learned->stem), hash + learned->entry);
        hash = qiao_hash64(&learned->count, sizeof learned->count, hash);
    }
    return hash;
}

void
qiaoi_learner_free(qiaoi_learner *learner)
{
    if (learner == NULL)
        return;
    qiao_arena_free(learner->texts_arena);
    qiao_arena_free(learner->stems);
    qiao_buffer_done(&learner->texts);
    qiao_buffer_done(&learner->found);
    qiao_buffer_done(&learner->result);
    qiaoi_repeats_done(&learner->seen);
    qiao_free(learner);
}
