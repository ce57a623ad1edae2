/* The thesaurus as a hash of names: English, German and French ones by their words in lower case, Chinese and Japanese
 * ones by their characters. A plural is the same word (an s at its end is not looked at). */
#include "facts/concepts.h"

#include "qiao/file.h"
#include "qiao/share.h"
#include "qiao/text.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS 12u
#define FILE_BYTES_MAX ((size_t)4 << 20)
#define NAME_BYTES 160u
#define HAN_LEAST 2u /* characters of a name */
#define HAN_MOST 12u
#define NO_FIELD UINT32_MAX /* of words that only begin names */

typedef struct entry {
    uint64_t key; /* 0 = empty */
    uint32_t field;
    uint32_t longer; /* some name goes on from here */
} entry;

#define FIRSTS 65536u /* power of two: a few thousand words begin names, and 8 KiB stay in the nearest cache */

#define KEYS 262144u /* power of two */

struct qiao_concepts {
    uint64_t firsts[FIRSTS / 64]; /* a bit for the hash of each word that begins a name: most words begin none */
    uint64_t keys[KEYS / 64];     /* a bit for each key: most pairs of words begin none either */
    entry *slots;
    uint32_t slot_count, count; /* a power of two */
    char (*fields)[24];
    uint32_t field_count;
    uint64_t checksum; /* of the files, in the order of their names */
};

/* ---- words ---- */

typedef struct word {
    uint32_t start, end;
    uint64_t hash;
    bool han; /* one character of Chinese or Japanese */
} word;

static uint32_t
lower(uint32_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7) ? c + 32 : c;
}

static bool
is_han(qiao_script script)
{
    return script == QIAO_SCRIPT_HAN || script == QIAO_SCRIPT_KANA;
}

/* ASCII letters and digits in lower case, 0 for every other byte: most of a text needs no decoding. */
static char
plain(char c)
{
    unsigned letter = ((unsigned char)c | 0x20u) - 'a';

    if (letter < 26)
        return (char)('a' + letter);
    return c >= '0' && c <= '9' ? c : '\0';
}

/* Takes the plain letters at *at, of which the form holds as many as there is room for. */
static size_t
take_plain(const char *text, size_t length, size_t *at, char form[NAME_BYTES], size_t n)
{
    for (char c; *at < length && (c = plain(text[*at])) != '\0'; ++*at)
        if (n + 4 <= NAME_BYTES)
            form[n++] = c;
    return n;
}

/* The next word or Han character at *at; false at the end. */
static bool
next_word(const char *text, size_t length, size_t *at, word *out)
{
    char form[NAME_BYTES];
    size_t n = 0;

    while (*at < length) {
        size_t begin = *at;
        uint32_t c;
        qiao_script script;

        if (plain(text[begin]) != '\0') {
            if (n == 0)
                out->start = (uint32_t)begin;
            n = take_plain(text, length, at, form, n);
            out->end = (uint32_t)*at;
            continue;
        }
        c = qiao_utf8_next(text, length, at);
        script = qiao_script_of(c);
        if (n == 0 && script == QIAO_SCRIPT_NONE)
            continue;
        if (n == 0)
            out->start = (uint32_t)begin;
        if (n > 0 && (script == QIAO_SCRIPT_NONE || is_han(script))) {
            *at = begin;
            break;
        }
        out->end = (uint32_t)*at;
        if (is_han(script)) {
            *out = (word){out->start, out->end, qiao_hash64(&c, sizeof c, 1) | 1, true};
            return true;
        }
        if (n + 4 <= sizeof form)
            n += qiao_utf8_put(lower(c), form + n);
    }
    if (n == 0)
        return false;
    if (n > 3 && form[n - 1] == 's' && form[n - 2] != 's')
        n--;
    out->hash = qiao_hash64(form, n, 2) | 1;
    out->han = false;
    return true;
}

static uint64_t
add_word(uint64_t key, const word *w)
{
    const uint64_t both[2] = {key, w->hash};

    return qiao_hash64(both, sizeof both, 3) | 1;
}

/* Bits of hashes, whose lowest bit is always set. */
static void
set_bit(uint64_t *bits, size_t count, uint64_t hash)
{
    size_t at = (size_t)(hash >> 1) & (count - 1);

    bits[at / 64] |= (uint64_t)1 << at % 64;
}

static bool
has_bit(const uint64_t *bits, size_t count, uint64_t hash)
{
    size_t at = (size_t)(hash >> 1) & (count - 1);

    return (bits[at / 64] >> at % 64 & 1u) != 0;
}

/* ---- loading ---- */

static bool
make_room(qiao_concepts *c)
{
    uint32_t larger = c->slot_count == 0 ? 1u << 14 : c->slot_count * 2;
    entry *slots, *old = c->slots;

    if ((uint64_t)(c->count + 1) * 2 <= c->slot_count)
        return true;
    slots = qiao_calloc(larger, sizeof *slots);
    if (slots == NULL)
        return false;
    for (uint32_t i = 0; i < c->slot_count; i++) {
        uint32_t at = (uint32_t)old[i].key & (larger - 1);

        if (old[i].key == 0)
            continue;
        while (slots[at].key != 0)
            at = (at + 1) & (larger - 1);
        slots[at] = old[i];
    }
    qiao_free(old);
    c->slots = slots;
    c->slot_count = larger;
    return true;
}

/* The entry of a key, made where there is none; NULL without memory. Valid until the next is made. */
static entry *
put(qiao_concepts *c, uint64_t key)
{
    uint32_t at;

    if (!make_room(c))
        return NULL;
    at = (uint32_t)key & (c->slot_count - 1);
    while (c->slots[at].key != 0 && c->slots[at].key != key)
        at = (at + 1) & (c->slot_count - 1);
    if (c->slots[at].key == 0) {
        set_bit(c->keys, KEYS, key);
        c->slots[at] = (entry){key, NO_FIELD, 0};
        c->count++;
    }
    return &c->slots[at];
}

static const entry *
get(const qiao_concepts *c, uint64_t key)
{
    if (!has_bit(c->keys, KEYS, key))
        return NULL;
    for (uint32_t at = (uint32_t)key & (c->slot_count - 1); c->slot_count > 0 && c->slots[at].key != 0;
         at = (at + 1) & (c->slot_count - 1))
        if (c->slots[at].key == key)
            return &c->slots[at];
    return NULL;
}

static bool
put_name(qiao_concepts *c, const char *name, size_t length, uint32_t field)
{
    uint64_t keys[HAN_MOST], first = 0;
    uint32_t words = 0, han = 0, count = 0;
    size_t at = 0;
    word w;
    entry *known;

    while (next_word(name, length, &at, &w)) {
        han += w.han;
        words += !w.han;
        if (count == 0)
            first = w.hash;
        if (count < HAN_MOST)
            keys[count] = add_word(count == 0 ? 0 : keys[count - 1], &w);
        count++;
    }
    if (count == 0 || words > QIAOI_CONCEPT_WORDS || han > HAN_MOST || (words == 0 && han < HAN_LEAST) ||
        (words > 0 && han > 0) || (words == 1 && length < 4))
        return true;
    set_bit(c->firsts, FIRSTS, first);
    for (uint32_t i = 0; i + 1 < count; i++) {
        known = put(c, keys[i]);
        if (known == NULL)
            return false;
        known->longer = 1;
    }
    known = put(c, keys[count - 1]);
    if (known != NULL && known->field == NO_FIELD) /* a name of two concepts says the field of the first */
        known->field = field;
    return known != NULL;
}

static bool
number_field(qiao_concepts *c, const char *code, size_t length, uint32_t *out)
{
    char(*grown)[24];

    for (*out = 0; *out < c->field_count; (*out)++)
        if (strlen(c->fields[*out]) == length && memcmp(c->fields[*out], code, length) == 0)
            return true;
    if (length == 0 || length >= sizeof *c->fields)
        return false;
    grown = qiao_realloc_array(c->fields, c->field_count + 1, sizeof *grown);
    if (grown == NULL)
        return false;
    c->fields = grown;
    memcpy(c->fields[c->field_count], code, length);
    c->fields[c->field_count++][length] = '\0';
    return true;
}

/* id field zh zh_alt en en_alt abbr de ja fr broader related; names are separated by | */
static qiao_status
take_line(qiao_concepts *c, const char *line, size_t length, qiao_error *err)
{
    const char *end = line + length;
    uint32_t field = 0;

    for (uint32_t column = 0; column < COLUMNS && line <= end; column++) {
        const char *stop = memchr(line, '\t', (size_t)(end - line));

        if (stop == NULL)
            stop = end;
        if (column == 1 && !number_field(c, line, (size_t)(stop - line), &field))
            return stop == line ? QIAO_OK : qiao_fail_memory(err); /* properties belong to no field */
        for (const char *part = line; column >= 2 && column <= 9 && part < stop;) {
            const char *bar = memchr(part, '|', (size_t)(stop - part));

            if (bar == NULL)
                bar = stop;
            if (!put_name(c, part, (size_t)(bar - part), field))
                return qiao_fail_memory(err);
            part = bar + 1;
        }
        line = stop + 1;
    }
    return QIAO_OK;
}

static qiao_status
take_file(qiao_concepts *c, const char *path, qiao_error *err)
{
    qiao_buffer text = {0};
    qiao_status st = qiao_file_read(path, FILE_BYTES_MAX, &text, err);
    const char *line = text.data, *end = text.data == NULL ? NULL : text.data + text.length;

    if (st == QIAO_OK && line != NULL)
        c->checksum = qiao_hash64(text.data, text.length, c->checksum);
    for (bool head = true; st == QIAO_OK && line != NULL && line < end; head = false) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));

        if (stop == NULL)
            stop = end;
        if (!head && *line != '#')
            st = take_line(c, line, (size_t)(stop - line), err);
        line = stop + 1;
    }
    qiao_buffer_done(&text);
    return st;
}

static int
is_table(const struct dirent *file)
{
    const char *dot = strrchr(file->d_name, '.');

    return dot != NULL && strcmp(dot, ".tsv") == 0;
}

static qiao_status
take_folder(qiao_concepts *c, const char *folder, qiao_error *err)
{
    struct dirent **files = NULL;
    int count = scandir(folder, &files, is_table, alphasort);
    qiao_status st = count > 0 ? QIAO_OK : qiao_fail(err, QIAO_E_NOTFOUND, "%s holds no thesaurus", folder);

    for (int i = 0; i < count; i++) {
        char path[4096 + 300];

        snprintf(path, sizeof path, "%.4000s/%.255s", folder, files[i]->d_name);
        if (st == QIAO_OK)
            st = take_file(c, path, err);
        free(files[i]);
    }
    free(files);
    return st;
}

qiao_status
qiao_concepts_open(const char *folder, qiao_concepts **out, qiao_error *err)
{
    qiao_concepts *concepts = qiao_calloc(1, sizeof *concepts);
    char shared[4096];
    qiao_status st = concepts == NULL ? qiao_fail_memory(err) : QIAO_OK;

    *out = NULL;
    if (st == QIAO_OK && folder == NULL) {
        st = qiao_share_path("thesaurus", shared, err);
        folder = shared;
    }
    if (st == QIAO_OK)
        st = take_folder(concepts, folder, err);
    if (st != QIAO_OK) {
        qiao_concepts_close(concepts);
        return st;
    }
    *out = concepts;
    return QIAO_OK;
}

void
qiao_concepts_close(qiao_concepts *concepts)
{
    if (concepts == NULL)
        return;
    qiao_free(concepts->slots);
    qiao_free(concepts->fields);
    qiao_free(concepts);
}

uint64_t
qiao_concepts_checksum(const qiao_concepts *concepts)
{
    return concepts == NULL ? 0 : concepts->checksum;
}

/* ---- finding ---- */

/* The longest name that begins with the word that stood before *at, which is then moved behind it. */
static bool
find_name(const qiao_concepts *c, const char *text, size_t length, word w, size_t *at, qiaoi_concept_hit *hit)
{
    size_t here = *at;
    uint64_t key = add_word(0, &w);
    uint32_t begin = w.start, words = 1;
    bool han = w.han, found = false;

    for (;;) {
        const entry *known = get(c, key);

        if (known == NULL)
            return found;
        if (known->field != NO_FIELD) {
            *hit = (qiaoi_concept_hit){c->fields[known->field], begin, w.end, han ? (words + 1) / 2 : words, key};
            *at = here;
            found = true;
        }
        if (!known->longer || !next_word(text, length, &here, &w) || w.han != han)
            return found;
        key = add_word(key, &w);
        words++;
    }
}

void
qiaoi_concepts_find(const qiao_concepts *concepts, const char *text, size_t length, qiaoi_concept_visit visit,
                    void *context)
{
    size_t at = 0;
    word w;

    while (next_word(text, length, &at, &w)) {
        qiaoi_concept_hit hit;

        if (has_bit(concepts->firsts, FIRSTS, w.hash) && find_name(concepts, text, length, w, &at, &hit))
            visit(&hit, context);
    }
}
