/* What one scope of callers searches: see posted.h. */
#include "session/posted.h"

#include "qiao/file.h"
#include "session/session_internal.h"
#include "store/generation_internal.h"

#include <stdio.h>
#include <string.h>

static void
drop_beside(qiaoi_beside *one)
{
    for (size_t i = 0; i < one->tag_count; i++)
        qiao_free(one->tags[i]);
    qiao_free(one->tags);
    qiao_free(one->id);
    *one = (qiaoi_beside){0};
}

static void
drop_hidden(qiaoi_view *view)
{
    for (size_t i = 0; i < view->hidden_count; i++)
        qiao_free(view->hidden[i]);
    qiao_free(view->hidden);
    view->hidden = NULL;
    view->hidden_count = 0;
}

void
qiaoi_view_close(qiaoi_view *view)
{
    qiao_fulltext_close(view->fulltext);
    for (size_t i = 0; i < view->beside_count; i++)
        drop_beside(&view->beside[i]);
    qiao_free(view->beside);
    drop_hidden(view);
    *view = (qiaoi_view){0};
}

static bool
has_tag(const char *const *tags, size_t count, const char *tag)
{
    if (tag[0] == '\0')
        return true;
    for (size_t i = 0; i < count; i++)
        if (strcmp(tags[i], tag) == 0)
            return true;
    return false;
}

static bool
make_room(qiaoi_view *view, size_t count)
{
    qiaoi_beside *beside;

    if (count <= view->beside_room) {
        view->beside_count = count > view->beside_count ? count : view->beside_count;
        return true;
    }
    beside = qiao_realloc_array(view->beside, count + 64, sizeof *beside);
    if (beside == NULL)
        return false;
    memset(beside + view->beside_room, 0, (count + 64 - view->beside_room) * sizeof *beside);
    view->beside = beside;
    view->beside_room = count + 64;
    view->beside_count = count;
    return true;
}

static bool
keep(qiaoi_beside *one, const qiaoi_posted_row *row)
{
    one->id = qiao_strdup(row->id);
    one->tags = qiao_calloc(row->tag_count + 1, sizeof *one->tags);
    for (; one->tags != NULL && one->tag_count < row->tag_count; one->tag_count++) {
        one->tags[one->tag_count] = qiao_strdup(row->tags[one->tag_count]);
        if (one->tags[one->tag_count] == NULL)
            return false;
    }
    return one->id != NULL && one->tags != NULL;
}

static qiao_status
take_row(qiaoi_view *view, const qiaoi_posted_row *row, uint32_t number, qiao_error *err)
{
    qiaoi_beside *one = &view->beside[number - 1];
    qiao_fulltext_document document = row->document;
    bool was = one->id != NULL,
         shown = row->shown && row->kind == view->side && has_tag(row->tags, row->tag_count, view->scope);

    drop_beside(one);
    if (!shown)
        return was ? qiao_fulltext_beside_remove(view->fulltext, number, err) : QIAO_OK;
    if (!keep(one, row)) {
        drop_beside(one);
        return qiao_fail_memory(err);
    }
    document.docid = number;
    return qiao_fulltext_beside_put(view->fulltext, &document, err);
}

/* Does the view hide what the generation has of the row? What its caller could not see there needs no hiding. */
static bool
hides(const qiaoi_view *view, const qiaoi_posted_row *row)
{
    return row->hides && row->kind == view->side && has_tag(row->tags_before, row->tag_count_before, view->scope);
}

static qiao_status
take_hidden(qiaoi_view *view, const qiaoi_posted_row *rows, size_t count, qiao_error *err)
{
    size_t wanted = 0;

    drop_hidden(view);
    for (size_t i = 0; i < count; i++)
        wanted += hides(view, &rows[i]);
    view->hidden = qiao_calloc(wanted + 1, sizeof *view->hidden);
    for (size_t i = 0; view->hidden != NULL && i < count; i++) {
        if (!hides(view, &rows[i]))
            continue;
        view->hidden[view->hidden_count] = qiao_strdup(rows[i].id);
        if (view->hidden[view->hidden_count] == NULL)
            return qiao_fail_memory(err);
        view->hidden_count++;
    }
    return view->hidden == NULL ? qiao_fail_memory(err) : QIAO_OK;
}

/* What the answers of the view rest on beside the generation: which revisions it shows, which it hides. */
static uint64_t
basis_of(const qiaoi_view *view, const qiaoi_posted_row *rows, size_t count)
{
    uint64_t hash = 0;

    for (size_t i = 0; i < count; i++) {
        const uint64_t state[2] = {rows[i].revision, view->beside[i].id != NULL};

        if (view->beside[i].id != NULL || hides(view, &rows[i]))
            hash = qiao_hash64(rows[i].id, strlen(rows[i].id), qiao_hash64(state, sizeof state, hash));
    }
    return hash;
}

static qiao_status
take(qiaoi_view *view, const qiaoi_posted_row *rows, size_t count, qiao_error *err)
{
    qiao_status st = make_room(view, count) ? QIAO_OK : qiao_fail_memory(err);

    for (size_t i = 0; st == QIAO_OK && i < count; i++)
        if (view->fresh || rows[i].changed > view->trail)
            st = take_row(view, &rows[i], (uint32_t)i + 1, err);
    if (st == QIAO_OK)
        st = take_hidden(view, rows, count, err);
    if (st == QIAO_OK)
        view->basis = basis_of(view, rows, count);
    return st;
}

static qiao_status
bring_up_to_date(qiao_session *session, qiaoi_view *view, qiao_error *err)
{
    const qiaoi_posted_row *rows;
    uint64_t trail = 0;
    size_t count;
    qiao_status st = qiaoi_posted_trail(session->snapshot->posted, &trail, err);

    if (st != QIAO_OK || (!view->fresh && trail == view->trail))
        return st;
    st = qiaoi_posted_lock(session, &rows, &count, &trail, err);
    if (st != QIAO_OK)
        return st;
    st = take(view, rows, count, err);
    qiaoi_posted_unlock(session);
    if (st == QIAO_OK) {
        view->trail = trail;
        view->fresh = false;
    }
    return st;
}

/* The view of the scope, or else the one to be made: a free one, or the one not used for longest. */
static qiaoi_view *
choose(qiao_session *session, qiao_kind side, const char *scope)
{
    qiaoi_view *oldest = &session->views[0];

    for (size_t i = 0; i < QIAOI_VIEWS; i++) {
        qiaoi_view *view = &session->views[i];

        if (view->fulltext != NULL && view->side == side && strcmp(view->scope, scope) == 0)
            return view;
        if (view->used < oldest->used)
            oldest = view;
    }
    qiaoi_view_close(oldest);
    return oldest;
}

qiao_status
qiaoi_view_open(qiao_session *session, qiao_kind side, const char *scope, qiaoi_view **out, qiao_error *err)
{
    char path[QIAO_PATH_MAX + 8];
    qiaoi_view *view;
    qiao_status st = QIAO_OK;

    scope = scope != NULL ? scope : "";
    if (strlen(scope) >= QIAOI_SCOPE_SIZE)
        return qiao_fail(err, QIAO_E_LIMIT, "a scope of %zu bytes is longer than %u", strlen(scope),
                         QIAOI_SCOPE_SIZE - 1);
    view = choose(session, side, scope);
    if (view->fulltext == NULL) {
        snprintf(path, sizeof path, "%s/text", qiao_generation_folder(session->snapshot->generation));
        st = qiao_fulltext_open(path, &view->fulltext, err);
        view->side = side;
        snprintf(view->scope, sizeof view->scope, "%s", scope);
        view->fresh = true;
    }
    if (st == QIAO_OK)
        st = bring_up_to_date(session, view, err);
    if (st != QIAO_OK) { /* half brought up to date it is of no use */
        qiaoi_view_close(view);
        return st;
    }
    view->used = ++session->views_used;
    session->fulltext = view->fulltext;
    *out = view;
    return QIAO_OK;
}

uint32_t
qiaoi_view_find(const qiaoi_view *view, const char *id)
{
    for (size_t i = 0; i < view->beside_count; i++)
        if (view->beside[i].id != NULL && strcmp(view->beside[i].id, id) == 0)
            return (uint32_t)i + 1;
    return 0;
}

bool
qiaoi_view_hides(const qiaoi_view *view, const char *id)
{
    for (size_t i = 0; i < view->hidden_count; i++)
        if (strcmp(view->hidden[i], id) == 0)
            return true;
    return false;
}

static qiao_status
desk_json(const qiao_session *session, const qiaoi_view *view, uint32_t number, qiao_buffer *out, qiao_error *err)
{
    qiao_buffer buffer = {0};
    qiao_desk_row row;
    qiao_status st = qiao_desk_get(session->engine->desk, view->side == QIAO_NEED ? QIAO_DESK_NEED : QIAO_DESK_PROJECT,
                                   view->beside[number - 1].id, &buffer, &row, err);

    if (st == QIAO_OK)
        qiao_buffer_append(out, row.json, row.length);
    qiao_buffer_done(&buffer);
    return st == QIAO_OK ? qiao_buffer_check(out, err) : st;
}

qiao_status
qiaoi_view_json(qiao_session *session, const qiaoi_view *view, uint32_t docid, qiao_buffer *out, qiao_error *err)
{
    const qiao_generation *generation = session->snapshot->generation;
    qiao_kind kind;
    uint32_t place;

    qiao_buffer_clear(out);
    if (docid >= QIAO_FULLTEXT_BESIDE)
        return desk_json(session, view, docid - QIAO_FULLTEXT_BESIDE, out, err);
    if (!qiaoi_generation_place(generation, docid - 1, &kind, &place))
        return qiao_fail(err, QIAO_E_CORRUPT, "the full-text index has a document %lu that no record goes with",
                         (unsigned long)docid);
    return qiao_generation_json(generation, kind, place, out, err);
}
