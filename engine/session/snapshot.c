/*
 * One generation made ready to be served: checked against its manifest, opened, and proved by a first session that opens everything a request
 * needs. Relies on engine/store; relied on by engine.c.
 */
#include "session/session_internal.h"

#include "qiao/file.h"

#include <stdio.h>
#include <string.h>

/* Sizes always, checksums unless the operator trusts the disk: what is damaged must not be served. */
static qiao_status
check_files(const qiao_engine *engine, uint64_t number, qiao_error *err)
{
    char folder[QIAO_PATH_MAX], path[QIAO_PATH_MAX + 80];
    qiao_manifest manifest;
    qiao_status st;

    if (!engine->trust_files)
        return qiao_catalog_verify(engine->data_dir, number, err);
    st = qiao_catalog_path(engine->data_dir, number, folder, err);
    if (st == QIAO_OK)
        st = qiao_catalog_manifest(engine->data_dir, number, &manifest, err);
    for (size_t i = 0; st == QIAO_OK && i < manifest.file_count; i++) {
        uint64_t size = 0;

        snprintf(path, sizeof path, "%s/%s", folder, manifest.files[i].name);
        st = qiao_file_size(path, &size, err);
        if (st == QIAO_OK && size != manifest.files[i].size)
            st = qiao_fail(err, QIAO_E_CORRUPT, "%s has %llu bytes, its manifest says %llu", path, (unsigned long long)size,
                           (unsigned long long)manifest.files[i].size);
    }
    return st;
}

static qiao_status
open_suggestions(qiaoi_snapshot *snapshot, qiao_error *err)
{
    char path[QIAO_PATH_MAX + 32];

    snprintf(path, sizeof path, "%s/%s", qiao_generation_folder(snapshot->generation), QIAOI_SUGGEST_NAME);
    return qiao_file_exists(path) ? qiaoi_suggest_open(path, &snapshot->suggest, err) : QIAO_OK;
}

static qiao_status
fill(qiao_engine *engine, qiaoi_snapshot *snapshot, qiao_error *err)
{
    qiao_status st = check_files(engine, snapshot->number, err);

    if (st == QIAO_OK)
        st = qiao_generation_open(engine->data_dir, snapshot->number, &snapshot->generation, err);
    if (st == QIAO_OK) {
        snapshot->posted = qiaoi_posted_new(engine->desk, snapshot->generation);
        st = snapshot->posted == NULL ? qiao_fail_memory(err) : QIAO_OK;
    }
    if (st == QIAO_OK)
        st = open_suggestions(snapshot, err);
    if (st == QIAO_OK)
        st = qiaoi_about_json(qiao_generation_manifest(snapshot->generation), snapshot->name, &snapshot->about, err);
    snapshot->tables = engine->tables;
    snapshot->tables.profiles = NULL;
    if (st == QIAO_OK)
        st = qiao_profiles_open(engine->share_dir, engine->data_dir, &snapshot->tables.profiles, err);
    if (st == QIAO_OK)
        st = qiaoi_session_new(engine, snapshot, &snapshot->idle, err);
    return st;
}

qiao_status
qiaoi_snapshot_open(qiao_engine *engine, uint64_t number, qiaoi_snapshot **out, qiao_error *err)
{
    qiaoi_snapshot *snapshot = qiao_calloc(1, sizeof *snapshot);
    qiao_status st;

    *out = NULL;
    if (snapshot == NULL)
        return qiao_fail_memory(err);
    snapshot->number = number;
    snapshot->opening = ++engine->openings;
    snprintf(snapshot->name, sizeof snapshot->name, "gen-%010llu", (unsigned long long)number);
    st = fill(engine, snapshot, err);
    if (st != QIAO_OK) {
        qiaoi_snapshot_empty(snapshot);
        qiao_free(snapshot);
        return st;
    }
    *out = snapshot;
    return QIAO_OK;
}

void
qiaoi_snapshot_empty(qiaoi_snapshot *snapshot)
{
    while (snapshot->idle != NULL) {
        qiao_session *session = snapshot->idle;

        snapshot->idle = session->next;
        qiaoi_session_free(session);
    }
    qiao_profiles_close(snapshot->tables.profiles);
    snapshot->tables.profiles = NULL;
    qiaoi_suggest_close(snapshot->suggest);
    snapshot->suggest = NULL;
    qiaoi_posted_free(snapshot->posted);
    snapshot->posted = NULL;
    qiao_generation_close(snapshot->generation);
    snapshot->generation = NULL;
    qiao_buffer_done(&snapshot->about);
}
