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
#define ALL_BYTES 0x0101010101010101u

typedef struct entry {
    uint64_t key; /* 0 = empty */
    uint32_t field;
    uint32_t longer; /* some name goes on from here */
} entry;

#define FIRSTS 262144u /* power of two */

struct qiao_concepts {
    uint64_t firsts[FIRSTS / 64]; /* a bit for the hash of each word that begins a name: half of all words begin none */
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

static bool
is_plain(char c)
{
    unsigned letter = ((unsigned char)c | 0x20u) - 'a', digit = (unsigned char)c - '0';

    return letter < 26 || digit < 10;
}

static uint64_t
mix(uint64_t hash, uint64_t value)
{
    uint64_t product = (hash ^ value) * 0x9E3779B97F4A7C15u;

    return product ^ product >> 32;
}

/* Eight bytes at a time, the rest with zeros behind it. case_bits: 0x20 in each byte where letters are to be read in
 * lower case; plain ones and digits alone. readable: bytes there are from form on. */
static uint64_t
hash_form(const char *form, size_t n, size_t readable, uint64_t case_bits)
{
    uint64_t hash = 0;

    for (size_t at = 0; at < n; at += 8) {
        size_t rest = n - at;
        uint64_t bytes = 0;

        if (rest < 8 && readable - at < 8)
            memcpy(&bytes, form + at, rest);
        else
            memcpy(&bytes, form + at, 8);
        bytes |= case_bits;
        hash = mix(hash, rest < 8 ? bytes << (64 - 8 * rest) : bytes);
    }
    return hash | 1;
}

/* A plural is the same word. */
static size_t
without_plural(const char *form, size_t n)
{
    return n > 3 && (form[n - 1] | 0x20) == 's' && (form[n - 2] | 0x20) != 's' ? n - 1 : n;
}

/* A word with letters beyond ASCII, or a Han character, that begins at *at. */
static void
read_word(const char *text, size_t length, size_t *at, word *out)
{
    char form[NAME_BYTES];
    size_t n = 0;

    out->start = (uint32_t)*at;
    while (*at < length) {
        size_t begin = *at;
        uint32_t c = qiao_utf8_next(text, length, at);
        qiao_script script = qiao_script_of(c);

        if (n > 0 && (script == QIAO_SCRIPT_NONE || is_han(script))) {
            *at = begin;
            break;
        }
        out->end = (uint32_t)*at;
        if (is_han(script)) {
            out->hash = mix(1, c) | 1;
            out->han = true;
            return;
        }
        if (n + 4 <= sizeof form)
            n += qiao_utf8_put(lower(c), form + n);
    }
    out->hash = hash_form(form, without_plural(form, n), n, 0);
    out->han = false;
}

/* The next word or Han character at *at; false at the end. Most words are plain: they need no decoding and no copy. */
static bool
next_word(const char *text, size_t length, size_t *at, word *out)
{
    size_t begin = *at, end;

    for (; begin < length && !is_plain(text[begin]); begin = end) {
        end = begin;
        if (((unsigned char)text[begin] & 0x80u) == 0) {
            end++;
        } else if (qiao_script_of(qiao_utf8_next(text, length, &end)) != QIAO_SCRIPT_NONE) {
            *at = begin;
            read_word(text, length, at, out);
            return true;
        }
    }
    *at = begin;
    if (begin == length)
        return false;
    for (end = begin; end < length && is_plain(text[end]); end++) {
    }
    if ((end < length && ((unsigned char)text[end] & 0x80u) != 0) || end - begin > NAME_BYTES - 4) {
        read_word(text, length, at, out);
        return true;
    }
    *at = end;
    *out = (word){(uint32_t)begin, (uint32_t)end,
                  hash_form(text + begin, without_plural(text + begin, end - begin), length - begin, ALL_BYTES * 0x20u),
                  false};
    return true;
}

static uint64_t
add_word(uint64_t key, const word *w)
{
    return mix(key << 23 | key >> 41, w->hash) | 1;
}

/* Hashes have their lowest bit always set. */
static size_t
first_bit(const word *w)
{
    return (size_t)(w->hash >> 1) & (FIRSTS - 1);
}

static bool
begins_names(const qiao_concepts *c, const word *w)
{
    return (c->firsts[first_bit(w) / 64] >> first_bit(w) % 64 & 1u) != 0;
}

static uint32_t
home(uint64_t key, uint32_t slot_count)
{
    return (uint32_t)(key >> 1) & (slot_count - 1);
}

/* ---- loading ---- */

static bool
make_room(qiao_concepts *c)
{
    uint32_t larger = c->slot_count == 0 ? 1u << 14 : c->slot_count * 2;
    entry *slots, *old = c->slots;

    if ((uint64_t)(c->count + 1) * 3 <= (uint64_t)c->slot_count * 2)
        return true;
    slots = qiao_calloc(larger, sizeof *slots);
    if (slots == NULL)
        return false;
    for (uint32_t i = 0; i < c->slot_count; i++) {
        uint32_t at = home(old[i].key, larger);

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
    at = home(key, c->slot_count);
    while (c->slots[at].key != 0 && c->slots[at].key != key)
        at = (at + 1) & (c->slot_count - 1);
    if (c->slots[at].key == 0) {
        c->slots[at] = (entry){key, NO_FIELD, 0};
        c->count++;
    }
    return &c->slots[at];
}

static const entry *
get(const qiao_concepts *c, uint64_t key)
{
    for (uint32_t at = home(key, c->slot_count); c->slots[at].key != 0; at = (at + 1) & (c->slot_count - 1))
        if (c->slots[at].key == key)
            return &c->slots[at];
    return NULL;
}

static bool
put_name(qiao_concepts *c, const char *name, size_t length, uint32_t field)
{
    uint64_t keys[HAN_MOST];
    size_t first = 0;
    uint32_t words = 0, han = 0, count = 0;
    size_t at = 0;
    word w;
    entry *known;

    while (next_word(name, length, &at, &w)) {
        han += w.han;
        words += !w.han;
        if (count == 0)
            first = first_bit(&w);
        if (count < HAN_MOST)
            keys[count] = add_word(count == 0 ? 0 : keys[count - 1], &w);
        count++;
    }
    if (count == 0 || words > QIAOI_CONCEPT_WORDS || han > HAN_MOST || (words == 0 && han < HAN_LEAST) ||
        (words > 0 && han > 0) || (words == 1 && length < 4))
        return true;
    c->firsts[first / 64] |= (uint64_t)1 << first % 64;
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

#define AHEAD 64u /* words that are read at a time; longer than any name */

/* The words of a text, some ahead of those that are looked up: their entries are on their way from memory by then. */
typedef struct reader {
    const char *text;
    size_t length, at;
    word words[AHEAD];
    size_t count;
    bool ended;
} reader;

static void
read_ahead(const qiao_concepts *c, reader *r)
{
    size_t known = r->count;

    while (r->count < AHEAD && next_word(r->text, r->length, &r->at, &r->words[r->count]))
        __builtin_prefetch(&c->firsts[first_bit(&r->words[r->count++]) / 64]);
    r->ended = r->count < AHEAD;
    for (size_t i = known; i < r->count; i++) {
        const word *w = &r->words[i];

        if (begins_names(c, w))
            __builtin_prefetch(&c->slots[home(add_word(0, w), c->slot_count)]);
        if (i > 0 && begins_names(c, &w[-1]))
            __builtin_prefetch(&c->slots[home(add_word(add_word(0, &w[-1]), w), c->slot_count)]);
    }
}

/* The longest name that the words begin with; returns how many of them it has, 0 where they begin with none. */
static size_t
find_name(const qiao_concepts *c, const word *words, size_t count, qiaoi_concept_hit *hit)
{
    uint64_t key = 0;
    size_t found = 0;

    for (size_t i = 0; i < count && words[i].han == words[0].han; i++) {
        const entry *known;

        key = add_word(key, &words[i]);
        known = get(c, key);
        if (known == NULL)
            break;
        if (known->field != NO_FIELD) {
            found = i + 1;
            *hit = (qiaoi_concept_hit){c->fields[known->field], words[0].start, words[i].end,
                                       (uint32_t)(words[0].han ? (found + 1) / 2 : found), key};
        }
        if (!known->longer)
            break;
    }
    return found;
}

void
qiaoi_concepts_find(const qiao_concepts *concepts, const char *text, size_t length, qiaoi_concept_visit visit,
                    void *context)
{
    reader r = {.text = text, .length = length};

    do {
        size_t i = 0, enough;

        read_ahead(concepts, &r);
        enough = r.ended ? r.count : r.count - HAN_MOST;
        while (i < enough) {
            qiaoi_concept_hit hit;
            size_t taken =
                begins_names(concepts, &r.words[i]) ? find_name(concepts, &r.words[i], r.count - i, &hit) : 0;

            if (taken > 0)
                visit(&hit, context);
            i += taken > 0 ? taken : 1;
        }
        r.count -= i;
        memmove(r.words, r.words + i, r.count * sizeof *r.words);
    } while (r.count > 0);
}
