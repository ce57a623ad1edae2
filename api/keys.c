/* Keys as rows of the desk: {"role":..,"organisation":..,"park":..,"label":..,"expires":..,"digest":..}. */
#include "keys.h"

#include "json_guard.h"
#include "qiao/file.h"
#include "qiao/secret.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#define PREFIX "qiao_"
#define NAME_LENGTH (QIAOI_KEY_NAME_SIZE - 1)
#define SECRET_BYTES 32

static const char *const words[QIAOI_ROLE_COUNT] = {"public", "enterprise", "staff", "job"};

const char *
qiaoi_role_word(qiaoi_role role)
{
    return words[role];
}

bool
qiaoi_role_of(const char *word, qiaoi_role *out)
{
    for (int i = 0; i < QIAOI_ROLE_COUNT; i++)
        if (strcmp(words[i], word) == 0) {
            *out = (qiaoi_role)i;
            return true;
        }
    return false;
}

static void
hex(const unsigned char *bytes, size_t count, char *out)
{
    for (size_t i = 0; i < count; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

/* The name is part of what is digested, so that a secret belongs to one name only. */
static void
digest_of(const char *text, char out[QIAO_DIGEST_HEX_SIZE])
{
    qiao_digest_hex(text, strlen(text), NULL, 0, out);
}

static void
member(qiao_buffer *out, const char *name, const char *value)
{
    qiao_buffer_printf(out, ",\"%s\":", name);
    qiao_buffer_json_string(out, value, strlen(value));
}

static qiao_status
store(qiao_desk *desk, const char *actor, const qiaoi_key *key, const char *text, qiao_error *err)
{
    char digest[QIAO_DIGEST_HEX_SIZE];
    qiao_buffer json = {0};
    uint64_t revision;
    qiao_status status;

    digest_of(text, digest);
    qiao_buffer_printf(&json, "{\"role\":\"%s\"", qiaoi_role_word(key->role));
    member(&json, "organisation", key->organisation);
    member(&json, "park", key->park);
    member(&json, "label", key->label);
    member(&json, "expires", key->expires);
    member(&json, "digest", digest);
    qiao_buffer_char(&json, '}');
    status = qiao_buffer_check(&json, err);
    if (status == QIAO_OK) {
        qiao_desk_change change = {.table = QIAO_DESK_KEY,
                                   .id = key->name,
                                   .owner = key->organisation,
                                   .json = json.data,
                                   .length = json.length,
                                   .expected = 0,
                                   .actor = actor,
                                   .action = "create"};

        status = qiao_desk_write(desk, &change, &revision, err);
    }
    qiao_buffer_done(&json);
    return status;
}

qiao_status
qiaoi_key_create(qiao_desk *desk, const char *actor, qiaoi_key *given, char text_out[QIAOI_KEY_TEXT_SIZE],
                 qiao_error *err)
{
    unsigned char random[NAME_LENGTH / 2 + SECRET_BYTES];
    char secret[2 * SECRET_BYTES + 1];
    qiao_status status;

    if (given->role == QIAOI_ROLE_ENTERPRISE && given->organisation[0] == '\0')
        return qiao_fail(err, QIAO_E_INPUT, "a key for an enterprise names it: --org NAME");
    status = qiao_random(random, sizeof random, err);
    if (status != QIAO_OK)
        return status;
    hex(random, NAME_LENGTH / 2, given->name);
    hex(random + NAME_LENGTH / 2, SECRET_BYTES, secret);
    snprintf(text_out, QIAOI_KEY_TEXT_SIZE, PREFIX "%s_%s", given->name, secret);
    return store(desk, actor, given, text_out, err);
}

qiao_status
qiaoi_key_revoke(qiao_desk *desk, const char *actor, const char *name, qiao_error *err)
{
    qiao_desk_change change = {.table = QIAO_DESK_KEY,
                               .id = name,
                               .withdraw = true,
                               .expected = QIAO_DESK_ANY,
                               .actor = actor,
                               .action = "revoke"};
    uint64_t revision;

    return qiao_desk_write(desk, &change, &revision, err);
}

static void
copy(const cJSON *json, const char *name, char *out, size_t size)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(json, name);

    snprintf(out, size, "%s", cJSON_IsString(value) ? value->valuestring : "");
}

/* digest_out may be NULL. */
static qiao_status
read_key(const qiao_desk_row *row, qiaoi_key *out, char digest_out[QIAO_DIGEST_HEX_SIZE], qiao_error *err)
{
    cJSON *json = cJSON_ParseWithLength(row->json, row->length);
    char role[16];
    size_t at;
    bool known;

    if (json == NULL) /* JSON that the parser does not take: memory is what it lacks */
        return qiaoi_json_guard(row->json, row->length, &at) == QIAOI_JSON_FINE
                   ? qiao_fail_memory(err)
                   : qiao_fail(err, QIAO_E_CORRUPT, "the desk is damaged: %s cannot be read", "a key");
    memset(out, 0, sizeof *out);
    snprintf(out->name, sizeof out->name, "%s", row->id);
    copy(json, "role", role, sizeof role);
    copy(json, "organisation", out->organisation, sizeof out->organisation);
    copy(json, "park", out->park, sizeof out->park);
    copy(json, "label", out->label, sizeof out->label);
    copy(json, "expires", out->expires, sizeof out->expires);
    if (digest_out != NULL)
        copy(json, "digest", digest_out, QIAO_DIGEST_HEX_SIZE);
    cJSON_Delete(json);
    out->created_ms = row->created_ms;
    out->revoked = row->withdrawn;
    known = qiaoi_role_of(role, &out->role);
    return known ? QIAO_OK : qiao_fail(err, QIAO_E_CORRUPT, "the desk is damaged: %s cannot be read", "a key");
}

static bool
name_of(const char *text, char out[QIAOI_KEY_NAME_SIZE])
{
    size_t prefix = strlen(PREFIX);

    if (strlen(text) != QIAOI_KEY_TEXT_SIZE - 1 || strncmp(text, PREFIX, prefix) != 0 ||
        text[prefix + NAME_LENGTH] != '_')
        return false;
    memcpy(out, text + prefix, NAME_LENGTH);
    out[NAME_LENGTH] = '\0';
    return strspn(out, "0123456789abcdef") == NAME_LENGTH;
}

static qiaoi_key_verdict
judge(const qiaoi_key *key, const char *text, const char *digest)
{
    char given[QIAO_DIGEST_HEX_SIZE], now[21];

    digest_of(text, given);
    if (!qiao_same_secret(given, digest, QIAO_DIGEST_HEX_SIZE - 1))
        return QIAOI_KEY_UNKNOWN;
    if (key->revoked)
        return QIAOI_KEY_REVOKED;
    qiao_clock_utc(now);
    return key->expires[0] != '\0' && strcmp(key->expires, now) <= 0 ? QIAOI_KEY_EXPIRED : QIAOI_KEY_GOOD;
}

qiao_status
qiaoi_key_check(qiao_desk *desk, const char *text, qiaoi_key *out, qiaoi_key_verdict *verdict_out, qiao_error *err)
{
    char name[QIAOI_KEY_NAME_SIZE], digest[QIAO_DIGEST_HEX_SIZE] = "";
    qiao_buffer buffer = {0};
    qiao_desk_row row;
    qiao_status status;

    *verdict_out = QIAOI_KEY_UNKNOWN;
    if (!name_of(text, name))
        return QIAO_OK;
    status = qiao_desk_get(desk, QIAO_DESK_KEY, name, &buffer, &row, err);
    if (status == QIAO_OK)
        status = read_key(&row, out, digest, err);
    if (status == QIAO_OK)
        *verdict_out = judge(out, text, digest);
    qiao_buffer_done(&buffer);
    return status == QIAO_E_NOTFOUND ? QIAO_OK : status;
}

typedef struct key_walk {
    qiaoi_key_visit visit;
    void *context;
} key_walk;

static qiao_status
visit_row(const qiao_desk_row *row, void *context, bool *more, qiao_error *err)
{
    const key_walk *walk = context;
    qiaoi_key key;
    qiao_status status = read_key(row, &key, NULL, err);

    (void)more;
    return status == QIAO_OK ? walk->visit(&key, walk->context, err) : status;
}

qiao_status
qiaoi_key_each(qiao_desk *desk, qiaoi_key_visit visit, void *context, qiao_error *err)
{
    key_walk walk = {visit, context};

    return qiao_desk_each(desk, QIAO_DESK_KEY, NULL, NULL, visit_row, &walk, err);
}

static qiao_status
note_any(const qiao_desk_row *row, void *context, bool *more, qiao_error *err)
{
    (void)row;
    (void)err;
    *(bool *)context = true;
    *more = false;
    return QIAO_OK;
}

qiao_status
qiaoi_key_any(qiao_desk *desk, bool *any_out, qiao_error *err)
{
    *any_out = false;
    return qiao_desk_each(desk, QIAO_DESK_KEY, NULL, NULL, note_any, any_out, err);
}
