/* A table with one place for each hash. The whole key is kept and compared, so a hash in common changes nothing. */
#include "match/policy_memo.h"

#include "match/signals_internal.h"
#include "qiao/file.h"
#include "qiao/memory.h"

#include <string.h>

#define ENTRIES 512u /* a power of two */
#define KEY_MAX 104u /* longer ones are not remembered */
#define VALUES 3u

struct qiaoi_policy_entry {
    int32_t values[VALUES];
    uint32_t length; /* of the key; 0 = free */
    char key[KEY_MAX];
};

static const qiaoi_signal signals[VALUES] = {QIAOI_SIGNAL_PARK_FIELD, QIAOI_SIGNAL_PARK_COUNTRY,
                                             QIAOI_SIGNAL_COUNTRY_GROUP};

typedef struct key {
    char bytes[KEY_MAX];
    uint32_t length; /* KEY_MAX + 1: too long */
} key;

/* With its zero, which no code contains. */
static void
append(key *k, const char *text)
{
    size_t length = text == NULL ? 1 : strlen(text) + 1;

    if (k->length + length > KEY_MAX) {
        k->length = KEY_MAX + 1;
        return;
    }
    memcpy(k->bytes + k->length, text == NULL ? "" : text, length);
    k->length += (uint32_t)length;
}

static void
make_key(const qiaoi_pair_context *pair, key *k)
{
    const qiaoi_facts *project = pair->project;

    k->length = 0;
    append(k, qiaoi_facts_text(pair->need, pair->need->park));
    append(k, qiaoi_facts_text(project, project->country));
    append(k, qiaoi_facts_text(project, project->region));
    for (uint32_t i = 0; i < project->fields.count; i++)
        append(k, qiaoi_facts_code(project, &project->fields, i));
}

qiao_status
qiaoi_policy_memo_init(qiaoi_policy_memo *memo, qiao_error *err)
{
    memo->entries = qiao_calloc(ENTRIES, sizeof *memo->entries);
    return memo->entries != NULL ? QIAO_OK : qiao_fail_memory(err);
}

void
qiaoi_policy_memo_done(qiaoi_policy_memo *memo)
{
    qiao_free(memo->entries);
    memo->entries = NULL;
}

void
qiaoi_policy_recall(qiaoi_policy_memo *memo, const qiaoi_pair_context *pair, int32_t values[QIAOI_SIGNAL_COUNT])
{
    qiaoi_policy_entry *entry;
    key k;

    make_key(pair, &k);
    if (k.length > KEY_MAX) {
        qiaoi_policy_signals(pair, values);
        return;
    }
    entry = &memo->entries[qiao_hash64(k.bytes, k.length, 0) & (ENTRIES - 1)];
    if (entry->length != k.length || memcmp(entry->key, k.bytes, k.length) != 0) {
        qiaoi_policy_signals(pair, values);
        entry->length = k.length;
        memcpy(entry->key, k.bytes, k.length);
        for (size_t i = 0; i < VALUES; i++)
            entry->values[i] = values[signals[i]];
    }
    for (size_t i = 0; i < VALUES; i++)
        values[signals[i]] = entry->values[i];
}
