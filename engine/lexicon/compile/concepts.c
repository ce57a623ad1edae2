/* Reads the files of the thesaurus: see concepts.h. */
#include "lexicon/compile/concepts.h"

#include "qiao/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
compare_concepts(const void *a, const void *b)
{
    const concept *x = a, *y = b;
    int order = strcmp(x->column[ID], y->column[ID]);

    if (order == 0 && x->file != y->file)
        order = strcmp(x->file, y->file);
    return order != 0 ? order : x->line < y->line ? -1 : x->line > y->line;
}

const concept *
concepts_find(const concept_list *list, const char *id, size_t length)
{
    size_t low = 0, high = list->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const char *other = list->items[middle].column[ID];
        int order = strncmp(other, id, length);

        if (order == 0)
            order = other[length] != '\0';
        if (order == 0)
            return &list->items[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
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
    item->file = name;
    item->line = line_number;
    for (size_t i = 0; i < CONCEPT_COLUMNS; i++) {
        char *tab = strchr(line, '\t');

        item->column[i] = line;
        if ((tab == NULL) != (i + 1 == CONCEPT_COLUMNS))
            return qiao_fail(err, QIAO_E_INPUT, "thesaurus %s, line %zu: %u columns are needed", name, line_number,
                             CONCEPT_COLUMNS);
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
    char path[4096], *line, *next, *kept;
    qiao_buffer *file;
    size_t number = 0;
    qiao_status st;

    if (list->file_count == CONCEPT_FILES_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "more than %u thesaurus files", CONCEPT_FILES_MAX);
    kept = list->names[list->file_count];
    file = &list->files[list->file_count++];
    snprintf(kept, sizeof list->names[0], "%.63s", name);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    st = qiao_file_read(path, 0, file, err);
    for (line = st == QIAO_OK ? file->data : NULL; st == QIAO_OK && line != NULL && *line != '\0'; line = next) {
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        line[strcspn(line, "\r")] = '\0';
        if (++number > 1 && *line != '\0')
            st = add_line(list, kept, number, line, err);
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
concepts_read(const char *folder, concept_list *out, qiao_error *err)
{
    struct dirent **names = NULL;
    int count = scandir(folder, &names, wanted, alphasort);
    qiao_status st = count < 0 ? qiao_fail_errno(err, errno, "cannot read the thesaurus folder %s", folder) : QIAO_OK;

    memset(out, 0, sizeof *out);
    for (int i = 0; i < count; i++) {
        if (st == QIAO_OK)
            st = read_file(out, folder, names[i]->d_name, err);
        free(names[i]);
    }
    free(names);
    if (out->count > 0)
        qsort(out->items, out->count, sizeof *out->items, compare_concepts);
    if (st != QIAO_OK)
        out->count = 0;
    return st;
}

void
concepts_done(concept_list *list)
{
    for (size_t i = 0; i < list->file_count; i++)
        qiao_buffer_done(&list->files[i]);
    qiao_free(list->items);
    memset(list, 0, sizeof *list);
}
