/* See indicators.h. */
#include "match/indicators.h"

#include "qiao/file.h"

#include <string.h>

#define LEAST_LIKENESS 0.62
#define SHARE_GAIN 1.3 /* a word of several near translations is met by one of them */
#define MUST_WEIGHT 2

static void
view(const qiaoi_facts *facts, uint32_t index, qiao_reading *out)
{
    const qiaoi_fact_reading *r = &qiaoi_facts_readings(facts)[index];

    *out = (qiao_reading){.start = r->start,
                          .end = r->end,
                          .name = (const char *)facts + r->name,
                          .op = (qiao_indicator_operator)r->op,
                          .value = r->value,
                          .value2 = r->value2,
                          .unit = (const char *)facts + r->unit,
                          .si_value = r->si_value,
                          .si_value2 = r->si_value2,
                          .si_unit = (const char *)facts + r->si_unit,
                          .unit_factor = r->factor,
                          .unit_offset = r->offset,
                          .dimension = r->dimension,
                          .change = (qiao_trend)r->change,
                          .difference = r->difference != 0,
                          .better = (qiao_better)r->better,
                          .span = r->span != 0};
}

static uint32_t
hash_of(const char *text, size_t length)
{
    uint32_t hash = (uint32_t)qiao_hash64(text, length, 0);

    return hash != 0 ? hash : 1;
}

static void
spread(const qiao_lexicon *lexicon, const qiao_token *token, qiaoi_name_word *out)
{
    *out = (qiaoi_name_word){.hash = hash_of(token->form, token->form_length)};
    if (token->entry == 0 || token->script == QIAO_SCRIPT_NUMBER)
        return;
    for (uint32_t i = 0; i < lexicon->entries[token->entry - 1].count && out->count < QIAOI_NAME_TRANSLATIONS; i++) {
        const qiaoi_translation *t = &lexicon->translations[lexicon->entries[token->entry - 1].first + i];
        const char *stem = qiaoi_lexicon_term_text(lexicon, t->term);

        out->translations[out->count] = hash_of(stem, strlen(stem));
        out->shares[out->count++] = (float)t->share / 65535.0f;
    }
}

static qiao_status
read_names(qiaoi_indicators *indicators, qiao_analyzer *analyzer, const qiao_lexicon *lexicon, qiao_error *err)
{
    for (uint32_t i = 0; i < indicators->need->reading_count; i++) {
        const char *name = indicators->needs[i].name;
        const qiao_token *tokens;
        size_t n, words = 0;
        qiao_status st = qiao_analyze(analyzer, name, strlen(name), NULL, false, &tokens, &n, err);

        if (st != QIAO_OK)
            return st;
        for (size_t k = 0; k < n && words < QIAOI_NAME_WORDS; k++)
            if (!tokens[k].stop_word)
                spread(lexicon, &tokens[k], &indicators->words[i][words++]);
        indicators->word_counts[i] = (uint32_t)words;
    }
    return QIAO_OK;
}

qiao_status
qiaoi_indicators_name(const qiaoi_facts *need, const uint64_t *entries, qiao_analyzer *analyzer, bool *any_out,
                      qiao_error *err)
{
    *any_out = false;
    for (uint32_t i = 0; !*any_out && i < need->reading_count; i++) {
        const char *name = (const char *)need + qiaoi_facts_readings(need)[i].name;
        const qiao_token *tokens;
        size_t count;
        qiao_status st = qiao_analyze(analyzer, name, strlen(name), NULL, false, &tokens, &count, err);

        if (st != QIAO_OK)
            return st;
        for (size_t k = 0; k < count; k++) {
            uint32_t entry = tokens[k].entry - 1;

            *any_out = *any_out || (tokens[k].entry != 0 && (entries[entry >> 6] >> (entry & 63u) & 1u) != 0);
        }
    }
    return QIAO_OK;
}

static qiaoi_known_names *
known_place(qiaoi_indicators *indicators, uint32_t docid)
{
    if (docid == QIAOI_NOT_STORED)
        return NULL;
    if (indicators->known == NULL)
        indicators->known = qiao_calloc(QIAOI_KNOWN_NEEDS, sizeof *indicators->known);
    return indicators->known == NULL ? NULL : &indicators->known[docid % QIAOI_KNOWN_NEEDS];
}

/* Without memory they are read again the next time. */
static void
keep_names(const qiaoi_indicators *indicators, qiaoi_known_names *known, uint32_t docid)
{
    size_t total = 0, at = 0;

    for (uint32_t i = 0; i < indicators->need->reading_count; i++)
        total += indicators->word_counts[i];
    if (total > QIAOI_KNOWN_WORDS_MAX)
        return;
    qiao_free(known->words);
    known->words = qiao_alloc((total + 1) * sizeof *known->words);
    known->docid = known->words == NULL ? 0 : docid + 1;
    for (uint32_t i = 0; known->words != NULL && i < indicators->need->reading_count; i++) {
        known->counts[i] = (uint8_t)indicators->word_counts[i];
        memcpy(known->words + at, indicators->words[i], known->counts[i] * sizeof *known->words);
        at += known->counts[i];
    }
}

static void
take_names(qiaoi_indicators *indicators, const qiaoi_known_names *known)
{
    size_t at = 0;

    for (uint32_t i = 0; i < indicators->need->reading_count; i++) {
        indicators->word_counts[i] = known->counts[i];
        memcpy(indicators->words[i], known->words + at, known->counts[i] * sizeof *known->words);
        at += known->counts[i];
    }
}

qiao_status
qiaoi_indicators_need(qiaoi_indicators *indicators, const qiaoi_facts *need, uint32_t docid, bool names,
                      qiao_analyzer *analyzer, const qiao_lexicon *lexicon, qiao_error *err)
{
    qiaoi_known_names *known;
    qiao_status st;

    indicators->need = need;
    indicators->project = NULL;
    for (uint32_t i = 0; need != NULL && i < need->reading_count; i++)
        view(need, i, &indicators->needs[i]);
    if (need == NULL || need->reading_count == 0 || !names)
        return QIAO_OK;
    known = known_place(indicators, docid);
    if (known != NULL && known->docid == docid + 1) {
        take_names(indicators, known);
        return QIAO_OK;
    }
    st = read_names(indicators, analyzer, lexicon, err);
    if (st == QIAO_OK && known != NULL)
        keep_names(indicators, known, docid);
    return st;
}

void
qiaoi_indicators_done(qiaoi_indicators *indicators)
{
    for (uint32_t i = 0; indicators->known != NULL && i < QIAOI_KNOWN_NEEDS; i++)
        qiao_free(indicators->known[i].words);
    qiao_free(indicators->known);
    indicators->known = NULL;
}

/* How far a word of the need is met by the words of a name, and, into met, each of those by it. */
static double
meet(const qiaoi_name_word *word, const uint32_t *names, size_t count, double *met)
{
    double sum = 0;

    for (size_t k = 0; k < count; k++) {
        if (names[k] == word->hash) {
            met[k] = 1;
            return 1;
        }
        for (uint32_t t = 0; t < word->count; t++)
            if (names[k] == word->translations[t]) {
                sum += (double)word->shares[t];
                met[k] = 1;
            }
    }
    sum *= SHARE_GAIN;
    return sum > 1 ? 1 : sum;
}

static double
across_languages(const qiaoi_name_word *words, uint32_t count, const uint32_t names[QIAOI_NAME_WORDS])
{
    double met[QIAOI_NAME_WORDS] = {0}, a = 0, b = 0;
    size_t n = 0;

    while (n < QIAOI_NAME_WORDS && names[n] != 0)
        n++;
    if (n == 0 || count == 0)
        return 0;
    for (uint32_t i = 0; i < count; i++)
        a += meet(&words[i], names, n, met);
    for (size_t k = 0; k < n; k++)
        b += met[k];
    a /= count;
    b /= (double)n;
    return a + b <= 0 ? 0 : 2 * a * b / (a + b);
}

/* Names are those of the readings at hand: which ones, their addresses tell. */
static double
likeness(void *context, const char *need_name, const char *project_name)
{
    const qiaoi_indicators *in = context;
    double best = qiao_likeness_words(NULL, need_name, project_name);
    uint32_t i = 0, k = 0;

    while (i < in->need->reading_count && in->needs[i].name != need_name)
        i++;
    while (k < in->project->reading_count && in->projects[k].name != project_name)
        k++;
    if (i == in->need->reading_count || k == in->project->reading_count)
        return best;
    for (int set = 0; set < 2; set++) {
        double value =
            across_languages(in->words[i], in->word_counts[i], qiaoi_facts_readings(in->project)[k].words[set]);

        best = value > best ? value : best;
    }
    return best;
}

int32_t
qiaoi_indicators_value(const qiaoi_indicators *indicators)
{
    uint32_t count = indicators->need == NULL ? 0 : indicators->need->reading_count;
    int64_t sum = 0, weights = 0;

    for (uint32_t i = 0; i < count; i++) {
        int64_t weight = qiaoi_facts_readings(indicators->need)[i].must != 0 ? MUST_WEIGHT : 1;

        if (indicators->results[i].verdict == QIAO_VERDICT_UNKNOWN)
            continue;
        weights += weight;
        sum += weight * (indicators->results[i].verdict == QIAO_VERDICT_MET      ? QIAO_MICRO
                         : indicators->results[i].verdict == QIAO_VERDICT_PARTLY ? QIAO_MICRO / 2
                                                                                 : 0);
    }
    return weights == 0 ? QIAOI_SIGNAL_UNKNOWN : (int32_t)(sum / weights);
}

int32_t
qiaoi_indicators_compare(qiaoi_indicators *indicators, const qiaoi_facts *project)
{
    const qiao_compare_options options = {likeness, indicators, LEAST_LIKENESS, 0};
    uint32_t count = indicators->need == NULL ? 0 : indicators->need->reading_count;

    indicators->project = project;
    if (count == 0)
        return QIAOI_SIGNAL_UNKNOWN;
    for (uint32_t k = 0; k < project->reading_count; k++)
        view(project, k, &indicators->projects[k]);
    for (uint32_t i = 0; i < count; i++)
        indicators->results[i] =
            qiao_indicator_compare(&indicators->needs[i], indicators->projects, project->reading_count, &options);
    return qiaoi_indicators_value(indicators);
}
