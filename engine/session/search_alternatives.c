/*
 * The forms under which the index may hold a word of a query: as the analyzer reads it; as German, French or Japanese text would have been read; by
 * its parts, where a compound is written apart elsewhere; and by its translations: into English, from English into Chinese, and by way of English
 * to Chinese words that mean the same. (German, French and Japanese records without English text carry English words in the index.)
 */
#include "session/search_internal.h"

#include "fulltext/document.h"
#include "lexicon/lexicon_internal.h"

#include <math.h>
#include <string.h>

/* Weights of alternatives beside the word itself, which has 1. Chosen by reading answers over real records. */
#define WEIGHT_OTHER_READING 0.9
#define WEIGHT_STEM 0.8
#define WEIGHT_PARTS 0.8
#define WEIGHT_TRANSLATION 0.9
#define WEIGHT_BRIDGED 0.35
#define WEIGHT_MINOR 0.3 /* of a word that says little by itself */

#define TRANSLATIONS_MAX 8u
#define LOOKED_AT 48u
#define BRIDGES 3u /* English translations that are followed on into other words */
#define BRIDGED_EACH 6u
#define SHARE_MIN 0.03 /* of the best translation's share */
#define FORM_MAX 512u
#define FAR_COMMONER 10u /* another language's reading counts where its translation is so much commoner */

/* When a document has enough of a translation of several words; see least_share. */
#define TOGETHER_SPARE 0.55 /* less than the share of a word of a meaning of three, 0.577 */
#define TOGETHER_OF_PHRASE 0.6
#define TOGETHER_OF_TOP 0.4 /* of the best translation: what is far less likely says little by itself */
#define SEVERAL_MIN 0.1
#define PHRASE_BALANCE 0.7
#define PHRASE_ADJACENCY 0.2
#define PHRASE_ADJACENCY_COMPOUND 0.005

static qiao_status
add_alternative(qiao_session *session, qiaoi_search_word *word, const char *form, size_t length, double weight, qiao_error *err)
{
    const char *copy;

    if (length == 0 || word->count == QIAOI_ALTERNATIVES_MAX)
        return QIAO_OK;
    for (size_t i = 0; i < word->count; i++)
        if (word->alternatives[i].length == length && memcmp(word->alternatives[i].form, form, length) == 0)
            return QIAO_OK;
    copy = qiao_arena_strndup(session->arena, form, length);
    if (copy == NULL)
        return qiao_fail_memory(err);
    word->alternatives[word->count++] =
        (qiao_fulltext_alternative){.form = copy, .length = (uint32_t)length, .weight = word->minor ? weight * WEIGHT_MINOR : weight};
    return QIAO_OK;
}

qiao_status
qiaoi_word_add_form(qiao_session *session, qiaoi_search_word *word, const char *form, size_t length, qiao_error *err)
{
    return add_alternative(session, word, form, length, 1, err);
}

qiao_status
qiaoi_word_add_reading(qiao_session *session, qiaoi_search_word *word, const char *form, size_t length, qiao_error *err)
{
    return add_alternative(session, word, form, length, WEIGHT_OTHER_READING, err);
}

/* The stems under which German and French texts hold a word. */
qiao_status
qiaoi_word_add_stems(qiao_session *session, qiaoi_search_word *word, const char *form, size_t length, qiao_error *err)
{
    qiao_stemmer *const stemmers[] = {session->german, session->french};
    qiao_status st = QIAO_OK;

    for (size_t i = 0; i < 2 && st == QIAO_OK; i++) {
        char stem[QIAOI_STEM_ROOM];
        bool failed = false;
        size_t n = qiaoi_marked_stem(stemmers[i], form, length, stem, &failed);

        st = failed ? qiao_fail_memory(err) : add_alternative(session, word, stem, n, WEIGHT_STEM, err);
    }
    return st;
}

/* The parts that follow a word, as one form "part part". */
qiao_status
qiaoi_word_add_parts(qiao_session *session, qiaoi_search_word *word, const qiao_token *parts, size_t count, qiao_error *err)
{
    char form[FORM_MAX];
    size_t used = 0;

    if (count < 2)
        return QIAO_OK;
    for (size_t i = 0; i < count; i++) {
        if (used + parts[i].form_length + 1 > sizeof form)
            return QIAO_OK;
        if (i > 0)
            form[used++] = ' ';
        memcpy(form + used, parts[i].form, parts[i].form_length);
        used += parts[i].form_length;
    }
    return add_alternative(session, word, form, used, WEIGHT_PARTS, err);
}

/* ---- translations ---- */

/* Translations that some document has, those most likely to be of use first: by share, and by how common they are. Returns how many. */
static size_t
find_translations(const qiao_session *session, uint32_t entry, const char *form, size_t length, bool into_english, qiao_translation *out, size_t capacity)
{
    const qiao_lexicon *lexicon = qiao_generation_lexicon(session->snapshot->generation);
    qiao_translation found[LOOKED_AT];
    size_t n = qiao_lexicon_translations(lexicon, entry, form, length, found, LOOKED_AT), kept = 0;

    for (size_t i = 0; i < n; i++) {
        uint32_t documents = found[i].documents[0] + found[i].documents[1];
        size_t at;

        if (documents == 0)
            continue;
        if (!into_english)
            found[i].share *= sqrt(log(2.0 + (double)documents));
        for (at = kept < capacity ? kept++ : capacity; at > 0 && out[at - 1].share < found[i].share; at--)
            if (at < capacity)
                out[at] = out[at - 1];
        if (at < capacity)
            out[at] = found[i];
    }
    return kept;
}

/* From an English translation on into other words of the query's language: what means the same. */
static qiao_status
add_bridged(qiao_session *session, qiaoi_search_word *word, const char *english, double weight, qiao_error *err)
{
    qiao_translation found[BRIDGED_EACH];
    size_t n = find_translations(session, 0, english, strlen(english), false, found, BRIDGED_EACH);
    qiao_status st = QIAO_OK;

    for (size_t i = 0; i < n && st == QIAO_OK; i++)
        st = add_alternative(session, word, found[i].text, strlen(found[i].text), weight * found[i].share / found[0].share, err);
    return st;
}

/* Out of English each word is a translation by itself. */
static qiao_status
add_out_of_english(qiao_session *session, qiaoi_search_word *word, const qiao_translation *found, size_t n, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    for (size_t i = 0; i < n && st == QIAO_OK; i++)
        st = add_alternative(session, word, found[i].text, strlen(found[i].text), WEIGHT_TRANSLATION * sqrt(found[i].share / found[0].share), err);
    return st;
}

/* How often two terms stand next to each other, as a share of the rarer one's documents. */
static double
adjacency(const qiao_session *session, const qiao_translation *a, const qiao_translation *b)
{
    const qiao_lexicon *lexicon = qiao_generation_lexicon(session->snapshot->generation);
    uint32_t first = qiaoi_lexicon_term(lexicon, a->text, strlen(a->text)), second = qiaoi_lexicon_term(lexicon, b->text, strlen(b->text));
    const qiaoi_pair *forth, *back;
    double together = 0, rarer = a->documents[0] < b->documents[0] ? a->documents[0] : b->documents[0];

    if (first == QIAOI_NO_TERM || second == QIAOI_NO_TERM || rarer <= 0)
        return 0;
    forth = qiaoi_lexicon_pair(lexicon, first, second);
    back = qiaoi_lexicon_pair(lexicon, second, first);
    together += forth != NULL ? forth->df : 0;
    together += back != NULL ? back->df : 0;
    return together / rarer;
}

/*
 * Are the two best translations of a word two words of one meaning? Where shares were learned from bilingual records they add up to 1 and do not
 * tell; but then the two are about as likely, and stand next to each other in English: "surgical robot", not "secure safe".
 */
static bool
is_phrase(const qiao_session *session, const qiaoi_search_word *word, const qiao_translation *found, size_t n)
{
    bool compound = word->length >= 9; /* three Han characters */

    return n >= 2 && found[1].share >= PHRASE_BALANCE * found[0].share &&
           adjacency(session, &found[0], &found[1]) >= (compound ? PHRASE_ADJACENCY_COMPOUND : PHRASE_ADJACENCY);
}

/*
 * How much of the translations a document must have. The lexicon gives each word of a meaning of n words the meaning's share / sqrt(n). So shares
 * add up to 1 where every meaning is one word, any of which will do; to sqrt(2) where all are of two, and to more with more: then one word less
 * than a whole meaning is not enough.
 */
static double
least_share(const qiao_session *session, const qiaoi_search_word *word, const qiao_translation *found, size_t n)
{
    double sum = 0, several, least;

    for (size_t i = 0; i < n; i++)
        sum += found[i].share;
    several = (sum - 1) / (sqrt(2) - 1);
    least = (sum - TOGETHER_SPARE) * (several < 0 ? 0 : several > 1 ? 1 : several);
    if (several < SEVERAL_MIN && is_phrase(session, word, found, n))
        least = TOGETHER_OF_PHRASE * sum;
    return least < TOGETHER_OF_TOP * found[0].share ? TOGETHER_OF_TOP * found[0].share : least;
}

/* What the likeliest translations stand for together: a word of many meanings says less. */
static double
likely_share(const qiao_translation *found, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n && found[i].share >= PHRASE_BALANCE * found[0].share; i++)
        sum += found[i].share;
    return sum > 1 ? 1 : sum;
}

/* Into English the words of one meaning add up; and from there on into the other languages. */
static qiao_status
add_into_english(qiao_session *session, qiaoi_search_word *word, const qiao_translation *found, size_t n, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    for (size_t i = 0; i < n && st == QIAO_OK; i++) {
        size_t before = word->count;

        st = add_alternative(session, word, found[i].text, strlen(found[i].text), found[i].share, err);
        if (word->count > before) {
            word->alternatives[before].together = true;
            word->alternatives[before].share = found[i].share;
        }
    }
    if (n > 0) {
        word->together_least = least_share(session, word, found, n);
        word->together_weight = WEIGHT_TRANSLATION * sqrt(likely_share(found, n)) * (word->minor ? WEIGHT_MINOR : 1);
    }
    /* only from a word that means the whole: "robot" leads on from 机器人, "state" does not from 固态电池 */
    for (size_t i = 0; i < n && i < BRIDGES && found[i].share >= word->together_least && st == QIAO_OK; i++)
        st = add_bridged(session, word, found[i].text, WEIGHT_BRIDGED * sqrt(found[i].share), err);
    return st;
}

static qiao_status
add_translations(qiao_session *session, qiaoi_search_word *word, const qiao_translation *found, size_t n, bool into_english, qiao_error *err)
{
    while (n > 0 && found[n - 1].share < SHARE_MIN * found[0].share)
        n--;
    for (size_t i = 0; i < n && word->translation_count < sizeof word->translations / sizeof word->translations[0]; i++)
        word->translations[word->translation_count++] = found[i].text;
    return into_english ? add_into_english(session, word, found, n, err) : add_out_of_english(session, word, found, n, err);
}

qiao_status
qiaoi_word_translate(qiao_session *session, qiaoi_search_word *word, const qiao_token *token, qiao_error *err)
{
    qiao_translation found[TRANSLATIONS_MAX];
    size_t n = find_translations(session, token->entry, token->form, token->form_length, token->entry != 0, found, TRANSLATIONS_MAX);

    return add_translations(session, word, found, n, token->entry != 0, err);
}

/*
 * A word that another language's dictionary knows too. "neural" is German as well, but it is an English word of the catalogue; "Batterie" is not,
 * and what it means in English is far commoner.
 */
qiao_status
qiaoi_word_translate_reading(qiao_session *session, qiaoi_search_word *word, const qiao_token *token, qiao_error *err)
{
    qiao_translation found[TRANSLATIONS_MAX];
    size_t n = find_translations(session, token->entry, token->form, token->form_length, true, found, TRANSLATIONS_MAX);
    uint32_t own = qiao_fulltext_frequency(session->fulltext, word->alternatives[0].form, word->alternatives[0].length);

    if (n == 0 || (found[0].documents[0] + found[0].documents[1]) / FAR_COMMONER < own)
        return QIAO_OK;
    word->translation_count = 0;
    return add_translations(session, word, found, n, true, err);
}
