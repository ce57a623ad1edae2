/* The change is laid over the profile's own JSON, member by member, and what comes out is read as any profile is: so
 * every rule for profiles holds for changed ones too. */
#include "match/profile_change.h"

#include "qiao/file.h"
#include "qiao/preview.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#define NAME_IN_MESSAGES "profile"
#define PATH_SIZE 4200
#define FILE_MAX ((size_t)1 << 20)

/* Objects member by member, one level down; everything else as a whole. What the base does not have is added, for the
 * reader to complain of. */
static bool
lay_over(cJSON *base, const cJSON *change, int depth)
{
    const cJSON *member;

    cJSON_ArrayForEach(member, change)
    {
        cJSON *old = cJSON_GetObjectItemCaseSensitive(base, member->string), *copy;

        if (depth == 0 && cJSON_IsObject(member) && cJSON_IsObject(old)) {
            if (!lay_over(old, member, 1))
                return false;
            continue;
        }
        copy = cJSON_Duplicate(member, true);
        if (copy == NULL || !(old != NULL ? cJSON_ReplaceItemInObjectCaseSensitive(base, member->string, copy)
                                          : cJSON_AddItemToObject(base, member->string, copy))) {
            cJSON_Delete(copy);
            return false;
        }
    }
    return true;
}

static qiao_status
parse_change(const char *change, size_t length, cJSON **out, qiao_error *err)
{
    qiao_status st = qiao_json_check(change, length, err);

    *out = NULL;
    if (st != QIAO_OK)
        return st;
    *out = cJSON_ParseWithLength(change, length);
    if (*out == NULL)
        return qiao_fail_memory(err);
    if (!cJSON_IsObject(*out))
        return qiao_fail(err, QIAO_E_INPUT, "%s must be a JSON object", NAME_IN_MESSAGES);
    if (cJSON_GetObjectItemCaseSensitive(*out, "name") != NULL)
        return qiao_fail(err, QIAO_E_INPUT, "/name cannot be changed: it is the default profile");
    return QIAO_OK;
}

/* What the profile says of itself goes along. */
static const char *
about(const cJSON *tree, const char *language)
{
    return cJSON_GetStringValue(
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(tree, "about"), language));
}

static qiao_status
write_checked(const cJSON *tree, qiao_buffer *out, qiao_error *err)
{
    char *text = cJSON_PrintUnformatted(tree);
    qiaoi_profile profile;
    qiao_status st;

    if (text == NULL)
        return qiao_fail_memory(err);
    st = qiaoi_profile_read(text, strlen(text), NAME_IN_MESSAGES, &profile, err);
    cJSON_free(text);
    if (st != QIAO_OK)
        return st;
    qiaoi_profile_write(&profile, about(tree, "zh"), about(tree, "en"), out);
    return qiao_buffer_check(out, err);
}

qiao_status
qiaoi_profile_change(const qiaoi_profile *base, const char *change, size_t length, qiao_buffer *out, qiao_error *err)
{
    qiao_buffer text = {0};
    cJSON *tree = NULL, *changes = NULL;
    qiao_status st;

    qiaoi_profile_write(base, NULL, NULL, &text);
    st = qiao_buffer_check(&text, err);
    if (st == QIAO_OK)
        st = parse_change(change, length, &changes, err);
    if (st == QIAO_OK) {
        tree = cJSON_ParseWithLength(text.data, text.length);
        if (tree == NULL || !lay_over(tree, changes, 0))
            st = qiao_fail_memory(err);
    }
    if (st == QIAO_OK)
        st = write_checked(tree, out, err);
    cJSON_Delete(tree);
    cJSON_Delete(changes);
    qiao_buffer_done(&text);
    return st;
}

/* ---- the next one ---- */

qiao_status
qiao_profile_keep_next(const char *data_dir, const char *json, size_t length, qiao_error *err)
{
    char path[PATH_SIZE];
    qiaoi_profile profile;
    qiao_status st = qiaoi_profile_read(json, length, NAME_IN_MESSAGES, &profile, err);

    snprintf(path, sizeof path, "%.4000s/profiles/next", data_dir);
    if (st == QIAO_OK)
        st = qiao_file_make_directories(path, err);
    snprintf(path, sizeof path, "%.4000s/profiles/next/default.json", data_dir);
    return st == QIAO_OK ? qiao_file_write_atomic(path, json, length, err) : st;
}

qiao_status
qiao_profile_next(const char *data_dir, qiao_buffer *out, qiao_error *err)
{
    char path[PATH_SIZE];

    snprintf(path, sizeof path, "%.4000s/profiles/next/default.json", data_dir);
    return qiao_file_exists(path) ? qiao_file_read(path, FILE_MAX, out, err) : QIAO_E_NOTFOUND;
}

qiao_status
qiao_profile_take_next(const char *data_dir, qiao_error *err)
{
    char from[PATH_SIZE], to[PATH_SIZE];

    snprintf(from, sizeof from, "%.4000s/profiles/next/default.json", data_dir);
    snprintf(to, sizeof to, "%.4000s/profiles/default.json", data_dir);
    return qiao_file_exists(from) ? qiao_file_rename(from, to, err) : QIAO_OK;
}
