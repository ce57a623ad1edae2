/* Keeps the glossary file and applies it to the base lexicon: see glossary.h. */
#include "qiao/glossary.h"

#include "lexicon/lexicon_internal.h"
#include "lexicon/lexicon_writer.h"
#include "qiao/memory.h"
#include "qiao/text.h"
#include "text/normal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SENSE_STEMS_MAX 4u
#define SENSE_WEIGHT 60000u  /* thousandths: sixty times a dictionary sense */
#define FREQUENCY_COST 2534u /* -ln(3001 / 6e7) in 1/256: as a learned compound */
#define STEM_KEY_MIN 5u      /* shorter stems belong to too many words: Lager, Lage */
#define PATH_SIZE 4096u

static bool
language_of_code(const char *code, qiaoi_lexicon_language *out)
{
    static const char *const codes[QIAOI_LANGUAGES] = {"zh", "ja", "de", "fr"};

    for (int i = 0; i < QIAOI_LANGUAGES; i++)
        if (strcmp(code, codes[i]) == 0) {
            *out = (qiaoi_lexicon_language)i;
            return true;
        }
    return false;
}

/* ---- words ---- */

/* Headword in normal form; 0 where it cannot be an entry. */
static size_t
normalise(const qiao_lexicon *base, qiaoi_lexicon_language language, const char *headword, char *out, size_t capacity)
{
    const uint16_t *table = language == QIAOI_JA ? base->normal_ja : base->normal;
    size_t at = 0, n = 0, length = strlen(headword);

    while (at < length) {
        uint32_t c = qiaoi_normal_next(table, headword, length, &at);

        if (c == 0)
            continue;
        if (n + 5 > capacity)
            return 0;
        n += qiao_utf8_put(c, out + n);
    }
    out[n] = '\0';
    return n;
}

static bool
headword_fits(qiaoi_lexicon_language language, const char *headword)
{
    size_t at = 0, length = strlen(headword), characters = 0;

    while (at < length) {
        qiao_script script = qiao_script_of(qiao_utf8_next(headword, length, &at));
        bool fits = language <= QIAOI_JA
                        ? script == QIAO_SCRIPT_HAN || (script == QIAO_SCRIPT_KANA && language == QIAOI_JA)
                        : script == QIAO_SCRIPT_LATIN;

        if (!fits)
            return false;
        characters++;
    }
    return characters > 0 && characters <= (language <= QIAOI_JA ? QIAOI_KEY_CHARACTERS_MAX : 64u);
}

/* Content words of an English phrase as stems, NUL-separated in out; how many, SENSE_STEMS_MAX + 1 where there are too
 * many. */
static size_t
english_stems(qiao_stemmer *stemmer, const char *english, qiao_buffer *out)
{
    size_t at = 0, length = strlen(english), count = 0;
    char word[128];

    while (at < length) {
        size_t n = 0, stem_length = 0;
        const char *stem;

        for (; at < length; at++) {
            char c = english[at];

            c = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
            if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
                break;
            if (n + 1 < sizeof word)
                word[n++] = c;
        }
        at += at < length;
        if (n == 0 || qiao_stop_word(word, n))
            continue;
        if (++count > SENSE_STEMS_MAX)
            return count;
        stem = stemmer == NULL ? word : qiao_stem(stemmer, word, n, &stem_length);
        if (stem == NULL)
            return 0;
        if (out != NULL) {
            qiao_buffer_append(out, stem, stemmer == NULL ? n : stem_length);
            qiao_buffer_append(out, "", 1);
        }
    }
    return count;
}

const char *
qiao_glossary_check(const qiao_glossary_entry *entry)
{
    qiaoi_lexicon_language language;
    size_t stems;

    if (!language_of_code(entry->language, &language))
        return "the language must be zh, ja, de or fr";
    if (!qiao_utf8_valid(entry->headword, strlen(entry->headword)) ||
        !qiao_utf8_valid(entry->english, strlen(entry->english)))
        return "the text is not valid UTF-8";
    if (strpbrk(entry->headword, "\t\r\n") != NULL || strpbrk(entry->english, "\t\r\n") != NULL)
        return "tabs and line breaks cannot stand in a term";
    if (!headword_fits(language, entry->headword))
        return "a headword has one script only, no spaces, at most 16 Chinese characters";
    stems = english_stems(NULL, entry->english, NULL);
    return stems == 0                ? "the English side has no content word"
           : stems > SENSE_STEMS_MAX ? "the English side has more than four content words"
                                     : NULL;
}

/* ---- the file ---- */

static int
compare_lines(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

typedef struct line_list {
    qiao_buffer text; /* NUL-terminated lines "zh\theadword\tenglish" */
    const char **lines;
    size_t count;
} line_list;

static bool
replaced(const char *line, const qiao_glossary_entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t n = strlen(entries[i].headword);

        if (strncmp(line, entries[i].language, 2) == 0 && line[2] == '\t' &&
            strncmp(line + 3, entries[i].headword, n) == 0 && line[3 + n] == '\t')
            return true;
    }
    return false;
}

static void
keep_old_lines(qiao_buffer *into, char *text, const qiao_glossary_entry *entries, size_t count)
{
    for (char *line = text, *next; line != NULL && *line != '\0'; line = next) {
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        if (*line != '\0' && *line != '#' && !replaced(line, entries, count))
            qiao_buffer_append(into, line, strlen(line) + 1);
    }
}

static qiao_status
sort_lines(line_list *list, qiao_error *err)
{
    size_t count = 0;

    for (size_t at = 0; at < list->text.length; at += strlen(list->text.data + at) + 1)
        count++;
    list->lines = qiao_alloc((count + 1) * sizeof *list->lines);
    if (list->lines == NULL)
        return qiao_fail_memory(err);
    for (size_t at = 0; at < list->text.length; at += strlen(list->text.data + at) + 1)
        list->lines[list->count++] = list->text.data + at;
    qsort(list->lines, list->count, sizeof *list->lines, compare_lines);
    return QIAO_OK;
}

static qiao_status
write_lines(const char *path, const line_list *list, qiao_error *err)
{
    qiao_buffer out = {0};
    qiao_status st;

    for (size_t i = 0; i < list->count; i++)
        if (i == 0 || strcmp(list->lines[i - 1], list->lines[i]) != 0) {
            qiao_buffer_text(&out, list->lines[i]);
            qiao_buffer_char(&out, '\n');
        }
    st = qiao_buffer_check(&out, err);
    if (st == QIAO_OK)
        st = qiao_file_write_atomic(path, out.data == NULL ? "" : out.data, out.length, err);
    qiao_buffer_done(&out);
    return st;
}

qiao_status
qiao_glossary_save(const char *data_dir, const qiao_glossary_entry *entries, size_t count, qiao_error *err)
{
    char path[PATH_SIZE];
    qiao_buffer old = {0};
    line_list list = {0};
    qiao_status st = qiao_file_make_directories(data_dir, err);

    snprintf(path, sizeof path, "%s/glossary.tsv", data_dir);
    if (st == QIAO_OK && qiao_file_exists(path))
        st = qiao_file_read(path, 0, &old, err);
    if (st == QIAO_OK && old.data != NULL)
        keep_old_lines(&list.text, old.data, entries, count);
    for (size_t i = 0; i < count; i++) {
        qiao_buffer_printf(&list.text, "%s\t%s\t%s", entries[i].language, entries[i].headword, entries[i].english);
        qiao_buffer_append(&list.text, "", 1);
    }
    if (st == QIAO_OK)
        st = qiao_buffer_check(&list.text, err);
    if (st == QIAO_OK)
        st = sort_lines(&list, err);
    if (st == QIAO_OK)
        st = write_lines(path, &list, err);
    qiao_buffer_done(&old);
    qiao_buffer_done(&list.text);
    qiao_free(list.lines);
    return st;
}

/* ---- applying ---- */

typedef struct added_sense {
    uint32_t entry, first_stem;
    uint8_t count;
} added_sense;

typedef struct application {
    const qiao_lexicon *base;
    qiaoi_key_set keys;
    qiao_buffer strings; /* the base's stems, then the glossary's */
    qiao_buffer stems;   /* u32 offsets, likewise */
    qiao_buffer added;   /* added_sense[] */
    qiao_stemmer *english, *german, *french;
} application;

static qiao_status
copy_base(application *a, qiao_error *err)
{
    const qiao_lexicon *base = a->base;
    qiao_status st = qiaoi_key_set_copy(&a->keys, base, err);
    uint64_t stem_count = 0;

    for (uint64_t s = 0; s < base->sense_count; s++)
        stem_count = base->senses[s].first_stem + base->senses[s].stem_count > stem_count
                         ? base->senses[s].first_stem + base->senses[s].stem_count
                         : stem_count;
    qiao_buffer_append(&a->strings, base->strings, base->strings_size);
    qiao_buffer_append(&a->stems, base->sense_stems, stem_count * sizeof(uint32_t));
    return st == QIAO_OK && (a->strings.failed || a->stems.failed) ? qiao_fail_memory(err) : st;
}

/* The stems of the English side, once for all entries that get the sense. */
static qiao_status
add_stems(application *a, const char *english, added_sense *sense, qiao_error *err)
{
    size_t first = a->strings.length;

    sense->first_stem = (uint32_t)(a->stems.length / sizeof(uint32_t));
    sense->count = (uint8_t)english_stems(a->english, english, &a->strings);
    if (qiao_stemmer_ran_short(a->english) || a->strings.failed)
        return qiao_fail_memory(err);
    for (uint8_t k = 0; k < sense->count; k++) {
        uint32_t offset = (uint32_t)first;

        qiao_buffer_append(&a->stems, &offset, sizeof offset);
        first += strlen(a->strings.data + first) + 1;
    }
    return a->stems.failed ? qiao_fail_memory(err) : QIAO_OK;
}

static qiao_status
add_sense(application *a, qiaoi_lexicon_language language, const char *key, size_t length, added_sense sense,
          qiao_error *err)
{
    qiao_status st = qiaoi_key_set_add(&a->keys, language, key, length, &sense.entry, err);

    if (st != QIAO_OK)
        return st;
    if (a->keys.entries[sense.entry].cost == 0 || a->keys.entries[sense.entry].cost > FREQUENCY_COST)
        a->keys.entries[sense.entry].cost = FREQUENCY_COST;
    qiao_buffer_append(&a->added, &sense, sizeof sense);
    return a->added.failed ? qiao_fail_memory(err) : QIAO_OK;
}

/* German and French words are looked up by their stem as well, so that inflected forms are found (compound.h). */
static qiao_status
add_stem_key(application *a, qiaoi_lexicon_language language, const char *word, size_t length, added_sense sense,
             qiao_error *err)
{
    qiao_stemmer *stemmer = language == QIAOI_DE ? a->german : a->french;
    char key[257] = "~";
    size_t n = 0;
    const char *stem;

    if (language != QIAOI_DE && language != QIAOI_FR)
        return QIAO_OK;
    stem = qiao_stem(stemmer, word, length, &n);
    if (stem == NULL)
        return qiao_fail_memory(err);
    if (n < STEM_KEY_MIN || n + 1 >= sizeof key)
        return QIAO_OK;
    memcpy(key + 1, stem, n);
    return add_sense(a, language, key, n + 1, sense, err);
}

static qiao_status
add_line(application *a, const char *path, size_t number, char *line, qiao_error *err)
{
    char *headword = strchr(line, '\t'), *english = headword == NULL ? NULL : strchr(headword + 1, '\t');
    qiaoi_lexicon_language language;
    added_sense sense = {0};
    char key[256];
    size_t length, stems;
    qiao_status st;

    if (english == NULL)
        return qiao_fail(err, QIAO_E_INPUT, "%s, line %zu: language, headword and English are needed", path, number);
    *headword++ = *english++ = '\0';
    if (!language_of_code(line, &language) || !headword_fits(language, headword) ||
        (length = normalise(a->base, language, headword, key, sizeof key)) == 0)
        return qiao_fail(err, QIAO_E_INPUT, "%s, line %zu: this headword cannot be an entry: %s", path, number,
                         headword);
    stems = english_stems(NULL, english, NULL);
    if (stems == 0 || stems > SENSE_STEMS_MAX)
        return qiao_fail(err, QIAO_E_INPUT, "%s, line %zu: the English side needs one to four content words: %s", path,
                         number, english);
    st = add_stems(a, english, &sense, err);
    if (st == QIAO_OK)
        st = add_sense(a, language, key, length, sense, err);
    return st == QIAO_OK ? add_stem_key(a, language, key, length, sense, err) : st;
}

static qiao_status
add_lines(application *a, const char *path, char *text, qiao_error *err)
{
    size_t number = 0;
    qiao_status st = QIAO_OK;

    for (char *line = text, *next; st == QIAO_OK && line != NULL && *line != '\0'; line = next) {
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        number++;
        if (*line != '\0' && *line != '#')
            st = add_line(a, path, number, line, err);
    }
    return st;
}

static int
compare_added(const void *a, const void *b)
{
    const added_sense *x = a, *y = b;

    if (x->entry != y->entry)
        return x->entry < y->entry ? -1 : 1;
    return x->first_stem < y->first_stem ? -1 : x->first_stem > y->first_stem;
}

/* Senses of every entry, the base's and the added ones together. */
static qiao_status
write_applied(application *a, const char *version, const char *path, qiao_error *err)
{
    added_sense *added = (added_sense *)(void *)a->added.data;
    size_t added_count = a->added.length / sizeof *added, next = 0, at = 0;
    qiaoi_sense *senses = qiao_alloc((a->base->sense_count + added_count + 1) * sizeof *senses);
    qiao_status st;

    if (senses == NULL)
        return qiao_fail_memory(err);
    if (added_count > 0)
        qsort(added, added_count, sizeof *added, compare_added);
    for (uint32_t e = 0; e < a->keys.count; e++) {
        qiaoi_entry *entry = &a->keys.entries[e];

        entry->first = (uint32_t)at;
        for (uint32_t i = 0; e < a->base->entry_count && i < a->base->entries[e].count; i++)
            senses[at++] = a->base->senses[a->base->entries[e].first + i];
        for (; next < added_count && added[next].entry == e; next++)
            senses[at++] = (qiaoi_sense){added[next].first_stem, added[next].count, QIAO_FROM_GLOSSARY, SENSE_WEIGHT};
        entry->count = (uint16_t)(at - entry->first);
        for (size_t i = entry->first; i < at; i++)
            entry->sources |= senses[i].source;
    }
    st = qiaoi_lexicon_write(
        path, &a->keys,
        (const qiaoi_section_data[]){{QIAOI_SECTION_META, 1, version, strlen(version) + 1},
                                     {QIAOI_SECTION_NORMAL, 2, a->base->normal, 65536},
                                     {QIAOI_SECTION_NORMAL_JA, 2, a->base->normal_ja, 65536},
                                     {QIAOI_SECTION_SENSES, sizeof *senses, senses, at},
                                     {QIAOI_SECTION_SENSE_STEMS, 4, a->stems.data, a->stems.length / 4},
                                     {QIAOI_SECTION_STRINGS, 1, a->strings.data, a->strings.length}},
        6, err);
    qiao_free(senses);
    return st;
}

static qiao_status
open_stemmers(application *a, qiao_error *err)
{
    qiao_status st = qiao_stemmer_new("en", &a->english, err);

    if (st == QIAO_OK)
        st = qiao_stemmer_new("de", &a->german, err);
    return st == QIAO_OK ? qiao_stemmer_new("fr", &a->french, err) : st;
}

static void
application_done(application *a)
{
    qiao_stemmer_free(a->english);
    qiao_stemmer_free(a->german);
    qiao_stemmer_free(a->french);
    qiaoi_key_set_done(&a->keys);
    qiao_buffer_done(&a->strings);
    qiao_buffer_done(&a->stems);
    qiao_buffer_done(&a->added);
}

static qiao_status
apply_text(const qiao_lexicon *base, const char *file, qiao_buffer *text, const char *path, qiao_error *err)
{
    application a = {.base = base};
    char version[192];
    qiao_status st = QIAO_OK;

    snprintf(version, sizeof version, "%.120s+glossary:%08x", base->version,
             (unsigned)qiao_hash64(text->data, text->length, 0));
    if (!qiao_utf8_valid(text->data, text->length) || memchr(text->data, '\0', text->length) != NULL)
        st = qiao_fail(err, QIAO_E_INPUT, "%s is not valid UTF-8 text", file);
    if (st == QIAO_OK)
        st = open_stemmers(&a, err);
    if (st == QIAO_OK)
        st = copy_base(&a, err);
    if (st == QIAO_OK)
        st = add_lines(&a, file, text->data, err);
    if (st == QIAO_OK)
        st = write_applied(&a, version, path, err);
    application_done(&a);
    return st;
}

qiao_status
qiao_glossary_apply(const qiao_lexicon *base, const char *data_dir, const char *path, bool *applied_out,
                    qiao_error *err)
{
    char file[PATH_SIZE];
    qiao_buffer text = {0};
    qiao_status st;

    *applied_out = false;
    snprintf(file, sizeof file, "%s/glossary.tsv", data_dir);
    if (!qiao_file_exists(file))
        return QIAO_OK;
    st = qiao_file_read(file, 0, &text, err);
    if (st == QIAO_OK && text.length > 0)
        st = apply_text(base, file, &text, path, err);
    *applied_out = st == QIAO_OK && text.length > 0;
    qiao_buffer_done(&text);
    return st;
}
