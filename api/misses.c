/* See misses.h. A question is one JSON object; equal ones of a day are one row. */
#include "misses.h"

#include "log.h"
#include "qiao/file.h"
#include "qiao/privacy.h"
#include "qiao/text.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#define PENDING_MAX 512u
#define WRITE_EVERY_S 5
#define PLACES_MAX 4u

struct qiaoi_misses {
    qiao_desk *desk;
    pthread_t thread;
    pthread_mutex_t lock; /* all below */
    pthread_cond_t wake;
    bool stopping;
    qiao_buffer questions[PENDING_MAX];
    uint64_t counts[PENDING_MAX];
    uint32_t days[PENDING_MAX];
    size_t count;
};

static uint32_t
today(void)
{
    return (uint32_t)(time(NULL) / 86400);
}

/* ---- writing ---- */

/* Takes what is pending; the caller frees the questions. */
static size_t
take(qiaoi_misses *misses, qiao_buffer *questions, qiao_desk_miss *out)
{
    size_t count;

    pthread_mutex_lock(&misses->lock);
    count = misses->count;
    for (size_t i = 0; i < count; i++) {
        questions[i] = misses->questions[i];
        misses->questions[i] = (qiao_buffer){0};
        out[i] = (qiao_desk_miss){.day = misses->days[i],
                                  .question = questions[i].data,
                                  .length = questions[i].length,
                                  .count = misses->counts[i]};
    }
    misses->count = 0;
    pthread_mutex_unlock(&misses->lock);
    return count;
}

qiao_status
qiaoi_misses_flush(qiaoi_misses *misses, qiao_error *err)
{
    qiao_buffer *questions;
    qiao_desk_miss *taken;
    size_t count = 0;
    qiao_status st;

    if (misses == NULL)
        return QIAO_OK;
    questions = qiao_calloc(PENDING_MAX, sizeof *questions);
    taken = qiao_calloc(PENDING_MAX, sizeof *taken);
    st = questions == NULL || taken == NULL ? qiao_fail_memory(err) : QIAO_OK;
    if (st == QIAO_OK)
        count = take(misses, questions, taken);
    if (count > 0)
        st = qiao_desk_add_misses(misses->desk, taken, count, today(), err);
    for (size_t i = 0; i < count; i++)
        qiao_buffer_done(&questions[i]);
    qiao_free(questions);
    qiao_free(taken);
    return st;
}

static void
flush_and_tell(qiaoi_misses *misses)
{
    qiao_error error = QIAO_ERROR_INIT;

    if (qiaoi_misses_flush(misses, &error) != QIAO_OK)
        qiaoi_log_error("error", "zero_hits_not_written", &error);
}

static void *
run(void *context)
{
    qiaoi_misses *misses = context;
    bool stopping = false;

    while (!stopping) {
        struct timespec until;

        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += WRITE_EVERY_S;
        pthread_mutex_lock(&misses->lock);
        if (!misses->stopping)
            pthread_cond_timedwait(&misses->wake, &misses->lock, &until);
        stopping = misses->stopping;
        pthread_mutex_unlock(&misses->lock);
        flush_and_tell(misses);
    }
    return NULL;
}

qiao_status
qiaoi_misses_start(qiao_desk *desk, qiaoi_misses **out, qiao_error *err)
{
    qiaoi_misses *misses = qiao_calloc(1, sizeof *misses);

    *out = NULL;
    if (misses == NULL)
        return qiao_fail_memory(err);
    misses->desk = desk;
    if (pthread_mutex_init(&misses->lock, NULL) != 0) {
        qiao_free(misses);
        return qiao_fail_memory(err);
    }
    if (pthread_cond_init(&misses->wake, NULL) != 0) {
        pthread_mutex_destroy(&misses->lock);
        qiao_free(misses);
        return qiao_fail_memory(err);
    }
    if (pthread_create(&misses->thread, NULL, run, misses) != 0) {
        pthread_cond_destroy(&misses->wake);
        pthread_mutex_destroy(&misses->lock);
        qiao_free(misses);
        return qiao_fail(err, QIAO_E_NOMEM, "cannot start a thread");
    }
    *out = misses;
    return QIAO_OK;
}

void
qiaoi_misses_stop(qiaoi_misses *misses)
{
    if (misses == NULL)
        return;
    pthread_mutex_lock(&misses->lock);
    misses->stopping = true;
    pthread_cond_signal(&misses->wake);
    pthread_mutex_unlock(&misses->lock);
    pthread_join(misses->thread, NULL);
    for (size_t i = 0; i < misses->count; i++)
        qiao_buffer_done(&misses->questions[i]);
    pthread_cond_destroy(&misses->wake);
    pthread_mutex_destroy(&misses->lock);
    qiao_free(misses);
}

/* ---- noting ---- */

/* One space for any run of spaces and control characters, capital ASCII letters made small, cut at the border of a
 * character. */
static size_t
normalise(const char *text, size_t length, char out[QIAOI_MISS_TEXT_MAX + 1])
{
    size_t used = 0, at = 0;

    while (at < length) {
        size_t start = at;
        uint32_t c = qiao_utf8_next(text, length, &at);
        char bytes[4];
        size_t n;

        if (c <= ' ' || c == 0xA0 || c == 0x3000 || c == 0x7F) {
            if (used > 0 && out[used - 1] != ' ' && used < QIAOI_MISS_TEXT_MAX)
                out[used++] = ' ';
            continue;
        }
        n = qiao_utf8_put(c >= 'A' && c <= 'Z' ? c + 32 : c, bytes);
        if (used + n > QIAOI_MISS_TEXT_MAX || at == start)
            break;
        memcpy(out + used, bytes, n);
        used += n;
    }
    while (used > 0 && out[used - 1] == ' ')
        used--;
    out[used] = '\0';
    return used;
}

/* May the text be kept? Looked at before it is cut: half a telephone number is none. */
static bool
may_keep(const qiaoi_miss *miss)
{
    qiao_private_place places[PLACES_MAX];
    size_t n = strlen(miss->organisation);

    if (qiao_private_places(miss->text, miss->length, places, PLACES_MAX) > 0)
        return false;
    for (size_t at = 0; n > 0 && at + n <= miss->length; at++)
        if (memcmp(miss->text + at, miss->organisation, n) == 0)
            return false;
    return true;
}

/* What the caller may see is no filter of its own, and may tell who it is. */
static bool
is_scope(const char *filter)
{
    return strncmp(filter, "access:", 7) == 0 || strncmp(filter, "owner:", 6) == 0;
}

static void
write_question(const qiaoi_miss *miss, const char *text, size_t length, qiao_buffer *out)
{
    bool first = true;

    qiao_buffer_printf(out,
                       "\"of\":\"%s\",\"side\":\"%s\",\"query\":", miss->kind == QIAOI_MISS_SEARCH ? "search" : "match",
                       miss->side == QIAO_PROJECT ? "projects" : "needs");
    qiao_buffer_json_string(out, text, length);
    qiao_buffer_text(out, ",\"filters\":[");
    for (size_t i = 0; i < miss->filter_count; i++) {
        if (is_scope(miss->filters[i]))
            continue;
        qiao_buffer_text(out, first ? "" : ",");
        qiao_buffer_json_string(out, miss->filters[i], strlen(miss->filters[i]));
        first = false;
    }
    qiao_buffer_char(out, ']');
}

/* Under the lock. Takes the question over. */
static void
keep(qiaoi_misses *misses, qiao_buffer *question)
{
    uint32_t day = today();

    for (size_t i = 0; i < misses->count; i++)
        if (misses->days[i] == day && misses->questions[i].length == question->length &&
            memcmp(misses->questions[i].data, question->data, question->length) == 0) {
            misses->counts[i]++;
            return;
        }
    if (misses->count == PENDING_MAX)
        return;
    misses->questions[misses->count] = *question;
    misses->days[misses->count] = day;
    misses->counts[misses->count++] = 1;
    *question = (qiao_buffer){0};
}

void
qiaoi_misses_note(qiaoi_misses *misses, const qiaoi_miss *miss)
{
    char text[QIAOI_MISS_TEXT_MAX + 1];
    qiao_buffer question = {0};
    size_t length;

    if (misses == NULL || miss->text == NULL || !may_keep(miss))
        return;
    length = normalise(miss->text, miss->length, text);
    if (length == 0)
        return;
    write_question(miss, text, length, &question);
    if (!question.failed) {
        pthread_mutex_lock(&misses->lock);
        keep(misses, &question);
        pthread_mutex_unlock(&misses->lock);
    }
    qiao_buffer_done(&question);
}
