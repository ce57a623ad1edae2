/*
 * FreeDict reader (GPL): dictd files NAME.index and NAME.dict.dz as Debian packages them. Single-word headwords;
 * translations are the lines after the headword line, up to synonyms and cross references.
 */
#include "lexicon/compile/builder.h"
#include "qiao/file.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

static qiao_status
read_gzip(const char *path, qiao_buffer *out, qiao_error *err)
{
    gzFile file = gzopen(path, "rb");
    char block[65536];
    int n;

    if (file == NULL)
        return qiao_fail(err, QIAO_E_NOTFOUND, "cannot open %s", path);
    while ((n = gzread(file, block, sizeof block)) > 0)
        qiao_buffer_append(out, block, (size_t)n);
    gzclose(file);
    if (n < 0)
        return qiao_fail(err, QIAO_E_CORRUPT, "%s is damaged", path);
    return qiao_buffer_check(out, err);
}

/* dictd's base-64 numbers */
static bool
read_number(const char **at, size_t *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found;
    size_t value = 0;
    bool any = false;

    while (**at != '\0' && (found = strchr(digits, **at)) != NULL) {
        value = value * 64 + (size_t)(found - digits);
        (*at)++;
        any = true;
    }
    *out = value;
    return any;
}

static bool
ends_translations(const char *line, size_t length)
{
    static const char *const marks[] = {"Synonym", "see:", "Note:", "Abbreviation", "Antonym"};
    size_t i = 0;

    while (i < length && line[i] == ' ')
        i++;
    for (size_t m = 0; m < sizeof marks / sizeof *marks; m++)
        if (length - i >= strlen(marks[m]) && strncmp(line + i, marks[m], strlen(marks[m])) == 0)
            return true;
    return length - i > 0 && line[i] == '"';
}

/* "1. gloss", "A <n>, A sharp <n>": definitions without numbering */
static qiao_status
add_translations(lexicon_builder *builder, uint32_t entry, const char *text, size_t length, qiao_error *err)
{
    qiao_status st = QIAO_OK;
    bool first = true;

    for (size_t at = 0; st == QIAO_OK && at < length;) {
        const char *newline = memchr(text + at, '\n', length - at);
        size_t end = newline == NULL ? length : (size_t)(newline - text);

        if (!first && ends_translations(text + at, end - at))
            break;
        if (!first)
            st = builder_definition(builder, entry, text + at, end - at, 1.0, QIAO_FROM_DICTIONARY, err);
        first = false;
        at = end + 1;
    }
    return st;
}

/* The headword as the entry writes it (the index is in lower case without marks). */
static size_t
headword_length(const char *text, size_t length)
{
    size_t n = 0;

    while (n < length && text[n] != '\n' && text[n] != '/' && text[n] != '<' && text[n] != '[' && text[n] != '(')
        n++;
    while (n > 0 && text[n - 1] == ' ')
        n--;
    return n;
}

static qiao_status
read_entries(lexicon_builder *builder, qiaoi_lexicon_language language, char *index, const qiao_buffer *dictionary,
             qiao_error *err)
{
    qiao_status st = QIAO_OK;
    size_t last = SIZE_MAX;

    for (char *line = index, *next; st == QIAO_OK && line != NULL && *line != '\0'; line = next) {
        const char *tab = strchr(line, '\t');
        size_t offset, length, n;
        uint32_t entry;

        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        if (tab == NULL || strncmp(line, "00database", 10) == 0 || memchr(line, ' ', (size_t)(tab - line)) != NULL)
            continue;
        tab++;
        if (!read_number(&tab, &offset) || *tab++ != '\t' || !read_number(&tab, &length) ||
            offset > dictionary->length || length > dictionary->length - offset || offset == last)
            continue;
        last = offset;
        n = headword_length(dictionary->data + offset, length);
        st = builder_entry(builder, language, dictionary->data + offset, n, &entry, err);
        if (st == QIAO_OK)
            st = add_translations(builder, entry, dictionary->data + offset, length, err);
        else if (st == QIAO_E_NOTFOUND)
            st = QIAO_OK;
    }
    return st;
}

qiao_status
read_freedict(lexicon_builder *builder, qiaoi_lexicon_language language, const char *base_path, qiao_error *err)
{
    char path[4096];
    qiao_buffer index = {0}, dictionary = {0};
    qiao_status st;

    snprintf(path, sizeof path, "%s.index", base_path);
    st = qiao_file_read(path, 0, &index, err);
    snprintf(path, sizeof path, "%s.dict.dz", base_path);
    if (st == QIAO_OK)
        st = read_gzip(path, &dictionary, err);
    if (st == QIAO_OK)
        st = read_entries(builder, language, index.data, &dictionary, err);
    qiao_buffer_done(&index);
    qiao_buffer_done(&dictionary);
    return st;
}
