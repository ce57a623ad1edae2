/* See import_seen.h. Open addressing, at most three quarters full. */
#include "import_seen.h"

#include "qiao/file.h"

#include <string.h>

#define FIRST_CAPACITY 4096u

uint64_t
qiaoi_seen_hash(qiao_kind kind, const char *id)
{
    uint64_t hash = qiao_hash64(id, strlen(id), (uint64_t)kind + 1);

    return hash != 0 ? hash : 1;
}

static qiaoi_seen_entry *
find(qiaoi_seen_entry *slots, size_t capacity, uint64_t hash)
{
    size_t at = (size_t)hash & (capacity - 1);

    while (slots[at].hash != 0 && slots[at].hash != hash)
        at = (at + 1) & (capacity - 1);
    return &slots[at];
}

static bool
grow(qiaoi_seen *seen)
{
    size_t capacity = seen->capacity == 0 ? FIRST_CAPACITY : seen->capacity * 2;
    qiaoi_seen_entry *slots = qiao_calloc(capacity, sizeof *slots);

    if (slots == NULL)
        return false;
    for (size_t i = 0; i < seen->capacity; i++) {
        if (seen->slots[i].hash != 0)
            *find(slots, capacity, seen->slots[i].hash) = seen->slots[i];
    }
    qiao_free(seen->slots);
    seen->slots = slots;
    seen->capacity = capacity;
    return true;
}

qiaoi_seen_entry *
qiaoi_seen_get(qiaoi_seen *seen, uint64_t hash)
{
    qiaoi_seen_entry *entry;

    if (seen->used * 4 >= seen->capacity * 3 && !grow(seen))
        return NULL;
    entry = find(seen->slots, seen->capacity, hash);
    if (entry->hash == 0) {
        entry->hash = hash;
        seen->used++;
    }
    return entry;
}

void
qiaoi_seen_done(qiaoi_seen *seen)
{
    qiao_free(seen->slots);
    *seen = (qiaoi_seen){.slots = NULL};
}
