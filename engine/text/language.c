/*
 * Language of a passage without a model: the script decides between Chinese, Japanese and Korean; function words and
 * letters decide between English, German and French. English stop words live here too, since both are closed word
 * lists.
 */
#include "qiao/text.h"

#include <stdlib.h>
#include <string.h>

#define LOOK_AT_BYTES 4096u

/* Sorted; searched by bisection. Function words of English, and the words of abstracts that carry nothing. */
static const char *const stop_words[] = {
    "a",      "about",     "above",   "after", "again", "all",     "also",    "although", "am",      "among",
    "an",     "and",       "any",     "are",   "as",    "at",      "be",      "because",  "been",    "before",
    "being",  "below",     "between", "both",  "but",   "by",      "can",     "cannot",   "could",   "did",
    "do",     "does",      "doing",   "done",  "down",  "due",     "during",  "each",     "either",  "et",
    "etc",    "every",     "few",     "for",   "from",  "further", "had",     "has",      "have",    "having",
    "he",     "hence",     "her",     "here",  "hers",  "him",     "his",     "how",      "however", "i",
    "if",     "in",        "into",    "is",    "it",    "its",     "itself",  "just",     "may",     "me",
    "might",  "more",      "most",    "much",  "must",  "my",      "neither", "no",       "nor",     "not",
    "now",    "of",        "off",     "on",    "once",  "only",    "or",      "other",    "our",     "ours",
    "out",    "over",      "own",     "per",   "s",     "same",    "she",     "should",   "since",   "so",
    "some",   "such",      "t",       "than",  "that",  "the",     "their",   "theirs",   "them",    "then",
    "there",  "therefore", "these",   "they",  "this",  "those",   "through", "thus",     "to",      "too",
    "toward", "towards",   "under",   "until", "up",    "upon",    "us",      "very",     "via",     "was",
    "we",     "were",      "what",    "when",  "where", "whereas", "whether", "which",    "while",   "who",
    "whom",   "whose",     "why",     "will",  "with",  "within",  "without", "would",    "yet",     "you",
    "your",   "yours",
};

/* Sorted by bytes, as above. */
static const char *const german_stop_words[] = {
    "aber",    "alle",   "allem", "allen", "aller", "alles",  "als",     "also",   "am",     "an",     "andere",
    "anderen", "auch",   "auf",   "aus",   "bei",   "beim",   "bereits", "bis",    "bzw",    "da",     "dabei",
    "dadurch", "dafür",  "damit", "dann",  "das",   "dass",   "dem",     "den",    "denen",  "der",    "deren",
    "des",     "dessen", "die",   "dies",  "diese", "diesem", "diesen",  "dieser", "dieses", "doch",   "dort",
    "durch",   "ein",    "eine",  "einem", "einen", "einer",  "eines",   "er",     "es",     "etwa",   "für",
    "gegen",   "haben",  "hat",   "hier",  "ihr",   "ihre",   "ihrem",   "ihren",  "ihrer",  "im",     "in",
    "ins",     "ist",    "jede",  "jeder", "jedes", "jedoch", "kann",    "können", "mehr",   "mit",    "nach",
    "nicht",   "noch",   "nur",   "ob",    "oder",  "ohne",   "sehr",    "sein",   "seine",  "seinem", "seinen",
    "seiner",  "sich",   "sie",   "sind",  "so",    "somit",  "sowie",   "sowohl", "um",     "und",    "uns",
    "unser",   "unsere", "unter", "vom",   "von",   "vor",    "war",     "waren",  "was",    "wenn",   "werden",
    "wie",     "wir",    "wird",  "wo",    "wurde", "wurden", "während", "zu",     "zum",    "zur",    "zwischen",
    "über",
};

static const char *const french_stop_words[] = {
    "a",        "afin",  "ainsi",  "alors",  "au",     "aucun",   "aussi",  "autre",   "autres",  "aux",   "avec",
    "avoir",    "c",     "car",    "ce",     "ceci",   "cela",    "celle",  "celles",  "celui",   "ces",   "cet",
    "cette",    "ceux",  "chaque", "chez",   "ci",     "comme",   "contre", "d",       "dans",    "de",    "depuis",
    "des",      "deux",  "donc",   "dont",   "du",     "elle",    "elles",  "en",      "encore",  "entre", "est",
    "et",       "eu",    "eux",    "faire",  "fait",   "grâce",   "ici",    "il",      "ils",     "j",     "jusqu",
    "l",        "la",    "le",     "les",    "leur",   "leurs",   "lors",   "lorsque", "lui",     "mais",  "même",
    "mêmes",    "n",     "ne",     "ni",     "non",    "nos",     "notre",  "nous",    "on",      "ont",   "or",
    "ou",       "où",    "par",    "parmi",  "pas",    "pendant", "peu",    "peut",    "peuvent", "plus",  "pour",
    "pourquoi", "quand", "que",    "quel",   "quelle", "quelles", "quels",  "qui",     "s",       "sa",    "sans",
    "se",       "selon", "ses",    "si",     "soit",   "son",     "sont",   "sous",    "sur",     "ta",    "te",
    "tous",     "tout",  "toute",  "toutes", "très",   "tu",      "un",     "une",     "vers",    "via",   "vos",
    "votre",    "vous",  "y",      "à",      "été",    "être",
};

static const char *const english_words[] = {"the", "of", "and",  "to", "is", "for", "with", "that", "this",
                                            "are", "by", "from", "on", "an", "as",  "we",   "be"};
static const char *const german_words[] = {"der",  "die",   "das",  "und",    "ist",   "für",  "mit",  "von",
                                           "den",  "dem",   "des",  "ein",    "eine",  "im",   "zu",   "auf",
                                           "bei",  "nicht", "wird", "werden", "durch", "als",  "auch", "sich",
                                           "oder", "zur",   "zum",  "einer",  "eines", "sowie"};
static const char *const french_words[] = {"le",   "la",   "les",   "des",  "et",  "est", "une",  "un", "du",
                                           "pour", "dans", "que",   "qui",  "par", "sur", "avec", "au", "aux",
                                           "ou",   "ce",   "cette", "sont", "de",  "en",  "plus", "à"};

static int
compare_word(const void *key, const void *element)
{
    return strcmp((const char *)key, *(const char *const *)element);
}

static bool
in_list(const char *word, size_t length, const char *const *list, size_t count)
{
    char copy[16];

    if (length == 0 || length >= sizeof copy)
        return false;
    memcpy(copy, word, length);
    copy[length] = '\0';
    return bsearch(copy, list, count, sizeof *list, compare_word) != NULL;
}

bool
qiao_stop_word(const char *word, size_t length)
{
    return in_list(word, length, stop_words, sizeof stop_words / sizeof *stop_words);
}

bool
qiao_foreign_stop_word(const char *language, const char *word, size_t length)
{
    if (strcmp(language, "de") == 0)
        return in_list(word, length, german_stop_words, sizeof german_stop_words / sizeof *german_stop_words);
    if (strcmp(language, "fr") == 0)
        return in_list(word, length, french_stop_words, sizeof french_stop_words / sizeof *french_stop_words);
    return false;
}

static unsigned
listed(const char *word, size_t length, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (list[i][0] == word[0] && strlen(list[i]) == length && memcmp(list[i], word, length) == 0)
            return 1;
    return 0;
}

typedef struct script_counts {
    size_t han, kana, hangul, latin, other;
} script_counts;

static script_counts
count_scripts(const char *text, size_t length)
{
    script_counts n = {0, 0, 0, 0, 0};
    size_t at = 0;

    while (at < length) {
        qiao_script script = qiao_script_of(qiao_utf8_next(text, length, &at));

        n.han += script == QIAO_SCRIPT_HAN;
        n.kana += script == QIAO_SCRIPT_KANA;
        n.hangul += script == QIAO_SCRIPT_HANGUL;
        n.latin += script == QIAO_SCRIPT_LATIN;
        n.other += script == QIAO_SCRIPT_OTHER;
    }
    return n;
}

/* Next Latin word in lower case (ASCII and Latin-1 letters); returns its length, 0 at the end. */
static size_t
next_latin_word(const char *text, size_t length, size_t *at, char *word, size_t capacity)
{
    size_t n = 0;

    while (*at < length) {
        uint32_t c = qiao_utf8_next(text, length, at);

        if (qiao_script_of(c) == QIAO_SCRIPT_LATIN) {
            if ((c >= 'A' && c <= 'Z') || (c >= 0xC0u && c <= 0xDEu))
                c += 0x20u;
            if (n + 4 < capacity)
                n += qiao_utf8_put(c, word + n);
        } else if (n > 0) {
            break;
        }
    }
    return n;
}

static const char *
latin_language(const char *text, size_t length)
{
    unsigned english = 0, german = 0, french = 0;
    char word[64];
    size_t at = 0, n;

    while ((n = next_latin_word(text, length, &at, word, sizeof word)) > 0) {
        english += listed(word, n, english_words, sizeof english_words / sizeof *english_words);
        german += listed(word, n, german_words, sizeof german_words / sizeof *german_words);
        french += listed(word, n, french_words, sizeof french_words / sizeof *french_words);
    }
    if (german > english && german > french)
        return "de";
    if (french > english && french > german)
        return "fr";
    return "en";
}

const char *
qiao_language_of(const char *text, size_t length)
{
    script_counts n;

    if (length > LOOK_AT_BYTES) {
        length = LOOK_AT_BYTES;
        while (length > 0 && ((unsigned char)text[length] & 0xC0u) == 0x80u)
            length--;
    }
    n = count_scripts(text, length);
    /* Kana stands in every Japanese sentence and in hardly any Chinese one: one in twelve is enough. */
    if (n.kana > 0 && n.kana * 12 >= n.han + n.kana)
        return "ja";
    if (n.hangul > n.han && n.hangul * 2 >= n.latin)
        return "ko";
    /* a Chinese character carries about as much as three letters */
    if (n.han > 0 && n.han * 4 >= n.latin)
        return "zh";
    if (n.latin > 0 && n.latin >= n.other)
        return latin_language(text, length);
    return "und";
}
