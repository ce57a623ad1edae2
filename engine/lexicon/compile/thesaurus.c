/*
 * The project's own technology thesaurus: the .tsv files of engine/lexicon/thesaurus, twelve columns (see README.md
 * there). Every Chinese, German, Japanese and French name of a concept gets the concept's English names as senses; the
 * names of broader and related concepts follow at a low weight, so that neighbouring ideas can meet.
 */
#include "lexicon/compile/builder.h"
#include "qiao/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS 12u
#define FILES_MAX 64u
/* relative to a dictionary sense of weight 1: curated names of the very concept count more, its neighbours far less */
#define WEIGHT_PREFERRED 3.0
#define WEIGHT_ALTERNATIVE 2.0
#define WEIGHT_ABBREVIATION 1.0
#define WEIGHT_NEIGHBOUR 0.1
#define FREQUENCY_OF_TERMS 3000.0

enum { ID, FIELD, ZH, ZH_ALT, EN, EN_ALT, ABBR, DE, JA, FR, BROADER, RELATED };

typedef struct concept {
    const char *column[COLUMNS];
}
concept;

typedef struct concept_list {
    concept *items;
    size_t count, capacity;
    qiao_buffer files[FILES_MAX];
    size_t file_count;
} concept_list;

static int
compare_concepts(const void *a, const void *b)
{
    return strcmp(((const concept *)a)->column[ID], ((const concept *)b)->column[ID]);
}

static const concept *
find_concept(const concept_list *list, const char *id, size_t length)
{
    char copy[64];
    concept key = {{copy}};

    if (length == 0 || length >= sizeof copy)
        return NULL;
    memcpy(copy, id, length);
    copy[length] = '\0';
    return bsearch(&key, list->items, list->count, sizeof *list->items, compare_concepts);
}

/* Calls visit for each |-separated part. */
typedef qiao_status (*part_visit)(lexicon_builder *builder, const concept_list *list, const concept *item,
                                  const char *part, size_t length, void *context, qiao_error *err);
static qiao_status
each_part(lexicon_builder *builder, const concept_list *list, const concept *item, const char *column, part_visit visit,
          void *context, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    while (st == QIAO_OK && *column != '\0') {
        size_t n = strcspn(column, "|");

        if (n > 0)
            st = visit(builder, list, item, column, n, context, err);
        column += n + (column[n] == '|');
    }
    return st;
}

typedef struct gloss_target {
    uint32_t entry;
    double weight;
    qiao_lexicon_source source;
} gloss_target;

static qiao_status
add_gloss(lexicon_builder *builder, const concept_list *list, const concept *item, const char *part, size_t length,
          void *context, qiao_error *err)
{
    const gloss_target *target = context;

    (void)list;
    (void)item;
    return builder_sense_add(builder, target->entry, part, length, target->weight, target->source, err);
}

static qiao_status
add_neighbour(lexicon_builder *builder, const concept_list *list, const concept *item, const char *part, size_t length,
              void *context, qiao_error *err)
{
    const concept *other = find_concept(list, part, length);
    gloss_target target = {*(const uint32_t *)context, WEIGHT_NEIGHBOUR, QIAO_FROM_RELATED};

    if (other == NULL)
        return qiao_fail(err, QIAO_E_INPUT, "thesaurus concept %s refers to %.*s, which does not exist",
                         item->column[ID], (int)length, part);
    return add_gloss(builder, list, item, other->column[EN], strlen(other->column[EN]), &target, err);
}

static qiao_status
add_senses(lexicon_builder *builder, const concept_list *list, const concept *item, uint32_t entry, qiao_error *err)
{
    gloss_target preferred = {entry, WEIGHT_PREFERRED, QIAO_FROM_THESAURUS},
                 alternative = {entry, WEIGHT_ALTERNATIVE, QIAO_FROM_THESAURUS},
                 abbreviation = {entry, WEIGHT_ABBREVIATION, QIAO_FROM_THESAURUS};
    qiao_status st = each_part(builder, list, item, item->column[EN], add_gloss, &preferred, err);

    if (st == QIAO_OK)
        st = each_part(builder, list, item, item->column[EN_ALT], add_gloss, &alternative, err);
    if (st == QIAO_OK)
        st = each_part(builder, list, item, item->column[ABBR], add_gloss, &abbreviation, err);
    if (st == QIAO_OK)
        st = each_part(builder, list, item, item->column[BROADER], add_neighbour, &entry, err);
    if (st == QIAO_OK)
        st = each_part(builder, list, item, item->column[RELATED], add_neighbour, &entry, err);
    return st;
}

static qiao_status
add_name(lexicon_builder *builder, const concept_list *list, const concept *item, const char *part, size_t length,
         void *context, qiao_error *err)
{
    qiaoi_lexicon_language language = *(const qiaoi_lexicon_language *)context;
    uint32_t entry;
    qiao_status st = builder_entry(builder, language, part, length, &entry, err);

    if (st == QIAO_E_NOTFOUND) /* mixed scripts (X射线) and phrases: their parts are found one by one */
        return QIAO_OK;
    if (st != QIAO_OK)
        return st;
    builder_cost_at_most(builder, entry, FREQUENCY_OF_TERMS);
    return add_senses(builder, list, item, entry, err);
}

static qiao_status
add_concept(lexicon_builder *builder, const concept_list *list, const concept *item, qiao_error *err)
{
    static const struct {
        int column;
        qiaoi_lexicon_language language;
    } names[] = {{ZH, QIAOI_ZH}, {ZH_ALT, QIAOI_ZH}, {DE, QIAOI_DE}, {JA, QIAOI_JA}, {FR, QIAOI_FR}};
    qiao_status st = QIAO_OK;

    for (size_t i = 0; st == QIAO_OK && i < sizeof names / sizeof *names; i++) {
        qiaoi_lexicon_language language = names[i].language;

        st = each_part(builder, list, item, item->column[names[i].column], add_name, &language, err);
    }
    return st;
}

static qiao_status
add_line(concept_list *list, const char *name, size_t line_number, char *line, qiao_error *err)
{
    concept *item;

    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 2048 : list->capacity * 2;
        concept *grown = qiao_realloc_array(list->items, capacity, sizeof *grown);

        if (grown == NULL)
            return qiao_fail_memory(err);
        list->items = grown;
        list->capacity = capacity;
    }
    item = &list->items[list->count];
    for (size_t i = 0; i < COLUMNS; i++) {
        char *tab = strchr(line, '\t');

        item->column[i] = line;
        if ((tab == NULL) != (i + 1 == COLUMNS))
            return qiao_fail(err, QIAO_E_INPUT, "thesaurus %s, line %zu: %u columns are needed", name, line_number,
                             COLUMNS);
        if (tab != NULL) {
            *tab = '\0';
            line = tab + 1;
        }
    }
    if (*item->column[ID] == '\0' || *item->column[ZH] == '\0' || *item->column[EN] == '\0')
        return qiao_fail(err, QIAO_E_INPUT, "thesaurus %s, line %zu: id, zh and en are needed", name, line_number);
    list->count++;
    return QIAO_OK;
}

static qiao_status
read_file(concept_list *list, const char *folder, const char *name, qiao_error *err)
{
    char path[4096];
    qiao_buffer *file;
    qiao_status st;
    char *line, *next;
    size_t number = 0;

    if (list->file_count == FILES_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "more than %u thesaurus files", FILES_MAX);
    file = &list->files[list->file_count++];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    st = qiao_file_read(path, 0, file, err);
    for (line = st == QIAO_OK ? file->data : NULL; st == QIAO_OK && line != NULL && *line != '\0'; line = next) {
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        if (++number > 1 && *line != '\0')
            st = add_line(list, name, number, line, err);
    }
    return st;
}

static int
wanted(const struct dirent *item)
{
    size_t n = strlen(item->d_name);

    return n > 4 && strcmp(item->d_name + n - 4, ".tsv") == 0;
}

qiao_status
read_thesaurus(lexicon_builder *builder, const char *folder, qiao_error *err)
{
    concept_list list = {0};
    struct dirent **names = NULL;
    int count = scandir(folder, &names, wanted, alphasort);
    qiao_status st = count < 0 ? qiao_fail_errno(err, errno, "cannot read the thesaurus folder %s", folder) : QIAO_OK;

    for (int i = 0; i < count; i++) {
        if (st == QIAO_OK)
            st = read_file(&list, folder, names[i]->d_name, err);
        free(names[i]);
    }
    free(names);
    qsort(list.items, list.count, sizeof *list.items, compare_concepts);
    for (size_t i = 0; st == QIAO_OK && i < list.count; i++)
        st = i > 0 && compare_concepts(&list.items[i - 1], &list.items[i]) == 0
                 ? qiao_fail(err, QIAO_E_INPUT, "thesaurus concept %s stands twice", list.items[i].column[ID])
                 : add_concept(builder, &list, &list.items[i], err);
    if (st == QIAO_OK)
        printf("thesaurus: %zu concepts\n", list.count);
    for (size_t i = 0; i < list.file_count; i++)
        qiao_buffer_done(&list.files[i]);
    qiao_free(list.items);
    return st;
}
