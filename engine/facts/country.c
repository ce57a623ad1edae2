/*
 * The country that a record comes from, where it does not say so: the code of its subdivision; its organisation's name
 * (a country, a legal form, an organisation of one country); how its text begins ("A Finnish company ...", 德国某公司);
 * who developed it; the programme that paid for it. What is only mentioned further down says nothing: a text may be
 * about another country.
 */
#include "facts/wording.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define NAME_PERCENT 85        /* a country in the name of the organisation */
#define NATIONALITY_PERCENT 85 /* at the beginning of a text */
#define MICRO_PERCENT 10000
#define WORDS_BEFORE 3 /* a nationality: "A young family-owned Dutch ..." */
#define WORDS_BEHIND 4 /* it, until what is of it: "... Dutch vacuum-coating equipment maker" */
#define HAN_BEFORE 12  /* bytes before a country: 一家, 来自 */
#define HAN_BEHIND 36  /* bytes behind it, until what is of it */

static const qiaoi_wording legal_forms[] = {
#define QIAOI_LEGAL_FORM(words, country, percent) {words, country, (percent)*MICRO_PERCENT},
#include "facts/legal_forms.def"
#undef QIAOI_LEGAL_FORM
};

static const qiaoi_wording organisations[] = {
#define QIAOI_ORGANISATION(words, country, percent) {words, country, (percent)*MICRO_PERCENT},
#include "facts/organisations.def"
#undef QIAOI_ORGANISATION
};

static const qiaoi_wording programmes[] = {
#define QIAOI_PROGRAMME(words, country, percent) {words, country, (percent)*MICRO_PERCENT},
#include "facts/programmes.def"
#undef QIAOI_PROGRAMME
};

static const struct nationality {
    const char *word, *country;
} nationalities[] = {
#define QIAOI_NATIONALITY(word, country) {word, country},
#include "facts/nationalities.def"
#undef QIAOI_NATIONALITY
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

static void
set(qiao_suggestion *out, const char *code, int percent, const char *text, size_t start, size_t end)
{
    if (percent * MICRO_PERCENT <= out->confidence)
        return;
    out->confidence = percent * MICRO_PERCENT;
    snprintf(out->value, sizeof out->value, "%.2s", code);
    qiaoi_wording_copy(out->words, text, start, end);
}

/* ---- the name of the organisation ---- */

/* Names that are places of other countries too: Georgia Institute of Technology, New Mexico, New Jersey. */
static bool
is_ambiguous(const char *name, size_t at, const char *country)
{
    static const char *const others[] = {"georgia", "jordan", "jersey", "chad", "guinea", "turkey"};

    for (size_t i = 0; i < COUNT(others); i++)
        if (strcmp(country, others[i]) == 0)
            return true;
    return at >= 4 && qiaoi_wording_at(name, at, at - 4, "new");
}

static void
country_in_name(const char *name, const qiao_vocabulary *vocabulary, qiao_suggestion *out)
{
    size_t count = 0, length = strlen(name);
    const qiao_code *const *codes = qiao_vocabulary_list(vocabulary, "country", &count);

    for (size_t i = 0; i < count; i++) {
        char lowered[80];
        size_t n = 0, at;

        for (; codes[i]->en[n] != '\0' && n < sizeof lowered - 1; n++)
            lowered[n] = (char)tolower((unsigned char)codes[i]->en[n]);
        lowered[n] = '\0';
        at = n >= 4 ? qiaoi_wording_find(name, length, lowered) : length;
        if (at < length && !is_ambiguous(name, at, lowered))
            set(out, codes[i]->code, NAME_PERCENT, name, at, at + n);
        n = strlen(codes[i]->zh);
        at = n >= 6 ? qiaoi_wording_find(name, length, codes[i]->zh) : length;
        if (at < length)
            set(out, codes[i]->code, NAME_PERCENT, name, at, at + n);
    }
}

/* ---- how a text begins ---- */

static bool
is_word(const char *text, size_t start, size_t end, const char *word)
{
    return (text[start] | 0x20) == word[0] && strlen(word) == end - start && qiaoi_wording_at(text, end, start, word);
}

/* What a nationality may be of: who offers, not what is looked into. */
static bool
is_offering(const char *text, size_t start, size_t end)
{
    static const char *const words[] = {
        "company",      "sme",          "firm",        "start-up",   "startup",      "spin-off",   "spin-out",
        "spinoff",      "spinout",      "group",       "maker",      "manufacturer", "producer",   "supplier",
        "developer",    "inventor",     "university",  "institute",  "institution",  "laboratory", "lab",
        "centre",       "center",       "hospital",    "enterprise", "agency",       "consortium", "team",
        "organisation", "organization", "researchers", "foundry",    "provider",     "integrator", "builder",
        "utility",      "clinic",       "academy"};

    for (size_t i = 0; i < COUNT(words); i++)
        if (is_word(text, start, end, words[i]))
            return true;
    return false;
}

static bool
is_word_byte(char c)
{
    unsigned letter = ((unsigned char)c | 0x20u) - 'a', digit = (unsigned char)c - '0';

    return letter < 26 || digit < 10 || c == '-' || (unsigned char)c >= 0x80u;
}

/* The next word of the first sentence; false where that ends. */
static bool
next_word(const char *text, size_t length, size_t *start, size_t *end)
{
    size_t at = *end;

    while (at < length && (text[at] == ' ' || text[at] == ',' || text[at] == '\n'))
        at++;
    *start = at;
    while (at < length && is_word_byte(text[at]))
        at++;
    *end = at;
    return at > *start;
}

static const char *
nationality_of(const char *text, size_t start, size_t end)
{
    for (size_t i = 0; i < COUNT(nationalities); i++)
        if (is_word(text, start, end, nationalities[i].word))
            return nationalities[i].country;
    return NULL;
}

/* Behind these it is about something else: "Portuguese as a ...". */
static bool
leads_away(const char *text, size_t start, size_t end)
{
    static const char *const words[] = {"as", "in", "of", "for", "to", "with", "that", "by", "on", "is"};

    for (size_t i = 0; i < COUNT(words); i++)
        if (is_word(text, start, end, words[i]))
            return true;
    return false;
}

/* "A Swedish strip-steel company coats ..." */
static void
nationality_first(const char *text, size_t length, qiao_suggestion *out)
{
    size_t start, end = 0, begin;
    const char *country = NULL;

    for (int word = 0; country == NULL && word <= WORDS_BEFORE && next_word(text, length, &start, &end); word++)
        country = nationality_of(text, start, end);
    if (country == NULL)
        return;
    begin = start;
    for (int word = 0; word < WORDS_BEHIND && next_word(text, length, &start, &end) && !leads_away(text, start, end);
         word++)
        if (is_offering(text, start, end)) {
            set(out, country, NATIONALITY_PERCENT, text, begin, end);
            return;
        }
}

/* 瑞典一家带钢企业, 一家瑞典初创企业 */
static void
han_country_first(const char *text, size_t length, const qiao_vocabulary *vocabulary, qiao_suggestion *out)
{
    static const char *const offering[] = {"公司",     "企业",     "大学", "学院", "研究所", "研究院", "研究中心",
                                           "研究人员", "研究团队", "团队", "机构", "实验室", "初创",   "制造商"};
    size_t count = 0;
    const qiao_code *const *codes = qiao_vocabulary_list(vocabulary, "country", &count);

    if (length < 12 || ((unsigned char)text[0] & 0x80) == 0)
        return;
    for (size_t i = 0; i < count; i++) {
        size_t n = strlen(codes[i]->zh);

        if (n < 6)
            continue;
        for (size_t at = 0; at <= HAN_BEFORE && at + n < length; at += 3) {
            const char *behind = text + at + n;
            size_t left = length - at - n < HAN_BEHIND ? length - at - n : HAN_BEHIND;

            if (memcmp(text + at, codes[i]->zh, n) != 0)
                continue;
            for (size_t k = 0; k < COUNT(offering); k++) {
                size_t found = qiaoi_wording_find(behind, left, offering[k]);

                if (found < left)
                    set(out, codes[i]->code, NATIONALITY_PERCENT, text, at, at + n + found + strlen(offering[k]));
            }
        }
    }
}

/* ---- who developed it ---- */

static const char *const developed[] = {"developed at", "developed by", "designed at",    "designed by",
                                        "created at",   "created by",   "invented at",    "invented by",
                                        "built at",     "built by",     "researchers at", "scientists at",
                                        "engineers at", "inventors at", "innovators at"};

#define LETTER(c) (1u << ((c) - 'a'))

/* Behind "developed by " and the like at a place, and behind the article that follows; length where nothing like it
 * stands there. */
static size_t
behind_developed(const char *text, size_t length, size_t at)
{
    static const uint32_t first_letters =
        LETTER('b') | LETTER('c') | LETTER('d') | LETTER('e') | LETTER('i') | LETTER('r') | LETTER('s');
    unsigned letter = ((unsigned char)text[at] | 0x20u) - 'a';
    size_t behind = length;

    if (letter >= 26 || (first_letters >> letter & 1u) == 0)
        return length;
    for (size_t i = 0; behind == length && i < COUNT(developed); i++)
        if ((text[at] | 0x20) == developed[i][0] && at + 1 < length && (text[at + 1] | 0x20) == developed[i][1] &&
            qiaoi_wording_at(text, length, at, developed[i]))
            behind = at + strlen(developed[i]) + 1;
    if (behind + 4 < length && qiaoi_wording_at(text, length, behind, "the"))
        behind += 4;
    return behind;
}

static void
developer(const char *text, size_t length, qiao_suggestion *out)
{
    qiaoi_wording_places places = {.text = text, .length = length};
    size_t at;

    while (qiaoi_wording_next_place(&places, &at)) {
        size_t behind = at > 0 && is_word_byte(text[at - 1]) ? length : behind_developed(text, length, at);

        for (size_t i = 0; behind < length && i < COUNT(organisations); i++)
            if (qiaoi_wording_at(text, length, behind, organisations[i].words))
                set(out, organisations[i].value, organisations[i].confidence / MICRO_PERCENT, text, at,
                    behind + strlen(organisations[i].words));
    }
}

bool
qiaoi_suggest_country(const qiao_record *record, const qiao_vocabulary *vocabulary, qiao_suggestion *out)
{
    const char *name = record->org_name, *region = record->region;

    *out = (qiao_suggestion){.field = "country"};
    if (region != NULL && strlen(region) > 3 && region[2] == '-' && isupper((unsigned char)region[0]) &&
        isupper((unsigned char)region[1]))
        set(out, region, 99, region, 0, strlen(region));
    if (name != NULL && vocabulary != NULL)
        country_in_name(name, vocabulary, out);
    if (name != NULL) {
        qiaoi_wording_surest(legal_forms, COUNT(legal_forms), name, strlen(name), out);
        qiaoi_wording_surest(organisations, COUNT(organisations), name, strlen(name), out);
    }
    for (size_t i = 0; i < record->text_count; i++) {
        const qiao_text *text = &record->texts[i];

        nationality_first(text->text, text->length, out);
        if (vocabulary != NULL)
            han_country_first(text->text, text->length, vocabulary, out);
        developer(text->text, text->length, out);
        qiaoi_wording_surest(programmes, COUNT(programmes), text->text, text->length, out);
    }
    return out->confidence > 0;
}
