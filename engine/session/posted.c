/* Following the desk: see posted.h. */
#include "session/posted.h"

#include "facts/suggested_tags.h"
#include "fulltext/document.h"
#include "qiao/file.h"
#include "qiao/tags.h"
#include "session/session_internal.h"
#include "store/generation_internal.h"

#include <cjson/cJSON.h>
#include <string.h>

#define ARENA_BLOCK 4096u

struct qiaoi_posted {
    qiao_desk *desk;
    const qiao_generation *generation;
    pthread_mutex_t lock; /* all below */
    bool loaded;
    uint64_t trail;
    qiaoi_posted_row *rows;
    size_t count, room, shown;
    uint32_t *slots; /* row + 1 by hash of kind and id; at most half full */
    size_t slot_count;
};

qiaoi_posted *
qiaoi_posted_new(qiao_desk *desk, const qiao_generation *generation)
{
    qiaoi_posted *posted = qiao_calloc(1, sizeof *posted);

    if (posted == NULL)
        return NULL;
    posted->desk = desk;
    posted->generation = generation;
    if (pthread_mutex_init(&posted->lock, NULL) != 0) {
        qiao_free(posted);
        return NULL;
    }
    return posted;
}

void
qiaoi_posted_free(qiaoi_posted *posted)
{
    if (posted == NULL)
        return;
    for (size_t i = 0; i < posted->count; i++) {
        qiao_free(posted->rows[i].id);
        qiao_arena_free(posted->rows[i].arena);
    }
    pthread_mutex_destroy(&posted->lock);
    qiao_free(posted->rows);
    qiao_free(posted->slots);
    qiao_free(posted);
}

/* ---- rows by id ---- */

static size_t
slot_of(const qiaoi_posted *posted, qiao_kind kind, const char *id)
{
    size_t slot = (size_t)qiao_hash64(id, strlen(id), (uint64_t)kind) & (posted->slot_count - 1);

    while (posted->slots[slot] != 0) {
        const qiaoi_posted_row *row = &posted->rows[posted->slots[slot] - 1];

        if (row->kind == kind && strcmp(row->id, id) == 0)
            break;
        slot = (slot + 1) & (posted->slot_count - 1);
    }
    return slot;
}

static bool
make_room(qiaoi_posted *posted)
{
    size_t room = posted->room == 0 ? 64 : posted->room * 2;
    qiaoi_posted_row *rows;
    uint32_t *slots;

    if (posted->count < posted->room)
        return true;
    rows = qiao_realloc_array(posted->rows, room, sizeof *rows);
    if (rows == NULL)
        return false;
    posted->rows = rows;
    slots = qiao_calloc(room * 2, sizeof *slots);
    if (slots == NULL)
        return false;
    qiao_free(posted->slots);
    posted->slots = slots;
    posted->slot_count = room * 2;
    posted->room = room;
    for (size_t i = 0; i < posted->count; i++)
        posted->slots[slot_of(posted, posted->rows[i].kind, posted->rows[i].id)] = (uint32_t)i + 1;
    return true;
}

static qiaoi_posted_row *
row_of(qiaoi_posted *posted, qiao_kind kind, const char *id)
{
    size_t slot;
    char *copy;

    if (!make_room(posted))
        return NULL;
    slot = slot_of(posted, kind, id);
    if (posted->slots[slot] != 0)
        return &posted->rows[posted->slots[slot] - 1];
    copy = qiao_strdup(id);
    if (copy == NULL)
        return NULL;
    posted->rows[posted->count] = (qiaoi_posted_row){.id = copy, .kind = kind};
    posted->slots[slot] = (uint32_t)++posted->count;
    return &posted->rows[posted->count - 1];
}

/* ---- one row ---- */

static qiao_status
read_tags(qiao_session *session, const qiao_record *record, qiao_arena *arena, const char ***out, size_t *count,
          qiao_error *err)
{
    const qiao_tables *tables = &session->engine->tables;
    qiao_suggestion found[QIAO_SUGGESTIONS_MAX];
    int day = qiaoi_generation_day(session->snapshot->generation);
    bool complete = true;
    size_t suggested;

    *out = qiao_arena_alloc(arena, QIAO_TAGS_MAX * sizeof **out);
    if (*out == NULL)
        return qiao_fail_memory(err);
    *count = qiao_record_tags(record, tables->vocabulary, day, arena, *out, &complete);
    suggested = qiao_suggest(record, record->ipc.count == 0 ? tables->concepts : NULL, tables->vocabulary, found);
    *count =
        qiaoi_suggested_tags(found, suggested, tables->vocabulary, day, arena, *out, *count, QIAO_TAGS_MAX, &complete);
    return complete ? QIAO_OK : qiao_fail_memory(err);
}

static qiao_status
analyse(qiao_session *session, const qiao_record *record, qiaoi_posted_row *row, qiao_error *err)
{
    qiao_fulltext_indexer *indexer = NULL;
    qiao_analyzer *analyzer = qiao_matcher_analyzer(session->matcher);
    const qiao_lexicon *lexicon = qiao_generation_lexicon(session->snapshot->generation);
    qiao_status st = qiao_fulltext_indexer_new(analyzer, lexicon, session->engine->tables.vocabulary, &indexer, err);

    if (st == QIAO_OK)
        st = qiao_fulltext_indexer_begin(indexer, record, row->tags, row->tag_count, err);
    for (size_t i = 0; st == QIAO_OK && i < record->text_count; i++) {
        const qiao_text *text = &record->texts[i];
        const qiao_token *tokens;
        size_t count;

        st = qiao_analyze(analyzer, text->text, text->length, text->language, true, &tokens, &count, err);
        if (st == QIAO_OK)
            st = qiao_fulltext_indexer_text(indexer, text, tokens, count, err);
    }
    if (st == QIAO_OK) {
        const qiao_fulltext_document *made = qiao_fulltext_indexer_document(indexer, 1);
        qiao_fulltext_term *terms = qiao_arena_alloc(row->arena, made->term_count * sizeof *terms + 1);

        for (size_t i = 0; terms != NULL && i < made->term_count; i++) {
            terms[i] = made->terms[i];
            terms[i].form = qiao_arena_strndup(row->arena, made->terms[i].form, made->terms[i].length);
            if (terms[i].form == NULL)
                terms = NULL;
        }
        row->document = *made;
        row->document.id = row->id;
        row->document.terms = terms;
        st = terms == NULL ? qiao_fail_memory(err) : QIAO_OK;
    }
    qiao_fulltext_indexer_free(indexer);
    return st;
}

/* What the generation holds of it: nothing (*before empty), or a record. */
static qiao_status
read_before(qiao_session *session, const qiaoi_posted_row *row, qiao_buffer *before, qiao_error *err)
{
    const qiao_generation *generation = session->snapshot->generation;
    uint32_t docid;
    qiao_status st = qiao_generation_find(generation, row->kind, row->id, &docid, NULL);

    if (st == QIAO_E_NOTFOUND)
        return QIAO_OK;
    if (st == QIAO_OK)
        st = qiao_generation_json(generation, row->kind, docid, before, err);
    return st;
}

static qiao_status
read_hidden(qiao_session *session, const qiao_buffer *before, qiaoi_posted_row *row, qiao_error *err)
{
    qiao_record *record = NULL;
    qiao_status st = qiao_record_parse(before->data, before->length, NULL, &record, NULL, err);

    if (st == QIAO_OK)
        st = read_tags(session, record, row->arena, &row->tags_before, &row->tag_count_before, err);
    qiao_record_free(record);
    return st;
}

/* A row that today's schema refuses is not shown; it must not keep others from being found. */
static qiao_status
read_shown(qiao_session *session, const qiao_desk_row *from, qiaoi_posted_row *row, qiao_error *err)
{
    qiao_error why = QIAO_ERROR_INIT;
    qiao_record *record = NULL;
    qiao_status st = qiao_record_parse(from->json, from->length, NULL, &record, NULL, &why);

    if (st == QIAO_E_NOMEM)
        return qiao_fail_memory(err);
    if (st != QIAO_OK) {
        session->snapshot->posted->shown -= row->shown;
        row->shown = false;
        return QIAO_OK;
    }
    st = read_tags(session, record, row->arena, &row->tags, &row->tag_count, err);
    if (st == QIAO_OK && row->shown)
        st = analyse(session, record, row, err);
    qiao_record_free(record);
    return st;
}

static qiao_status
update_row(qiao_session *session, qiao_kind kind, const qiao_desk_row *from, uint64_t changed, qiao_error *err)
{
    qiaoi_posted *posted = session->snapshot->posted;
    qiaoi_posted_row *row = row_of(posted, kind, from->id);
    qiao_buffer before = {0};
    qiao_status st = QIAO_OK;

    if (row == NULL)
        return qiao_fail_memory(err);
    qiao_arena_free(row->arena);
    posted->shown -= row->shown;
    *row = (qiaoi_posted_row){.id = row->id, .kind = kind, .revision = from->revision, .changed = changed};
    st = read_before(session, row, &before, err);
    if (st == QIAO_OK) {
        bool same = before.length == from->length && memcmp(before.data, from->json, from->length) == 0;

        row->shown = !from->withdrawn && !same && posted->shown < QIAOI_POSTED_MAX;
        posted->shown += row->shown;
        row->hides = before.length > 0 && (from->withdrawn || !same);
    }
    if (st == QIAO_OK && (row->shown || row->hides)) {
        row->arena = qiao_arena_new(ARENA_BLOCK);
        st = row->arena == NULL ? qiao_fail_memory(err) : read_shown(session, from, row, err);
    }
    if (st == QIAO_OK && row->hides)
        st = read_hidden(session, &before, row, err);
    qiao_buffer_done(&before);
    return st;
}

/* ---- following ---- */

typedef struct following {
    qiao_session *session;
    qiao_kind kind;
    uint64_t trail;
} following;

static qiao_status
load_row(const qiao_desk_row *row, void *context, bool *more, qiao_error *err)
{
    following *f = context;

    (void)more;
    return update_row(f->session, f->kind, row, f->trail, err);
}

static qiao_status
load(following *f, qiao_error *err)
{
    qiao_desk *desk = f->session->snapshot->posted->desk;
    qiao_status st;

    f->kind = QIAO_PROJECT;
    st = qiao_desk_each(desk, QIAO_DESK_PROJECT, NULL, NULL, load_row, f, err);
    f->kind = QIAO_NEED;
    return st == QIAO_OK ? qiao_desk_each(desk, QIAO_DESK_NEED, NULL, NULL, load_row, f, err) : st;
}

static qiao_status
reload(following *f, qiao_desk_table table, const char *id, qiao_error *err)
{
    qiao_buffer buffer = {0};
    qiao_desk_row row;
    qiao_status st = qiao_desk_get(f->session->snapshot->posted->desk, table, id, &buffer, &row, err);

    f->kind = table == QIAO_DESK_NEED ? QIAO_NEED : QIAO_PROJECT;
    if (st == QIAO_OK)
        st = update_row(f->session, f->kind, &row, f->trail, err);
    qiao_buffer_done(&buffer);
    return st == QIAO_E_NOTFOUND ? QIAO_OK : st;
}

/* Only lines that changed a record matter; looks at one have no revision. */
static qiao_status
follow_line(const qiao_desk_line *line, void *context, bool *more, qiao_error *err)
{
    following *f = context;
    cJSON *tree = cJSON_ParseWithLength(line->json, line->length);
    const char *table = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(tree, "table")),
               *id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(tree, "id"));
    qiao_status st = tree != NULL ? QIAO_OK : qiao_fail_memory(err); /* a line passed over would be lost for good */

    if (tree == NULL) /* the line is the desk's own JSON */
        return qiao_fail_memory(err);
    *more = line->number < f->trail;
    if (table != NULL && id != NULL && cJSON_HasObjectItem(tree, "revision")) {
        if (strcmp(table, "need") == 0)
            st = reload(f, QIAO_DESK_NEED, id, err);
        else if (strcmp(table, "project") == 0)
            st = reload(f, QIAO_DESK_PROJECT, id, err);
    }
    cJSON_Delete(tree);
    return st;
}

/* Under the lock. */
static qiao_status
follow(qiao_session *session, qiao_error *err)
{
    qiaoi_posted *posted = session->snapshot->posted;
    following f = {.session = session};
    qiao_status st = qiaoi_posted_trail(posted, &f.trail, err);

    if (st != QIAO_OK || posted->desk == NULL || (posted->loaded && f.trail == posted->trail))
        return st;
    st = posted->loaded ? qiao_desk_audit(posted->desk, posted->trail + 1, follow_line, &f, err) : load(&f, err);
    if (st != QIAO_OK)
        return st;
    posted->loaded = true;
    posted->trail = f.trail;
    return QIAO_OK;
}

qiao_status
qiaoi_posted_trail(const qiaoi_posted *posted, uint64_t *out, qiao_error *err)
{
    *out = 0;
    return posted->desk == NULL ? QIAO_OK : qiao_desk_trail(posted->desk, out, err);
}

qiao_status
qiaoi_posted_lock(qiao_session *session, const qiaoi_posted_row **rows, size_t *count, uint64_t *trail, qiao_error *err)
{
    qiaoi_posted *posted = session->snapshot->posted;
    qiao_status st;

    pthread_mutex_lock(&posted->lock);
    st = follow(session, err);
    if (st != QIAO_OK) {
        pthread_mutex_unlock(&posted->lock);
        return st;
    }
    *rows = posted->rows;
    *count = posted->count;
    *trail = posted->trail;
    return QIAO_OK;
}

void
qiaoi_posted_unlock(qiao_session *session)
{
    pthread_mutex_unlock(&session->snapshot->posted->lock);
}
