/* Keys, backup, restore and verify. The service may run meanwhile. */
#include "desk_commands.h"

#include "key_use.h"
#include "keys.h"
#include "qiao/catalog.h"
#include "qiao/file.h"

#include <stdio.h>
#include <string.h>

#define OPERATOR "operator" /* in the audit trail */

/* A field of a key from an option; NULL leaves it empty. */
static qiao_status
take(const char *option, const char *value, char *out, size_t size, qiao_error *err)
{
    if (value == NULL)
        return QIAO_OK;
    if (strlen(value) >= size)
        return qiao_fail(err, QIAO_E_USAGE, "--%s takes at most %zu bytes", option, size - 1);
    memcpy(out, value, strlen(value) + 1);
    return QIAO_OK;
}

static bool
is_day(const char *text)
{
    static const char form[] = "dddd-dd-dd";

    for (size_t i = 0; i < sizeof form; i++)
        if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
            return false;
    return true;
}

static qiao_status
take_expiry(const char *day, qiaoi_key *key, qiao_error *err)
{
    if (day == NULL)
        return QIAO_OK;
    if (!is_day(day))
        return qiao_fail(err, QIAO_E_USAGE, "--expires takes a day as in 2027-01-31, not %s", day);
    snprintf(key->expires, sizeof key->expires, "%.10sT00:00:00Z", day);
    return QIAO_OK;
}

static qiao_status
describe_key(const qiaoi_options *options, qiaoi_key *key, qiao_error *err)
{
    qiao_status status;

    if (options->role == NULL || !qiaoi_role_of(options->role, &key->role) || key->role == QIAOI_ROLE_PUBLIC)
        return qiao_fail(err, QIAO_E_USAGE, "--role takes staff, enterprise or job");
    if (key->role == QIAOI_ROLE_ENTERPRISE && options->org == NULL)
        return qiao_fail(err, QIAO_E_USAGE, "a key for an enterprise names it: --org NAME");
    status = take("org", options->org, key->organisation, sizeof key->organisation, err);
    if (status == QIAO_OK)
        status = take("park", options->park, key->park, sizeof key->park, err);
    if (status == QIAO_OK)
        status = take("label", options->label, key->label, sizeof key->label, err);
    return status == QIAO_OK ? take_expiry(options->expires, key, err) : status;
}

static qiao_status
create_key(qiao_desk *desk, const qiaoi_options *options, qiao_error *err)
{
    qiaoi_key key = {0};
    char text[QIAOI_KEY_TEXT_SIZE];
    qiao_status status = describe_key(options, &key, err);

    if (status == QIAO_OK)
        status = qiaoi_key_create(desk, OPERATOR, &key, text, err);
    if (status == QIAO_OK)
        printf("%s\n", text);
    return status;
}

static qiao_status
list_key(const qiaoi_key *key, void *context, qiao_error *err)
{
    char used[21];

    (void)err;
    qiaoi_key_use_get(context, key->name, used);
    printf("%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", key->name, qiaoi_role_word(key->role), key->organisation, key->park,
           key->expires, key->revoked ? "revoked" : "", key->label, used[0] != '\0' ? used : "-");
    return QIAO_OK;
}

/* Name, role, organisation, park, expiry, revoked or not, label, last use. */
static qiao_status
list_keys(qiao_desk *desk, const char *data_dir, qiao_error *err)
{
    qiaoi_key_uses *uses = qiaoi_key_uses_open(data_dir);
    qiao_status status = uses != NULL ? qiaoi_key_each(desk, list_key, uses, err) : qiao_fail_memory(err);

    qiaoi_key_uses_free(uses);
    return status;
}

static qiao_status
revoke_key(qiao_desk *desk, const char *name, qiao_error *err)
{
    qiao_status status = qiaoi_key_revoke(desk, OPERATOR, name, err);

    return status == QIAO_E_NOTFOUND ? qiao_fail(err, QIAO_E_NOTFOUND, "there is no key %s", name) : status;
}

static qiao_status
verify(qiao_desk *desk, qiao_language language, qiao_error *err)
{
    uint64_t lines = 0;
    qiao_status status = qiao_desk_verify(desk, &lines, err);

    if (status == QIAO_OK)
        printf("%s %llu\n", qiao_message("the desk is sound; lines of the audit trail:", language),
               (unsigned long long)lines);
    return status;
}

static qiao_status
print_line(const qiao_desk_line *line, void *context, bool *more, qiao_error *err)
{
    (void)context;
    (void)more;
    return printf("%.*s\n", (int)line->length, line->json) > 0 ? QIAO_OK
                                                               : qiao_fail(err, QIAO_E_IO, "cannot write the output");
}

/* What is handed out was sound when it was read. */
static qiao_status
audit(qiao_desk *desk, qiao_error *err)
{
    uint64_t lines;
    qiao_status status = qiao_desk_verify(desk, &lines, err);

    if (status == QIAO_OK)
        status = qiao_desk_audit(desk, 1, print_line, NULL, err);
    if (status == QIAO_OK && fflush(stdout) != 0)
        status = qiao_fail(err, QIAO_E_IO, "cannot write the output");
    return status;
}

static qiao_status
do_with(qiao_desk *desk, const qiaoi_options *options, qiao_language language, qiao_error *err)
{
    switch (options->command) {
    case QIAOI_COMMAND_KEY_CREATE:
        return create_key(desk, options, err);
    case QIAOI_COMMAND_KEY_LIST:
        return list_keys(desk, options->data, err);
    case QIAOI_COMMAND_KEY_REVOKE:
        return revoke_key(desk, options->operand, err);
    case QIAOI_COMMAND_BACKUP:
        return qiao_desk_copy(desk, options->operand, err);
    case QIAOI_COMMAND_VERIFY:
        return verify(desk, language, err);
    case QIAOI_COMMAND_RESTORE:
        return verify(desk, language, err);
    case QIAOI_COMMAND_AUDIT:
        return audit(desk, err);
    case QIAOI_COMMAND_SERVE:
    case QIAOI_COMMAND_COUNT:
        break;
    }
    return qiao_fail(err, QIAO_E_INTERNAL, "unknown command");
}

/* A desk that is there is never written over: whoever wants the backup instead moves it away. */
static qiao_status
put_backup(const qiaoi_options *options, qiao_error *err)
{
    char path[QIAO_PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/desk.mdb", options->data);
    qiao_status status;

    if (n < 0 || (size_t)n >= sizeof path)
        return qiao_fail(err, QIAO_E_LIMIT, "the path is longer than 4,095 bytes: %.80s...", options->data);
    if (qiao_file_exists(path))
        return qiao_fail(err, QIAO_E_REFUSED, "%s is there; stop the service and move it away first", path);
    status = qiao_file_make_directories(options->data, err);
    return status == QIAO_OK ? qiao_file_copy(options->operand, path, err) : status;
}

qiao_status
qiaoi_desk_command(const qiaoi_options *options, qiao_language language, qiao_error *err)
{
    bool create = options->command == QIAOI_COMMAND_KEY_CREATE;
    qiao_desk *desk = NULL;
    qiao_status status = QIAO_OK;

    if (options->command == QIAOI_COMMAND_RESTORE)
        status = put_backup(options, err);
    if (status == QIAO_OK)
        status = qiao_desk_open(options->data, create, &desk, err);
    if (status == QIAO_OK)
        status = do_with(desk, options, language, err);
    qiao_desk_close(desk);
    return status;
}
