/* Reads and writes scoring profiles. Every mistake is named by file and JSON pointer. */
#include "match/profile.h"

#include "match/profile_change.h"

#include "qiao/file.h"
#include "qiao/share.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX ((size_t)1 << 20)
#define PATH_SIZE 4200
#define WEIGHT_MOST 100000

typedef struct reading {
    const char *file;
    qiao_error *err;
} reading;

static qiao_status
wrong(const reading *r, const char *pointer, const char *reason)
{
    return qiao_fail(r->err, QIAO_E_INPUT, "scoring profile %s, %s: %s", r->file, pointer, reason);
}

/* Every member is one of the names; a name that is missing is told too. */
static qiao_status
check_members(const reading *r, const cJSON *object, const char *at, const char *const *names, size_t count)
{
    char pointer[96];
    const cJSON *member;

    if (!cJSON_IsObject(object))
        return wrong(r, at, "must be an object");
    cJSON_ArrayForEach(member, object)
    {
        size_t i = 0;

        while (i < count && strcmp(names[i], member->string) != 0)
            i++;
        snprintf(pointer, sizeof pointer, "%s/%.60s", strcmp(at, "/") == 0 ? "" : at, member->string);
        if (i == count)
            return wrong(r, pointer, "unknown member");
    }
    for (size_t i = 0; i < count; i++) {
        snprintf(pointer, sizeof pointer, "%s/%.60s", strcmp(at, "/") == 0 ? "" : at, names[i]);
        if (cJSON_GetObjectItemCaseSensitive(object, names[i]) == NULL)
            return wrong(r, pointer, "is missing");
    }
    return QIAO_OK;
}

static qiao_status
read_number(const reading *r, const cJSON *value, const char *pointer, double least, double most, double *out)
{
    char reason[96];

    if (cJSON_IsNumber(value) && value->valuedouble >= least && value->valuedouble <= most) {
        *out = value->valuedouble;
        return QIAO_OK;
    }
    snprintf(reason, sizeof reason, "must be a number from %g to %g", least, most);
    return wrong(r, pointer, reason);
}

static qiao_status
read_name(const reading *r, const cJSON *root, const char *member, char out[QIAOI_PROFILE_NAME_SIZE])
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(root, member);
    char pointer[40];

    snprintf(pointer, sizeof pointer, "/%s", member);
    if (!cJSON_IsString(value) || value->valuestring[0] == '\0' ||
        strlen(value->valuestring) >= QIAOI_PROFILE_NAME_SIZE ||
        value->valuestring[strspn(value->valuestring,
                                  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")] != '\0')
        return wrong(r, pointer, "must be 1 to 32 letters, digits, dots, hyphens or underscores");
    snprintf(out, QIAOI_PROFILE_NAME_SIZE, "%s", value->valuestring);
    return QIAO_OK;
}

static qiao_status
read_weights(const reading *r, const cJSON *root, qiaoi_profile *out)
{
    const cJSON *weights = cJSON_GetObjectItemCaseSensitive(root, "weights");
    const char *codes[QIAOI_SIGNAL_COUNT];
    char pointer[64];
    qiao_status st;

    for (int s = 0; s < QIAOI_SIGNAL_COUNT; s++)
        codes[s] = qiaoi_signal_code((qiaoi_signal)s);
    st = check_members(r, weights, "/weights", codes, QIAOI_SIGNAL_COUNT);
    for (int s = 0; st == QIAO_OK && s < QIAOI_SIGNAL_COUNT; s++) {
        const cJSON *pair = cJSON_GetObjectItemCaseSensitive(weights, codes[s]);

        snprintf(pointer, sizeof pointer, "/weights/%s", codes[s]);
        if (!cJSON_IsArray(pair) || cJSON_GetArraySize(pair) != 2)
            return wrong(r, pointer, "must be two numbers: the enterprise's weight and the owner's");
        for (int side = 0; st == QIAO_OK && side < 2; side++) {
            double value;

            st = read_number(r, cJSON_GetArrayItem(pair, side), pointer, 0, WEIGHT_MOST, &value);
            if (st == QIAO_OK)
                out->weights[s][side] = (int32_t)lround(value);
        }
    }
    return st;
}

static qiao_status
read_gates(const reading *r, const cJSON *root, qiaoi_profile *out)
{
    const cJSON *gates = cJSON_GetObjectItemCaseSensitive(root, "gates");
    const char *codes[QIAOI_GATE_COUNT];
    char pointer[64];
    qiao_status st;

    for (int g = 1; g < QIAOI_GATE_COUNT; g++)
        codes[g - 1] = qiaoi_gate_code((qiaoi_gate)g);
    st = check_members(r, gates, "/gates", codes, QIAOI_GATE_COUNT - 1);
    for (int g = 1; st == QIAO_OK && g < QIAOI_GATE_COUNT; g++) {
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(gates, codes[g - 1]);

        snprintf(pointer, sizeof pointer, "/gates/%s", codes[g - 1]);
        if (!cJSON_IsBool(value))
            return wrong(r, pointer, "must be true or false");
        if (cJSON_IsFalse(value))
            out->gates_off |= (uint32_t)1 << g;
    }
    return st;
}

static qiao_status
read_text(const reading *r, const cJSON *root, qiaoi_profile *out)
{
    const struct {
        const char *name;
        double least, most, *out;
    } members[] = {{"topic_share", 0, 1, &out->topic_share},
                   {"breadth", 1, 1000, &out->breadth},
                   {"scale", 0.001, 10, &out->scale},
                   {"pair", 0, 1, &out->query.pair},
                   {"part", 0, 1, &out->query.part},
                   {"rarity", 0, 1, &out->query.rarity},
                   {"background", 0, 1, &out->query.background}};
    const size_t count = sizeof members / sizeof *members;
    const cJSON *text = cJSON_GetObjectItemCaseSensitive(root, "text");
    const char *names[sizeof members / sizeof *members];
    char pointer[64];
    qiao_status st;

    for (size_t i = 0; i < count; i++)
        names[i] = members[i].name;
    st = check_members(r, text, "/text", names, count);
    for (size_t i = 0; st == QIAO_OK && i < count; i++) {
        snprintf(pointer, sizeof pointer, "/text/%s", names[i]);
        st = read_number(r, cJSON_GetObjectItemCaseSensitive(text, names[i]), pointer, members[i].least,
                         members[i].most, members[i].out);
    }
    return st;
}

static qiao_status
read_bands(const reading *r, const cJSON *root, qiaoi_profile *out)
{
    static const char *const members[] = {"evidence", "fit"};
    const cJSON *bands = cJSON_GetObjectItemCaseSensitive(root, "bands");
    const char *codes[QIAO_BAND_NONE];
    char pointer[64];
    qiao_status st;

    for (int b = 0; b < QIAO_BAND_NONE; b++)
        codes[b] = qiao_band_code((qiao_band)b);
    st = check_members(r, bands, "/bands", codes, QIAO_BAND_NONE);
    for (int b = 0; st == QIAO_OK && b < QIAO_BAND_NONE; b++) {
        const cJSON *band = cJSON_GetObjectItemCaseSensitive(bands, codes[b]);
        double evidence = 0, fit = 0;

        snprintf(pointer, sizeof pointer, "/bands/%s", codes[b]);
        st = check_members(r, band, pointer, members, 2);
        if (st == QIAO_OK)
            st = read_number(r, cJSON_GetObjectItemCaseSensitive(band, "evidence"), pointer, 0, 1, &evidence);
        if (st == QIAO_OK)
            st = read_number(r, cJSON_GetObjectItemCaseSensitive(band, "fit"), pointer, 0, 1, &fit);
        out->bands[b].evidence = (int32_t)lround(evidence * QIAO_MICRO);
        out->bands[b].fit = (int32_t)lround(fit * QIAO_MICRO);
        if (st == QIAO_OK && b > 0 &&
            (out->bands[b].evidence > out->bands[b - 1].evidence || out->bands[b].fit > out->bands[b - 1].fit))
            return wrong(r, pointer, "asks for more than the band above it");
    }
    return st;
}

/* Is there anything that counts? A profile of zeros ranks nothing. */
static qiao_status
check_weights(const reading *r, const qiaoi_profile *profile)
{
    int64_t sums[2] = {0, 0};

    for (int s = 0; s < QIAOI_SIGNAL_COUNT; s++)
        for (int side = 0; side < 2; side++)
            sums[side] += qiaoi_signal_is_policy((qiaoi_signal)s) ? 0 : profile->weights[s][side];
    return sums[0] > 0 && sums[1] > 0
               ? QIAO_OK
               : wrong(r, "/weights", "one side has no weight beside policy: nothing would count");
}

static qiao_status
hash_profile(qiaoi_profile *profile, qiao_error *err)
{
    qiao_buffer text = {0};
    qiao_status st;

    qiaoi_profile_write(profile, NULL, NULL, &text);
    st = qiao_buffer_check(&text, err);
    if (st == QIAO_OK)
        snprintf(profile->hash, sizeof profile->hash, "%016llx",
                 (unsigned long long)qiao_hash64(text.data, text.length, 0));
    qiao_buffer_done(&text);
    return st;
}

static qiao_status
read_tree(const reading *r, const cJSON *root, qiaoi_profile *out)
{
    static const char *const names[] = {"name",  "version", "about", "weights",        "policy_cap",
                                        "gates", "text",    "bands", "suggested_share"};
    const cJSON *suggested = cJSON_GetObjectItemCaseSensitive(root, "suggested_share");
    double cap = 0, share = 0;
    qiao_status st = check_members(r, root, "/", names, sizeof names / sizeof *names - (suggested == NULL ? 1 : 0));

    if (st == QIAO_OK)
        st = read_name(r, root, "name", out->name);
    if (st == QIAO_OK)
        st = read_name(r, root, "version", out->version);
    if (st == QIAO_OK)
        st = read_weights(r, root, out);
    if (st == QIAO_OK)
        st = read_number(r, cJSON_GetObjectItemCaseSensitive(root, "policy_cap"), "/policy_cap", 0, 1000, &cap);
    if (st == QIAO_OK && suggested != NULL)
        st = read_number(r, suggested, "/suggested_share", 0, 1000, &share);
    if (st == QIAO_OK)
        st = read_gates(r, root, out);
    if (st == QIAO_OK)
        st = read_text(r, root, out);
    if (st == QIAO_OK)
        st = read_bands(r, root, out);
    out->policy_cap = (int32_t)lround(cap);
    out->suggested_share = (int32_t)lround(share);
    return st == QIAO_OK ? check_weights(r, out) : st;
}

qiao_status
qiaoi_profile_read(const char *json, size_t length, const char *name_of_file, qiaoi_profile *out, qiao_error *err)
{
    reading r = {name_of_file, err};
    qiao_status st = qiao_json_check(json, length, err);
    cJSON *root;

    memset(out, 0, sizeof *out);
    if (st == QIAO_E_INPUT || st == QIAO_E_LIMIT)
        return wrong(&r, "/", "is no JSON");
    if (st != QIAO_OK)
        return st;
    root = cJSON_ParseWithLength(json, length);
    if (root == NULL)
        return qiao_fail_memory(err);
    st = read_tree(&r, root, out);
    cJSON_Delete(root);
    return st == QIAO_OK ? hash_profile(out, err) : st;
}

/* ---- writing ---- */

static void
write_about(const char *zh, const char *en, qiao_buffer *out)
{
    qiao_buffer_text(out, "  \"about\": {\"zh\": ");
    qiao_buffer_json_string(out, zh != NULL ? zh : "", zh != NULL ? strlen(zh) : 0);
    qiao_buffer_text(out, ", \"en\": ");
    qiao_buffer_json_string(out, en != NULL ? en : "", en != NULL ? strlen(en) : 0);
    qiao_buffer_text(out, "},\n");
}

void
qiaoi_profile_write(const qiaoi_profile *profile, const char *about_zh, const char *about_en, qiao_buffer *out)
{
    qiao_buffer_printf(out, "{\n  \"name\": \"%s\",\n  \"version\": \"%s\",\n", profile->name, profile->version);
    write_about(about_zh, about_en, out);
    qiao_buffer_text(out, "  \"weights\": {");
    for (int s = 0; s < QIAOI_SIGNAL_COUNT; s++)
        qiao_buffer_printf(out, "%s\n    \"%s\": [%d, %d]", s > 0 ? "," : "", qiaoi_signal_code((qiaoi_signal)s),
                           (int)profile->weights[s][0], (int)profile->weights[s][1]);
    qiao_buffer_printf(out, "\n  },\n  \"policy_cap\": %d,\n  \"suggested_share\": %d,\n  \"gates\": {",
                       (int)profile->policy_cap, (int)profile->suggested_share);
    for (int g = 1; g < QIAOI_GATE_COUNT; g++)
        qiao_buffer_printf(out, "%s\n    \"%s\": %s", g > 1 ? "," : "", qiaoi_gate_code((qiaoi_gate)g),
                           (profile->gates_off >> g & 1u) != 0 ? "false" : "true");
    qiao_buffer_printf(
        out,
        "\n  },\n  \"text\": {\"topic_share\": %.9g, \"breadth\": %.9g, \"scale\": %.9g, \"pair\": %.9g, "
        "\"part\": %.9g, \"rarity\": %.9g, \"background\": %.9g},\n  \"bands\": {",
        profile->topic_share, profile->breadth, profile->scale, profile->query.pair, profile->query.part,
        profile->query.rarity, profile->query.background);
    for (int b = 0; b < QIAO_BAND_NONE; b++)
        qiao_buffer_printf(out, "%s\n    \"%s\": {\"evidence\": %.6f, \"fit\": %.6f}", b > 0 ? "," : "",
                           qiao_band_code((qiao_band)b), profile->bands[b].evidence / (double)QIAO_MICRO,
                           profile->bands[b].fit / (double)QIAO_MICRO);
    qiao_buffer_text(out, "\n  }\n}\n");
}

/* ---- all of them ---- */

struct qiao_profiles {
    qiaoi_profile *items; /* the default first, then by name */
    size_t count;
};

static qiao_status
read_file(qiao_profiles *profiles, const char *path, qiao_error *err)
{
    qiao_buffer text = {0};
    qiaoi_profile profile;
    qiao_status st = qiao_file_read(path, FILE_MAX, &text, err);
    size_t at = 0;

    if (st == QIAO_OK)
        st = qiaoi_profile_read(text.data == NULL ? "" : text.data, text.length, path, &profile, err);
    qiao_buffer_done(&text);
    if (st != QIAO_OK)
        return st;
    while (at < profiles->count && strcmp(profiles->items[at].name, profile.name) != 0)
        at++;
    if (at == profiles->count) {
        qiaoi_profile *grown = qiao_realloc_array(profiles->items, profiles->count + 1, sizeof *grown);

        if (grown == NULL)
            return qiao_fail_memory(err);
        profiles->items = grown;
        profiles->count++;
    }
    profiles->items[at] = profile;
    return QIAO_OK;
}

static int
is_profile(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);

    return length > 5 && entry->d_name[0] != '.' && strcmp(entry->d_name + length - 5, ".json") == 0;
}

/* A folder that is not there holds none. */
static qiao_status
read_folder(qiao_profiles *profiles, const char *folder, qiao_error *err)
{
    struct dirent **entries = NULL;
    char path[PATH_SIZE];
    int n = scandir(folder, &entries, is_profile, alphasort);
    qiao_status st = QIAO_OK;

    for (int i = 0; i < n; i++) {
        if (st == QIAO_OK && snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name) < (int)sizeof path)
            st = read_file(profiles, path, err);
        free(entries[i]);
    }
    free(entries);
    return st;
}

static int
compare_profiles(const void *a, const void *b)
{
    const qiaoi_profile *x = a, *y = b;
    bool first = strcmp(x->name, "default") == 0, second = strcmp(y->name, "default") == 0;

    return first != second ? (first ? -1 : 1) : strcmp(x->name, y->name);
}

static qiao_status
read_all(qiao_profiles *profiles, const char *share_dir, const char *data_dir, qiao_error *err)
{
    char folder[PATH_SIZE];
    qiao_status st = QIAO_OK;

    if (share_dir != NULL)
        snprintf(folder, sizeof folder, "%.4000s/profiles", share_dir);
    else
        st = qiao_share_path("profiles", folder, err);
    if (st == QIAO_OK)
        st = read_folder(profiles, folder, err);
    if (st == QIAO_OK && data_dir != NULL) {
        snprintf(folder, sizeof folder, "%.4000s/profiles", data_dir);
        st = read_folder(profiles, folder, err);
    }
    if (st != QIAO_OK)
        return st;
    if (profiles->count > 0)
        qsort(profiles->items, profiles->count, sizeof *profiles->items, compare_profiles);
    if (profiles->count == 0 || strcmp(profiles->items[0].name, "default") != 0)
        return qiao_fail(err, QIAO_E_NOTFOUND, "there is no scoring profile named default in %s", folder);
    return QIAO_OK;
}

qiao_status
qiaoi_profiles_of(const char *json, size_t length, qiao_profiles **out, qiao_error *err)
{
    qiao_profiles *profiles = qiao_calloc(1, sizeof *profiles);
    qiao_status st = QIAO_OK;

    *out = NULL;
    if (profiles != NULL)
        profiles->items = qiao_calloc(1, sizeof *profiles->items);
    if (profiles == NULL || profiles->items == NULL)
        st = qiao_fail_memory(err);
    if (st == QIAO_OK)
        st = qiaoi_profile_read(json, length, "profile", &profiles->items[0], err);
    if (st != QIAO_OK) {
        qiao_profiles_close(profiles);
        return st;
    }
    profiles->count = 1;
    *out = profiles;
    return QIAO_OK;
}

qiao_status
qiao_profiles_open(const char *share_dir, const char *data_dir, qiao_profiles **out, qiao_error *err)
{
    qiao_profiles *profiles = qiao_calloc(1, sizeof *profiles);
    qiao_status st;

    *out = NULL;
    if (profiles == NULL)
        return qiao_fail_memory(err);
    st = read_all(profiles, share_dir, data_dir, err);
    if (st != QIAO_OK) {
        qiao_profiles_close(profiles);
        return st;
    }
    *out = profiles;
    return QIAO_OK;
}

void
qiao_profiles_close(qiao_profiles *profiles)
{
    if (profiles == NULL)
        return;
    qiao_free(profiles->items);
    qiao_free(profiles);
}

size_t
qiao_profiles_count(const qiao_profiles *profiles)
{
    return profiles->count;
}

const char *
qiao_profiles_name(const qiao_profiles *profiles, size_t index)
{
    return index < profiles->count ? profiles->items[index].name : NULL;
}

const char *
qiao_profiles_version(const qiao_profiles *profiles, size_t index)
{
    return index < profiles->count ? profiles->items[index].version : NULL;
}

const char *
qiao_profiles_hash(const qiao_profiles *profiles, size_t index)
{
    return index < profiles->count ? profiles->items[index].hash : NULL;
}

qiao_status
qiaoi_profiles_find(const qiao_profiles *profiles, const char *name, const qiaoi_profile **out, qiao_error *err)
{
    qiao_buffer known = {0};
    qiao_status st;

    if (name == NULL || *name == '\0')
        name = "default";
    for (size_t i = 0; i < profiles->count; i++)
        if (strcmp(profiles->items[i].name, name) == 0) {
            *out = &profiles->items[i];
            return QIAO_OK;
        }
    for (size_t i = 0; i < profiles->count; i++)
        qiao_buffer_printf(&known, "%s%s", i > 0 ? ", " : "", profiles->items[i].name);
    st = known.failed
             ? qiao_fail_memory(err)
             : qiao_fail(err, QIAO_E_QUERY, "there is no scoring profile %.40s; there are: %s", name, known.data);
    qiao_buffer_done(&known);
    return st;
}
