/*
 * After all files are read: group codes by list, index codes and names, and check what the rows say about each other,
 * so that everything else can rely on it (a parent exists, both ends of a relation exist, a crosswalk leads to fields,
 * a name means one code of a list).
 */
#include "vocab/vocabulary_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NAME_SIZE 256

static qiao_status
order_codes(qiao_vocabulary *v, qiao_error *err)
{
    size_t first = 0;

    v->ordered = qiao_calloc(v->code_count + 1, sizeof *v->ordered);
    if (v->ordered == NULL)
        return qiao_fail_memory(err);
    for (size_t l = 0; l < v->list_count; l++) {
        v->lists[l].first = first;
        for (size_t i = 0; i < v->code_count; i++) {
            if (v->codes[i].list == v->lists[l].name)
                v->ordered[first++] = &v->codes[i];
        }
    }
    return QIAO_OK;
}

static qiao_status
index_code(qiao_vocabulary *v, size_t at, qiao_error *err)
{
    size_t old;

    if (!qiaoi_index_put(&v->by_code, v->codes[at].list, v->codes[at].code, at, &old))
        return qiao_fail_memory(err);
    if (old != at)
        return qiao_fail(err, QIAO_E_INPUT, "vocabulary list %s gives the code \"%s\" twice", v->codes[at].list,
                         v->codes[at].code);
    return QIAO_OK;
}

static qiao_status
index_name(qiao_vocabulary *v, size_t at, const char *name, size_t length, qiao_error *err)
{
    char folded[NAME_SIZE];
    const char *copy;
    size_t old;

    if (!qiaoi_name_fold(name, length, folded, sizeof folded))
        return qiao_fail(err, QIAO_E_INPUT, "vocabulary list %s: a name of \"%s\" is longer than %d bytes",
                         v->codes[at].list, v->codes[at].code, NAME_SIZE - 1);
    copy = qiao_arena_strndup(v->arena, folded, strlen(folded));
    if (copy == NULL || !qiaoi_index_put(&v->by_name, v->codes[at].list, copy, at, &old))
        return qiao_fail_memory(err);
    if (old != at)
        return qiao_fail(err, QIAO_E_INPUT, "vocabulary list %s: the name \"%s\" stands for \"%s\" and for \"%s\"",
                         v->codes[at].list, copy, v->codes[old].code, v->codes[at].code);
    return QIAO_OK;
}

/* Code, names and aliases of one code; that one of them repeats another of the same code is fine. */
static qiao_status
index_names(qiao_vocabulary *v, size_t at, qiao_error *err)
{
    const qiao_code *code = &v->codes[at];
    const char *alias = v->code_aliases[at];
    qiao_status status = index_name(v, at, code->code, strlen(code->code), err);

    if (status == QIAO_OK)
        status = index_name(v, at, code->zh, strlen(code->zh), err);
    if (status == QIAO_OK)
        status = index_name(v, at, code->en, strlen(code->en), err);
    while (status == QIAO_OK && *alias != '\0') {
        size_t length = strcspn(alias, "|");

        if (length > 0)
            status = index_name(v, at, alias, length, err);
        alias += length + (alias[length] == '|' ? 1 : 0);
    }
    return status;
}

static const char *
parents_list(const qiao_vocabulary *v, const char *list)
{
    for (size_t i = 0; i < v->list_count; i++) {
        if (v->lists[i].name == list)
            return v->lists[i].parents;
    }
    return list;
}

static qiao_status
check_parents(const qiao_vocabulary *v, qiao_error *err)
{
    for (size_t i = 0; i < v->code_count; i++) {
        const qiao_code *code = &v->codes[i];

        if (code->parent != NULL && qiao_vocabulary_find(v, parents_list(v, code->list), code->parent) == NULL)
            return qiao_fail(err, QIAO_E_INPUT, "vocabulary list %s: \"%s\" has the unknown parent \"%s\"", code->list,
                             code->code, code->parent);
    }
    return QIAO_OK;
}

/* "energy.battery" without a parent column is below "energy". */
static qiao_status
derive_parents(qiao_vocabulary *v, qiao_error *err)
{
    for (size_t i = 0; i < v->code_count; i++) {
        const char *dot = strrchr(v->codes[i].code, '.');

        if (v->codes[i].parent != NULL || dot == NULL)
            continue;
        v->codes[i].parent = qiao_arena_strndup(v->arena, v->codes[i].code, (size_t)(dot - v->codes[i].code));
        if (v->codes[i].parent == NULL)
            return qiao_fail_memory(err);
    }
    return QIAO_OK;
}

static const qiaoi_relation_kind *
kind_of(const qiao_vocabulary *v, const qiao_relation *row)
{
    size_t i = 0;

    while (v->relation_kinds[i].name != row->list)
        i++;
    return &v->relation_kinds[i];
}

/* lists: one, or several separated by '|' of which any may have the code. */
static bool
in_lists(const qiao_vocabulary *v, const char *lists, const char *code)
{
    while (*lists != '\0') {
        size_t length = strcspn(lists, "|");
        char name[64];

        snprintf(name, sizeof name, "%.*s", (int)length, lists);
        if (qiao_vocabulary_find(v, name, code) != NULL)
            return true;
        lists += length + (lists[length] == '|' ? 1 : 0);
    }
    return false;
}

static qiao_status
check_relations(const qiao_vocabulary *v, qiao_error *err)
{
    for (size_t i = 0; i < v->relation_count; i++) {
        const qiao_relation *row = &v->relations[i];
        const qiaoi_relation_kind *kind = kind_of(v, row);

        if (!in_lists(v, kind->from_list, row->from))
            return qiao_fail(err, QIAO_E_INPUT, "vocabulary relation %s: \"%s\" is no code of list %s", row->list,
                             row->from, kind->from_list);
        if (!in_lists(v, kind->to_list, row->to))
            return qiao_fail(err, QIAO_E_INPUT, "vocabulary relation %s: \"%s\" is no code of list %s", row->list,
                             row->to, kind->to_list);
    }
    return QIAO_OK;
}

static qiao_status
check_crosswalks(const qiao_vocabulary *v, qiao_error *err)
{
    for (size_t i = 0; i < v->crosswalk_count; i++) {
        const char *at = v->crosswalks[i].fields;

        while (*at != '\0') {
            size_t length = strcspn(at, "|");
            char name[64];

            snprintf(name, sizeof name, "%.*s", (int)length, at);
            if (qiao_vocabulary_find(v, "field", name) == NULL)
                return qiao_fail(err, QIAO_E_INPUT, "vocabulary file %s: \"%s\" is no code of list field",
                                 v->crosswalks[i].place, name);
            at += length + (at[length] == '|' ? 1 : 0);
        }
    }
    return QIAO_OK;
}

qiao_status
qiaoi_vocabulary_finish(qiao_vocabulary *vocabulary, qiao_error *err)
{
    qiao_status status = derive_parents(vocabulary, err);

    for (size_t i = 0; status == QIAO_OK && i < vocabulary->code_count; i++)
        status = index_code(vocabulary, i, err);
    for (size_t i = 0; status == QIAO_OK && i < vocabulary->code_count; i++)
        status = index_names(vocabulary, i, err);
    if (status == QIAO_OK)
        status = order_codes(vocabulary, err);
    if (status == QIAO_OK)
        status = check_parents(vocabulary, err);
    if (status == QIAO_OK)
        status = qiaoi_relations_order(vocabulary, err);
    if (status == QIAO_OK)
        status = check_relations(vocabulary, err);
    if (status == QIAO_OK)
        status = check_crosswalks(vocabulary, err);
    snprintf(vocabulary->version, sizeof vocabulary->version, "%s:%016" PRIx64, vocabulary->date, vocabulary->hash);
    return status;
}
