/*
 * The project's own technology thesaurus: the .tsv files of engine/lexicon/thesaurus, twelve columns (see README.md
 * there). Every Chinese, German, Japanese and French name of a concept gets the concept's English names as senses; the
 * names of broader and related concepts follow at a low weight, so that neighbouring ideas can meet.
 */
#include "lexicon/compile/builder.h"
#include "lexicon/compile/concepts.h"

#include <stdio.h>
#include <string.h>

/* relative to a dictionary sense of weight 1: curated names of the very concept count more, its neighbours far less */
#define WEIGHT_PREFERRED 3.0
#define WEIGHT_ALTERNATIVE 2.0
#define WEIGHT_ABBREVIATION 1.0
#define WEIGHT_NEIGHBOUR 0.1
#define FREQUENCY_OF_TERMS 3000.0

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
    const concept *other = concepts_find(list, part, length);
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

qiao_status
read_thesaurus(lexicon_builder *builder, const char *folder, qiao_error *err)
{
    concept_list list;
    qiao_status st = concepts_read(folder, &list, err);

    for (size_t i = 0; st == QIAO_OK && i < list.count; i++)
        st = i > 0 && strcmp(list.items[i - 1].column[ID], list.items[i].column[ID]) == 0
                 ? qiao_fail(err, QIAO_E_INPUT, "thesaurus concept %s stands twice", list.items[i].column[ID])
                 : add_concept(builder, &list, &list.items[i], err);
    if (st == QIAO_OK)
        printf("thesaurus: %zu concepts\n", list.count);
    concepts_done(&list);
    return st;
}
