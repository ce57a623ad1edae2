/* Both sides are in order of id, so one walk finds who is where; the few that are in one only are compared by their
 * texts. */
#include "batch/record_states.h"

#include "qiao/file.h"
#include "store/generation_internal.h"

#include <stdlib.h>
#include <string.h>

typedef struct walk {
    qiaoi_record_states *states;
    qiao_kind kind;
    const qiao_generation *const *generations;
    qiao_buffer json[2];
} walk;

/* Texts of a record that is in one generation only. */
typedef struct lonely {
    uint64_t texts;
    uint32_t docid;
} lonely;

static qiao_status
read_json(walk *w, int which, uint32_t docid, qiao_error *err)
{
    qiao_buffer_clear(&w->json[which]);
    return qiao_generation_json(w->generations[which], w->kind, docid, &w->json[which], err);
}

static qiao_status
parse(walk *w, int which, qiao_record **out, qiao_error *err)
{
    qiao_record_issues issues = {0};

    return qiao_record_parse(w->json[which].data, w->json[which].length, NULL, out, &issues, err);
}

/* Could it be matched on the day its generation was made? The record was read before. */
static qiao_status
is_open(walk *w, int which, bool *out, qiao_error *err)
{
    qiao_record *record = NULL;
    qiao_status st = parse(w, which, &record, err);

    if (st == QIAO_OK)
        *out =
            (record->status == NULL || strcmp(record->status, "published") == 0) &&
            (record->expires_day == QIAO_UNKNOWN || record->expires_day >= qiaoi_generation_day(w->generations[which]));
    qiao_record_free(record);
    return st;
}

static qiao_status
compare_one(walk *w, uint32_t a, uint32_t b, qiao_error *err)
{
    bool same, was_open = true, is_now = true;
    qiaoi_record_state state;
    qiao_status st = read_json(w, 0, a, err);

    if (st == QIAO_OK)
        st = read_json(w, 1, b, err);
    if (st != QIAO_OK)
        return st;
    same = w->json[0].length == w->json[1].length && memcmp(w->json[0].data, w->json[1].data, w->json[0].length) == 0;
    /* the same record may have expired between the two days */
    if (!same || strstr(w->json[1].data, "\"expires") != NULL) {
        st = is_open(w, 0, &was_open, err);
        if (st == QIAO_OK)
            st = is_open(w, 1, &is_now, err);
    }
    state = was_open && !is_now   ? QIAOI_RECORD_WITHDRAWN
            : !was_open && is_now ? QIAOI_RECORD_NEW
            : same                ? QIAOI_RECORD_SAME
                                  : QIAOI_RECORD_CHANGED;
    w->states->there[0][a] = b;
    w->states->there[1][b] = a;
    w->states->states[0][a] = w->states->states[1][b] = (uint8_t)state;
    return st;
}

static qiao_status
walk_ids(walk *w, qiao_error *err)
{
    uint32_t a = 0, b = 0;
    qiao_status st = QIAO_OK;

    while (st == QIAO_OK && (a < w->states->count[0] || b < w->states->count[1])) {
        const char *id_a = qiao_generation_id(w->generations[0], w->kind, a);
        const char *id_b = qiao_generation_id(w->generations[1], w->kind, b);
        int order = id_a == NULL ? 1 : id_b == NULL ? -1 : strcmp(id_a, id_b);

        if (order == 0) {
            st = compare_one(w, a++, b++, err);
        } else if (order < 0) {
            w->states->there[0][a] = QIAOI_NO_RECORD;
            w->states->states[0][a++] = QIAOI_RECORD_GONE;
        } else {
            w->states->there[1][b] = QIAOI_NO_RECORD;
            w->states->states[1][b++] = QIAOI_RECORD_NEW;
        }
    }
    return st;
}

/* ---- other ids for the same texts ---- */

static qiao_status
hash_texts(walk *w, int which, uint32_t docid, uint64_t *out, qiao_error *err)
{
    qiao_record *record = NULL;
    qiao_status st = read_json(w, which, docid, err);

    if (st == QIAO_OK)
        st = parse(w, which, &record, err);
    *out = 0;
    for (size_t i = 0; st == QIAO_OK && i < record->text_count; i++) {
        const qiao_text *text = &record->texts[i];

        *out = qiao_hash64(text->name, strlen(text->name), *out);
        *out = qiao_hash64(text->language, strlen(text->language), *out);
        *out = qiao_hash64(text->text, text->length, *out);
    }
    qiao_record_free(record);
    return st;
}

static int
compare_lonely(const void *a, const void *b)
{
    const lonely *x = a, *y = b;

    if (x->texts != y->texts)
        return x->texts < y->texts ? -1 : 1;
    return x->docid < y->docid ? -1 : x->docid > y->docid;
}

static qiao_status
gather_lonely(walk *w, int which, lonely **out, size_t *count_out, qiao_error *err)
{
    const qiaoi_record_states *states = w->states;
    size_t count = 0;
    qiao_status st = QIAO_OK;

    for (uint32_t d = 0; d < states->count[which]; d++)
        count += states->there[which][d] == QIAOI_NO_RECORD;
    *out = qiao_alloc((count + 1) * sizeof **out);
    if (*out == NULL)
        return qiao_fail_memory(err);
    *count_out = 0;
    for (uint32_t d = 0; st == QIAO_OK && d < states->count[which]; d++)
        if (states->there[which][d] == QIAOI_NO_RECORD) {
            lonely *one = &(*out)[(*count_out)++];

            one->docid = d;
            st = hash_texts(w, which, d, &one->texts, err);
        }
    qsort(*out, *count_out, sizeof **out, compare_lonely);
    return st;
}

static qiao_status
find_renamed(walk *w, qiao_error *err)
{
    lonely *gone = NULL, *new = NULL;
    size_t gone_count = 0, new_count = 0, g = 0, n = 0;
    qiao_status st = gather_lonely(w, 0, &gone, &gone_count, err);

    if (st == QIAO_OK)
        st = gather_lonely(w, 1, &new, &new_count, err);
    while (st == QIAO_OK && g < gone_count && n < new_count) {
        if (gone[g].texts == new[n].texts) {
            w->states->states[0][gone[g++].docid] = QIAOI_RECORD_RENAMED;
            w->states->states[1][new[n++].docid] = QIAOI_RECORD_RENAMED;
        } else if (gone[g].texts < new[n].texts) {
            g++;
        } else {
            n++;
        }
    }
    qiao_free(gone);
    qiao_free(new);
    return st;
}

qiao_status
qiaoi_record_states_fill(qiaoi_record_states *states, qiao_kind kind, const qiao_generation *const generations[2],
                         qiao_error *err)
{
    walk w = {.states = states, .kind = kind, .generations = generations};
    qiao_status st = QIAO_OK;

    memset(states, 0, sizeof *states);
    for (int which = 0; which < 2; which++) {
        states->count[which] = qiao_generation_count(generations[which], kind);
        states->there[which] = qiao_calloc((size_t)states->count[which] + 1, sizeof(uint32_t));
        states->states[which] = qiao_calloc((size_t)states->count[which] + 1, 1);
        if (states->there[which] == NULL || states->states[which] == NULL)
            st = qiao_fail_memory(err);
    }
    if (st == QIAO_OK)
        st = walk_ids(&w, err);
    if (st == QIAO_OK)
        st = find_renamed(&w, err);
    qiao_buffer_done(&w.json[0]);
    qiao_buffer_done(&w.json[1]);
    return st;
}

void
qiaoi_record_states_done(qiaoi_record_states *states)
{
    for (int which = 0; which < 2; which++) {
        qiao_free(states->there[which]);
        qiao_free(states->states[which]);
    }
    memset(states, 0, sizeof *states);
}
