/* See kept_answers.h. Few and large: a row of places that is searched by hash is enough. */
#include "kept_answers.h"

#include "qiao/file.h"

#include <pthread.h>
#include <string.h>

#define PLACES 512u

typedef struct kept_answer {
    uint64_t hash, used;
    char *bytes; /* the key, then the answer; NULL = a free place */
    size_t key_length, length;
} kept_answer;

struct qiaoi_kept_answers {
    pthread_mutex_t lock;
    size_t most, bytes;
    uint64_t uses;
    kept_answer places[PLACES];
};

qiaoi_kept_answers *
qiaoi_kept_answers_new(size_t most)
{
    qiaoi_kept_answers *kept = qiao_calloc(1, sizeof *kept);

    if (kept == NULL)
        return NULL;
    kept->most = most;
    if (pthread_mutex_init(&kept->lock, NULL) == 0)
        return kept;
    qiao_free(kept);
    return NULL;
}

static void
drop(qiaoi_kept_answers *kept, kept_answer *one)
{
    kept->bytes -= one->bytes == NULL ? 0 : one->key_length + one->length;
    qiao_free(one->bytes);
    *one = (kept_answer){0};
}

void
qiaoi_kept_answers_free(qiaoi_kept_answers *kept)
{
    if (kept == NULL)
        return;
    for (size_t i = 0; i < PLACES; i++)
        drop(kept, &kept->places[i]);
    pthread_mutex_destroy(&kept->lock);
    qiao_free(kept);
}

static kept_answer *
find(qiaoi_kept_answers *kept, uint64_t hash, const char *key, size_t key_length)
{
    for (size_t i = 0; i < PLACES; i++) {
        kept_answer *one = &kept->places[i];

        if (one->bytes != NULL && one->hash == hash && one->key_length == key_length &&
            memcmp(one->bytes, key, key_length) == 0)
            return one;
    }
    return NULL;
}

bool
qiaoi_kept_answers_find(qiaoi_kept_answers *kept, const char *key, size_t key_length, qiao_buffer *out)
{
    uint64_t hash = qiao_hash64(key, key_length, 0);
    size_t before = out->length;
    kept_answer *one;

    if (kept == NULL)
        return false;
    pthread_mutex_lock(&kept->lock);
    one = find(kept, hash, key, key_length);
    if (one != NULL) {
        one->used = ++kept->uses;
        qiao_buffer_append(out, one->bytes + one->key_length, one->length);
    }
    pthread_mutex_unlock(&kept->lock);
    if (one == NULL || !out->failed)
        return one != NULL;
    out->failed = false; /* it is made anew then, and fails where it must */
    out->length = before;
    return false;
}

/* A place with room for so much: free, or made free of what was not asked for for longest. */
static kept_answer *
make_room(qiaoi_kept_answers *kept, size_t more)
{
    for (;;) {
        kept_answer *oldest = NULL, *free_place = NULL;

        for (size_t i = 0; i < PLACES; i++) {
            kept_answer *one = &kept->places[i];

            if (one->bytes == NULL)
                free_place = one;
            else if (oldest == NULL || one->used < oldest->used)
                oldest = one;
        }
        if (free_place != NULL && (oldest == NULL || kept->bytes + more <= kept->most))
            return free_place;
        drop(kept, oldest);
    }
}

void
qiaoi_kept_answers_keep(qiaoi_kept_answers *kept, const char *key, size_t key_length, const char *answer, size_t length)
{
    char *bytes;

    if (kept == NULL || key_length + length > kept->most / 8)
        return;
    bytes = qiao_alloc(key_length + length);
    if (bytes == NULL)
        return;
    memcpy(bytes, key, key_length);
    memcpy(bytes + key_length, answer, length);
    pthread_mutex_lock(&kept->lock);
    if (find(kept, qiao_hash64(key, key_length, 0), key, key_length) == NULL) {
        kept_answer *place = make_room(kept, key_length + length);

        *place = (kept_answer){qiao_hash64(key, key_length, 0), ++kept->uses, bytes, key_length, length};
        kept->bytes += key_length + length;
        bytes = NULL;
    }
    pthread_mutex_unlock(&kept->lock);
    qiao_free(bytes);
}
