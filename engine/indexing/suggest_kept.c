/* Suggestions where the parent's statistics are kept: its file, with the titles and organisations of what changed
 * since. How many projects a word or a concept stands in is part of those statistics. See suggest.h. */
#include "indexing/suggest.h"

#include "qiao/catalog.h"
#include "qiao/generation.h"
#include "suggest/update.h"

#include <stdio.h>
#include <string.h>

struct qiaoi_suggest_kept {
    qiaoi_suggest *before;
    qiao_buffer changes; /* qiaoi_suggest_change[] */
    qiao_arena *arena;   /* their strings */
    uint32_t *moved;     /* by project of the parent: its number now */
    uint32_t moved_count;
    qiao_buffer json, scratch;
    qiaoi_unpacker *unpacker;
};

static const char *
keep_string(qiaoi_suggest_kept *kept, const char *text, size_t length)
{
    const char *copy = qiao_arena_strndup(kept->arena, text, length);

    kept->changes.failed = kept->changes.failed || copy == NULL;
    return copy;
}

static void
note_names(qiaoi_suggest_kept *kept, const qiaoi_public_names *names, uint32_t project, bool came)
{
    qiaoi_suggest_change change = {.came = came, .project = project, .kind = QIAOI_SUGGEST_TITLE};

    for (size_t i = 0; i < names->title_count; i++) {
        const char *language = qiaoi_public_title_language(&names->titles[i]);

        change.text = keep_string(kept, names->titles[i].text, names->titles[i].length);
        change.language = keep_string(kept, language, strlen(language));
        qiao_buffer_append(&kept->changes, &change, sizeof change);
    }
    if (names->organisation == NULL)
        return;
    change.kind = QIAOI_SUGGEST_ORGANISATION;
    change.text = keep_string(kept, names->organisation, names->organisation_length);
    change.language = qiao_language_of(names->organisation, names->organisation_length);
    qiao_buffer_append(&kept->changes, &change, sizeof change);
}

static qiao_status
note_project(qiaoi_suggest_kept *kept, qiao_bytes json, uint32_t project, bool came, qiao_error *err)
{
    qiaoi_public_names names;
    qiao_status st = qiaoi_public_names_read(json.data, json.length, &kept->scratch, &names, err);

    if (st == QIAO_OK)
        note_names(kept, &names, project, came);
    return st;
}

/* Projects of the parent that are gone or changed, as far as anybody saw them. */
static qiao_status
note_what_left(qiaoi_suggest_kept *kept, const qiao_generation *parent, qiao_error *err)
{
    static const char *const visible[] = {"access:public", "status:published"};
    uint64_t *words = NULL, passing;
    qiao_status st = qiao_generation_filter(parent, QIAO_PROJECT, visible, 2, &words, &passing, err);

    for (uint32_t d = 0; st == QIAO_OK && d < kept->moved_count; d++) {
        if (kept->moved[d] != QIAOI_PROJECT_GONE || (words[d >> 6] >> (d & 63u) & 1u) == 0)
            continue;
        qiao_buffer_clear(&kept->json);
        st = qiao_generation_json(parent, QIAO_PROJECT, d, &kept->json, err);
        if (st == QIAO_OK)
            st = note_project(kept, (qiao_bytes){kept->json.data, kept->json.length}, d, false, err);
    }
    qiao_free(words);
    return st;
}

static qiao_status
note_what_came(qiaoi_suggest_kept *kept, const qiaoi_suggest_stage *stage, qiao_error *err)
{
    const qiaoi_corpus *corpus = stage->corpus;
    qiao_status st = QIAO_OK;

    for (uint32_t d = 0; st == QIAO_OK && d < corpus->count[QIAO_PROJECT]; d++) {
        const qiaoi_corpus_document *document = &corpus->documents[QIAO_PROJECT][d];
        qiao_bytes json;

        if (document->found != 0 || !stage->visible[d])
            continue;
        st = qiaoi_corpus_json(document, kept->unpacker, &json, err);
        if (st == QIAO_OK)
            st = note_project(kept, json, d, true, err);
    }
    return st;
}

static qiao_status
find_changes(qiaoi_suggest_kept *kept, const qiaoi_suggest_stage *stage, qiao_error *err)
{
    const qiaoi_corpus *corpus = stage->corpus;
    const qiao_generation *parent = corpus->parent->generation;
    qiao_status st;

    kept->moved_count = qiao_generation_count(parent, QIAO_PROJECT);
    kept->moved = qiao_alloc(((size_t)kept->moved_count + 1) * sizeof *kept->moved);
    kept->arena = qiao_arena_new((size_t)1 << 16);
    kept->unpacker = qiaoi_unpacker_new();
    if (kept->moved == NULL || kept->arena == NULL || kept->unpacker == NULL)
        return qiao_fail_memory(err);
    memset(kept->moved, 0xFF, (size_t)kept->moved_count * sizeof *kept->moved); /* QIAOI_PROJECT_GONE */
    for (uint32_t d = 0; d < corpus->count[QIAO_PROJECT]; d++)
        if (corpus->documents[QIAO_PROJECT][d].found != 0)
            kept->moved[corpus->documents[QIAO_PROJECT][d].found - 1] = d;
    st = note_what_left(kept, parent, err);
    if (st == QIAO_OK)
        st = note_what_came(kept, stage, err);
    return st == QIAO_OK ? qiao_buffer_check(&kept->changes, err) : st;
}

qiao_status
qiaoi_suggest_kept_new(const qiaoi_suggest_stage *stage, qiaoi_suggest_kept **out, qiao_error *err)
{
    qiaoi_suggest_kept *kept = qiao_calloc(1, sizeof *kept);
    char path[QIAO_PATH_MAX + 32];
    qiao_status st = QIAO_OK;

    *out = NULL;
    if (kept == NULL)
        return qiao_fail_memory(err);
    snprintf(path, sizeof path, "%s/%s", qiao_generation_folder(stage->corpus->parent->generation), QIAOI_SUGGEST_NAME);
    if (qiaoi_suggest_open(path, &kept->before, NULL) == QIAO_OK &&
        qiaoi_suggest_can_update(kept->before, stage->names)) {
        st = find_changes(kept, stage, err);
        if (st == QIAO_OK) {
            *out = kept;
            return QIAO_OK;
        }
    }
    qiaoi_suggest_kept_free(kept);
    return st;
}

static const char *
id_of(uint32_t project, const void *context)
{
    const qiaoi_corpus *corpus = context;

    return corpus->documents[QIAO_PROJECT][project].id;
}

qiao_status
qiaoi_suggest_kept_write(qiaoi_suggest_kept *kept, const qiaoi_suggest_stage *stage, const char *path, qiao_error *err)
{
    const qiaoi_suggest_changes changes = {.items = (qiaoi_suggest_change *)(void *)kept->changes.data,
                                           .count = kept->changes.length / sizeof(qiaoi_suggest_change),
                                           .moved = kept->moved,
                                           .moved_count = kept->moved_count,
                                           .id_of = id_of,
                                           .context = stage->corpus};

    return qiaoi_suggest_update(kept->before, stage->lexicon, stage->names, &changes, path, err);
}

void
qiaoi_suggest_kept_free(qiaoi_suggest_kept *kept)
{
    if (kept == NULL)
        return;
    qiaoi_suggest_close(kept->before);
    qiao_buffer_done(&kept->changes);
    qiao_arena_free(kept->arena);
    qiao_free(kept->moved);
    qiao_buffer_done(&kept->json);
    qiao_buffer_done(&kept->scratch);
    qiaoi_unpacker_free(kept->unpacker);
    qiao_free(kept);
}
