/* Concepts, terms, titles and organisations into suggest.bin: see suggest.h. */
#include "indexing/suggest.h"

#include "indexing/words.h"
#include "qiao/file.h"
#include "qiao/share.h"
#include "qiao/text.h"
#include "suggest/normal.h"

#include <stdio.h>
#include <string.h>

#define NAMES_FILE "names.bin"
#define PATH_SIZE 4096
#define SMALL_CATALOGUE 2000u /* here what stands in two places is frequent; elsewhere three */

typedef struct qiaoi_suggesting {
    qiaoi_suggest_stage stage;
    qiaoi_names names;
    qiaoi_title_words words;
    qiaoi_phrase_counts phrases;
    uint32_t least;
    qiaoi_suggest_kept *kept; /* NULL: all is made */
    /* where the corpus left words out although all is made: one that has them, of projects only */
    qiaoi_corpus whole;
    qiao_arena *arena;
} qiaoi_suggesting;
typedef qiaoi_suggesting work;

/* ---- names that are given: "|" between them ---- */

typedef qiao_status (*name_visit)(work *w, uint64_t concept, qiaoi_concept_column column, const char *name,
                                  size_t length, bool first, void *context, qiao_error *err);

static qiao_status
each_name(work *w, uint64_t concept, qiaoi_concept_column column, name_visit visit, void *context, qiao_error *err)
{
    const char *at = qiaoi_concept_text(w->stage.names, concept, column);
    qiao_status st = QIAO_OK;
    bool first = true;

    while (st == QIAO_OK && *at != '\0') {
        size_t n = strcspn(at, "|");

        if (n > 0)
            st = visit(w, concept, column, at, n, first, context, err);
        first = false;
        at += n + (at[n] == '|');
    }
    return st;
}

static qiao_status
note_name(work *w, uint64_t concept, qiaoi_concept_column column, const char *name, size_t length, bool first,
          void *context, qiao_error *err)
{
    (void)concept, (void)column, (void)first, (void)context;
    return qiaoi_phrases_note(&w->stage, &w->phrases, name, length, err);
}

/* A name in how many public projects? */
static qiao_status
count_name(work *w, uint64_t concept, qiaoi_concept_column column, const char *name, size_t length, bool first,
           void *context, qiao_error *err)
{
    uint32_t *most = context, count = 0;
    qiao_status st = QIAO_OK;

    (void)concept;
    if (!first) /* other names may be more general; the first one stands for the concept */
        return QIAO_OK;
    if (column == QIAOI_CONCEPT_EN) {
        st = qiaoi_phrases_frequency(&w->stage, &w->phrases, name, length, &count, NULL, err);
    } else {
        char key[QIAOI_KEY_BYTES_MAX];
        size_t n = qiaoi_name_key(w->stage.lexicon->normal, name, length, key, sizeof key);
        uint32_t term = qiaoi_suggest_term(w->stage.corpus, key, n);

        count = term == QIAOI_NO_TERM ? 0 : w->stage.df[term];
    }
    *most = count > *most ? count : *most;
    return st;
}

static const struct {
    qiaoi_concept_column column;
    const char *language;
    bool preferred;
} columns[] = {
    {QIAOI_CONCEPT_ZH, "zh", true},      {QIAOI_CONCEPT_ZH_ALT, "zh", false}, {QIAOI_CONCEPT_EN, "en", true},
    {QIAOI_CONCEPT_EN_ALT, "en", false}, {QIAOI_CONCEPT_ABBR, "en", false},   {QIAOI_CONCEPT_DE, "de", true},
    {QIAOI_CONCEPT_JA, "ja", true},      {QIAOI_CONCEPT_FR, "fr", true},
};

static qiao_status
add_name(work *w, uint64_t concept, qiaoi_concept_column column, const char *name, size_t length, bool first,
         void *context, qiao_error *err)
{
    size_t k = 0;
    const char *other;

    while (columns[k].column != column)
        k++;
    other = qiaoi_concept_text(w->stage.names, concept,
                               strcmp(columns[k].language, "zh") == 0 ? QIAOI_CONCEPT_EN : QIAOI_CONCEPT_ZH);
    return qiaoi_suggest_maker_add(
        w->stage.maker,
        &(qiaoi_suggest_item){.kind = QIAOI_SUGGEST_CONCEPT,
                              .text = name,
                              .length = length,
                              .language = columns[k].language,
                              .translation = *other != '\0' ? other : NULL,
                              .translation_length = strcspn(other, "|"),
                              .id = qiaoi_concept_text(w->stage.names, concept, QIAOI_CONCEPT_ID),
                              .field = qiaoi_concept_text(w->stage.names, concept, QIAOI_CONCEPT_FIELD),
                              .group = (uint32_t) concept + 1,
                              .frequency = *(const uint32_t *)context,
                              .preference = columns[k].preferred && first ? 1 : 0},
        err);
}

static qiao_status
add_concepts(work *w, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    for (uint64_t c = 0; st == QIAO_OK && c < w->stage.names->concept_count; c++) {
        uint32_t frequency = 0;

        st = each_name(w, c, QIAOI_CONCEPT_ZH, count_name, &frequency, err);
        if (st == QIAO_OK)
            st = each_name(w, c, QIAOI_CONCEPT_EN, count_name, &frequency, err);
        for (size_t k = 0; st == QIAO_OK && k < sizeof columns / sizeof *columns; k++)
            st = each_name(w, c, columns[k].column, add_name, &frequency, err);
    }
    return st;
}

static qiao_status
note_concepts(work *w, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    for (uint64_t c = 0; st == QIAO_OK && c < w->stage.names->concept_count; c++)
        st = each_name(w, c, QIAOI_CONCEPT_EN, note_name, NULL, err);
    return st;
}

/* ---- the public catalogue ---- */

static qiao_status
add_project(work *w, uint32_t docid, const qiaoi_public_names *names, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    for (size_t i = 0; st == QIAO_OK && i < names->title_count; i++) {
        const qiaoi_public_title *title = &names->titles[i];
        const char *language = qiaoi_public_title_language(title);

        st = qiaoi_suggest_maker_add(w->stage.maker,
                                     &(qiaoi_suggest_item){.kind = QIAOI_SUGGEST_TITLE,
                                                           .text = title->text,
                                                           .length = title->length,
                                                           .language = language,
                                                           .id = w->stage.corpus->documents[QIAO_PROJECT][docid].id,
                                                           .group = QIAOI_TITLE_GROUP | docid,
                                                           .frequency = 1,
                                                           .preference = 1},
                                     err);
        if (st == QIAO_OK && strncmp(language, "en", 2) == 0)
            st = qiaoi_title_words_add(&w->words, w->stage.lexicon->normal, title->text, title->length, err);
    }
    if (st == QIAO_OK && names->organisation != NULL)
        st = qiaoi_suggest_maker_add(
            w->stage.maker,
            &(qiaoi_suggest_item){.kind = QIAOI_SUGGEST_ORGANISATION,
                                  .text = names->organisation,
                                  .length = names->organisation_length,
                                  .language = qiao_language_of(names->organisation, names->organisation_length),
                                  .frequency = 1,
                                  .preference = 1},
            err);
    return st;
}

static qiao_status
add_projects(work *w, qiao_error *err)
{
    const qiaoi_corpus *corpus = w->stage.corpus;
    qiao_buffer scratch = {0};
    qiaoi_unpacker *unpacker = qiaoi_unpacker_new();
    qiao_status st = unpacker == NULL ? qiao_fail_memory(err) : QIAO_OK;

    for (uint32_t d = 0; st == QIAO_OK && d < corpus->count[QIAO_PROJECT]; d++) {
        qiaoi_public_names names;
        qiao_bytes json;

        if (!w->stage.visible[d])
            continue;
        st = qiaoi_corpus_json(&corpus->documents[QIAO_PROJECT][d], unpacker, &json, err);
        if (st == QIAO_OK)
            st = qiaoi_public_names_read(json.data, json.length, &scratch, &names, err);
        if (st == QIAO_OK)
            st = add_project(w, d, &names, err);
    }
    qiaoi_unpacker_free(unpacker);
    qiao_buffer_done(&scratch);
    return st;
}

/* Chinese words of public projects that the lexicon has. */
static qiao_status
add_chinese_terms(work *w, qiao_error *err)
{
    const qiaoi_corpus *corpus = w->stage.corpus;
    qiao_status st = QIAO_OK;

    for (uint32_t t = 0; st == QIAO_OK && t < corpus->term_count; t++) {
        const char *text = corpus->term_bytes.data + corpus->term_offsets[t];
        size_t length = strlen(text);

        if ((unsigned char)*text < 0xE3u || length < 6 || w->stage.df[t] < w->least ||
            qiaoi_lexicon_find(w->stage.lexicon, QIAOI_ZH, text, length) == 0)
            continue;
        st = qiaoi_suggest_maker_add(w->stage.maker,
                                     &(qiaoi_suggest_item){.kind = QIAOI_SUGGEST_TERM,
                                                           .text = text,
                                                           .length = length,
                                                           .language = "zh",
                                                           .frequency = w->stage.df[t],
                                                           .preference = 1},
                                     err);
    }
    return st;
}

/* visit: every phrase of the titles. */
static qiao_status
each_phrase(work *w, bool add, qiao_error *err)
{
    const char *at = w->words.phrases.data;
    qiao_status st = QIAO_OK;

    for (size_t i = 0; st == QIAO_OK && i < w->words.phrase_count; i++, at += strlen(at) + 1) {
        const uint32_t *uses = (const uint32_t *)(const void *)w->words.phrase_uses.data;
        uint32_t frequency = 0, group = 0;

        if (!add) {
            st = qiaoi_phrases_note(&w->stage, &w->phrases, at, strlen(at), err);
            continue;
        }
        st = qiaoi_phrases_frequency(&w->stage, &w->phrases, at, strlen(at), &frequency, &group, err);
        if (st == QIAO_OK && frequency >= w->least)
            st = qiaoi_suggest_maker_add(w->stage.maker,
                                         &(qiaoi_suggest_item){.kind = QIAOI_SUGGEST_TERM,
                                                               .text = at,
                                                               .length = strlen(at),
                                                               .language = "en",
                                                               .group = group,
                                                               .frequency = frequency,
                                                               .preference = uses[i]},
                                         err);
    }
    return st;
}

/* ---- words for the help with typing errors ---- */

/* A word that public projects have; one that a single project of many has may be an error itself. */
static qiao_status
add_spelling(work *w, const char *word, size_t length, qiao_error *err)
{
    size_t stem_length;
    const char *stem;
    uint32_t term, least = w->least > 2 ? 2 : 1;

    if (length < 3 || length > 31 || qiao_stop_word(word, length))
        return QIAO_OK;
    for (size_t i = 0; i < length; i++)
        if (word[i] < 'a' || word[i] > 'z')
            return QIAO_OK;
    stem = qiao_stem(w->stage.english, word, length, &stem_length);
    if (stem == NULL)
        return qiao_fail_memory(err);
    term = qiaoi_suggest_term(w->stage.corpus, stem, stem_length);
    if (term == QIAOI_NO_TERM || w->stage.df[term] < least)
        return QIAO_OK;
    return qiaoi_suggest_maker_spelling(w->stage.maker, word, length, w->stage.df[term], err);
}

static qiao_status
add_spellings_of(work *w, uint64_t concept, qiaoi_concept_column column, const char *name, size_t length, bool first,
                 void *context, qiao_error *err)
{
    char key[QIAOI_KEY_BYTES_MAX];
    size_t n = qiaoi_name_key(w->stage.lexicon->normal, name, length, key, sizeof key);
    qiao_status st = QIAO_OK;

    (void)concept, (void)column, (void)first, (void)context;
    for (size_t at = 0, word; st == QIAO_OK && at < n; at += word + 1) {
        for (word = 0; at + word < n && key[at + word] != ' '; word++) {
        }
        st = add_spelling(w, key + at, word, err);
    }
    return st;
}

static qiao_status
add_spellings(work *w, qiao_error *err)
{
    const qiaoi_names *names = w->stage.names;
    const char *at = names->english, *end = at + names->english_bytes;
    qiao_status st = QIAO_OK;

    for (uint32_t i = 0; st == QIAO_OK && i < w->words.words.count; i++) {
        const char *word = w->words.words.bytes.data + w->words.words.offsets[i];

        st = add_spelling(w, word, strlen(word), err);
    }
    for (; st == QIAO_OK && at < end; at += strlen(at) + 1)
        st = add_spelling(w, at, strlen(at), err);
    for (uint64_t c = 0; st == QIAO_OK && c < names->concept_count; c++) {
        st = each_name(w, c, QIAOI_CONCEPT_EN, add_spellings_of, NULL, err);
        if (st == QIAO_OK)
            st = each_name(w, c, QIAOI_CONCEPT_EN_ALT, add_spellings_of, NULL, err);
    }
    return st;
}

/* ---- all of it ---- */

static qiao_status
read_titles(work *w, qiao_error *err)
{
    qiao_status st = qiaoi_suggest_visible(&w->stage, err);

    w->least = w->stage.visible_count < SMALL_CATALOGUE ? 2 : 3;
    if (st == QIAO_OK && w->stage.corpus->statistics_kept)
        st = qiaoi_suggest_kept_new(&w->stage, &w->kept, err);
    if (st != QIAO_OK || w->kept != NULL)
        return st;
    st = add_projects(w, err);
    return st == QIAO_OK ? qiaoi_title_phrases(&w->words, w->least, err) : st;
}

static qiao_status
take_words(work *w, qiao_error *err)
{
    const qiaoi_corpus *corpus = w->stage.corpus;
    size_t size = corpus->count[QIAO_PROJECT] * sizeof *corpus->documents[QIAO_PROJECT];
    qiaoi_corpus_document *documents = qiao_alloc(size + 1);
    qiaoi_words words;
    qiao_status st = qiaoi_words_init(&words, corpus, err);

    w->whole = *corpus;
    w->whole.documents[QIAO_PROJECT] = documents;
    w->stage.corpus = &w->whole;
    w->arena = qiao_arena_new((size_t)4 << 20);
    if (st == QIAO_OK && (documents == NULL || w->arena == NULL))
        st = qiao_fail_memory(err);
    if (st == QIAO_OK && size > 0)
        memcpy(documents, corpus->documents[QIAO_PROJECT], size);
    for (uint32_t d = 0; st == QIAO_OK && d < corpus->count[QIAO_PROJECT]; d++)
        st = qiaoi_words_take(&words, &corpus->documents[QIAO_PROJECT][d], w->arena, &documents[d].use, err);
    qiaoi_words_done(&words);
    return st;
}

static qiao_status
make(work *w, const char *path, qiao_error *err)
{
    qiao_status st = w->stage.corpus->words_left ? take_words(w, err) : QIAO_OK;

    if (st == QIAO_OK)
        st = qiaoi_suggest_count(&w->stage, err);
    if (st == QIAO_OK)
        st = note_concepts(w, err);
    if (st == QIAO_OK)
        st = each_phrase(w, false, err);
    if (st == QIAO_OK)
        st = qiaoi_phrases_count(&w->stage, &w->phrases, err);
    if (st == QIAO_OK)
        st = add_concepts(w, err);
    if (st == QIAO_OK)
        st = each_phrase(w, true, err);
    if (st == QIAO_OK)
        st = add_chinese_terms(w, err);
    if (st == QIAO_OK)
        st = add_spellings(w, err);
    return st == QIAO_OK ? qiaoi_suggest_maker_write(w->stage.maker, path, err) : st;
}

static qiao_status
beside(const char *lexicon_path, char out[PATH_SIZE], qiao_error *err)
{
    const char *slash = strrchr(lexicon_path, '/');
    int n = snprintf(out, PATH_SIZE, "%.*s%s", slash == NULL ? 0 : (int)(slash + 1 - lexicon_path), lexicon_path,
                     NAMES_FILE);

    return n < 0 || n >= PATH_SIZE ? qiao_fail(err, QIAO_E_LIMIT, "the path is too long: %s", lexicon_path) : QIAO_OK;
}

qiao_status
qiaoi_suggest_begin(const qiaoi_corpus *corpus, const qiao_lexicon *lexicon, const char *lexicon_path,
                    qiaoi_suggesting **out, qiao_error *err)
{
    work *w = qiao_calloc(1, sizeof *w);
    char found[PATH_SIZE];
    qiao_status st;

    *out = NULL;
    if (w == NULL)
        return qiao_fail_memory(err);
    w->stage = (qiaoi_suggest_stage){.corpus = corpus, .lexicon = lexicon, .names = &w->names};
    st = lexicon_path == NULL ? qiao_share_path(NAMES_FILE, found, err) : beside(lexicon_path, found, err);
    if (st == QIAO_OK && (lexicon_path == NULL || qiao_file_exists(found)))
        st = qiaoi_names_open(found, &w->names, err);
    if (st == QIAO_OK)
        st = qiaoi_suggest_maker_new(lexicon, &w->names, &w->stage.maker, err);
    if (st == QIAO_OK)
        st = qiao_stemmer_new("en", &w->stage.english, err);
    w->stage.known = qiao_calloc(QIAOI_KNOWN_WORDS, sizeof *w->stage.known);
    if (st == QIAO_OK)
        st = w->stage.known == NULL ? qiao_fail_memory(err) : read_titles(w, err);
    if (st != QIAO_OK) {
        qiaoi_suggesting_free(w);
        return st;
    }
    *out = w;
    return QIAO_OK;
}

qiao_status
qiaoi_suggest_finish(qiaoi_suggesting *suggesting, const char *folder, qiao_error *err)
{
    char path[PATH_SIZE + 104];

    snprintf(path, sizeof path, "%s/%s", folder, QIAOI_SUGGEST_NAME);
    return suggesting->kept != NULL ? qiaoi_suggest_kept_write(suggesting->kept, &suggesting->stage, path, err)
                                    : make(suggesting, path, err);
}

void
qiaoi_suggesting_free(qiaoi_suggesting *suggesting)
{
    work *w = suggesting;

    if (w == NULL)
        return;
    qiaoi_suggest_kept_free(w->kept);
    qiao_free(w->whole.documents[QIAO_PROJECT]); /* all else of it is borrowed */
    qiao_arena_free(w->arena);
    qiao_stemmer_free(w->stage.english);
    qiaoi_suggest_maker_free(w->stage.maker);
    qiaoi_names_close(&w->names);
    qiaoi_title_words_done(&w->words);
    qiaoi_phrases_done(&w->phrases);
    qiao_free(w->stage.visible);
    qiao_free(w->stage.known);
    qiao_free(w->stage.df);
    qiao_free(w);
}
