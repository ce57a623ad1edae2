/*
 * qiao-bench suggest: how fast completions are, and how well typing errors are recognised. Words of the generation are
 * corrupted by a fixed seed: a letter left out, doubled in, exchanged or swapped with its neighbour; a Chinese
 * character replaced by another one of the same sound, or by any other. Asked as queries, they should be answered with
 * the word as "did you mean"; asked as they are, with nothing.
 */
#include "bench.h"

#include "qiao/suggest.h"
#include "session/session_internal.h"

#include <cjson/cJSON.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD_ROOM 256u
#define TYPED_MAX 200000u

typedef struct run {
    qiao_engine *engine;
    qiao_session *session;
    const qiaoi_suggest *suggest;
    uint64_t random, queries;
} run;

static uint64_t
draw(run *r, uint64_t below)
{
    r->random ^= r->random << 13;
    r->random ^= r->random >> 7;
    r->random ^= r->random << 17;
    return below == 0 ? 0 : (r->random * 0x2545F4914F6CDD1Du >> 11) % below;
}

/* ---- speed of completions ---- */

static qiao_status
complete(run *r, const char *typed, size_t length, qiao_buffer *out, double *ms, qiao_error *err)
{
    const qiao_suggest_request request = {.side = QIAO_PROJECT, .query = typed, .query_length = length};
    uint64_t start = bench_now_ns();
    qiao_status st;

    qiao_buffer_clear(out);
    st = qiao_suggest_json(r->session, &request, out, err);
    *ms = (double)(bench_now_ns() - start) / 1e6;
    return st;
}

/* A name, or its pinyin or initials, is typed letter by letter. */
static qiao_status
type_key(run *r, const char *key, size_t length, double *times, size_t *count, qiao_buffer *out, qiao_error *err)
{
    char plain[QIAOI_KEY_BYTES_MAX];
    qiao_status st = QIAO_OK;

    for (size_t i = 0; i < length; i++)
        plain[i] = (char)key[i];
    for (size_t n = 1; st == QIAO_OK && n <= length && n <= 24 && *count < TYPED_MAX; n++)
        if (n == length || ((unsigned char)plain[n] & 0xC0u) != 0x80u)
            st = complete(r, plain, n, out, &times[(*count)++], err);
    return st;
}

static qiao_status
measure_completions(run *r, qiao_error *err)
{
    double *times = malloc(TYPED_MAX * sizeof *times), *first = malloc(TYPED_MAX * sizeof *first);
    qiao_buffer out = {0};
    size_t count = 0, letters = 0;
    qiao_status st = times == NULL || first == NULL ? qiao_fail_memory(err) : QIAO_OK;

    for (int list = 0; st == QIAO_OK && list < QIAOI_SUGGEST_LISTS; list++)
        for (uint64_t i = 0; st == QIAO_OK && i < r->queries / 4 && r->suggest->lists[list].count > 0; i++) {
            const qiaoi_suggest_key *key = &r->suggest->lists[list].keys[draw(r, r->suggest->lists[list].count)];
            char plain[QIAOI_KEY_BYTES_MAX];
            int way = list % QIAOI_NAMES_WHOLE;
            bool marked = way == QIAOI_WORDS_PINYIN || way == QIAOI_WORDS_INITIALS;

            for (size_t k = 0; k < key->length; k++)
                plain[k] = (char)(r->suggest->key_bytes[key->bytes + k] & (marked ? 0x7F : 0xFF));
            st = type_key(r, plain, key->length, times, &count, &out, err);
        }
    for (int round = 0; st == QIAO_OK && round < 50; round++)
        for (char c = 'a'; st == QIAO_OK && c <= 'z'; c++)
            st = complete(r, &c, 1, &out, &first[letters++], err);
    if (st == QIAO_OK) {
        bench_number("completions", (double)count);
        bench_times_of("completion_", bench_summary(times, count));
        bench_times_of("one_letter_", bench_summary(first, letters));
    }
    free(times);
    free(first);
    qiao_buffer_done(&out);
    return st;
}

/* ---- typing errors ---- */

typedef struct outcome {
    uint64_t asked, proposed, right;
    double worst_ms, sum_ms; /* what the help takes, of the processor, beside the search itself */
} outcome;

static qiao_status
run_search(run *r, const char *query, qiao_buffer *json, double *ms, qiao_error *err)
{
    const qiao_search_request request = {.side = QIAO_PROJECT,
                                         .query = query,
                                         .query_length = strlen(query),
                                         .trl_min = QIAO_UNKNOWN,
                                         .trl_max = QIAO_UNKNOWN,
                                         .limit = 1};
    uint64_t start = bench_busy_ns();
    qiao_status st;

    qiao_buffer_clear(json);
    st = qiao_search_json(r->session, &request, json, err);
    *ms = (double)(bench_busy_ns() - start) / 1e6;
    return st;
}

static qiao_status
search(run *r, const char *query, const char *expected, outcome *out, qiao_error *err)
{
    qiaoi_suggest *suggest = r->session->snapshot->suggest;
    qiao_buffer json = {0};
    double with = 0, without = 0;
    qiao_status st;

    r->session->snapshot->suggest = NULL; /* the same search without help */
    st = run_search(r, query, &json, &without, err);
    r->session->snapshot->suggest = suggest;
    if (st == QIAO_OK)
        st = run_search(r, query, &json, &with, err);
    cJSON *answer = st == QIAO_OK ? cJSON_ParseWithLength(json.data, json.length) : NULL;
    const char *text = cJSON_GetStringValue(
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(answer, "did_you_mean"), "text"));

    out->asked++;
    out->proposed += text != NULL;
    out->right += text != NULL && strcmp(text, expected) == 0;
    out->sum_ms += with - without;
    out->worst_ms = with - without > out->worst_ms ? with - without : out->worst_ms;
    cJSON_Delete(answer);
    qiao_buffer_done(&json);
    return st;
}

static void
print_outcome(const char *name, const outcome *o)
{
    char key[64];

    snprintf(key, sizeof key, "%s_asked", name);
    bench_number(key, (double)o->asked);
    snprintf(key, sizeof key, "%s_proposed", name);
    bench_number(key, o->asked == 0 ? 0 : (double)o->proposed / (double)o->asked);
    snprintf(key, sizeof key, "%s_right", name);
    bench_number(key, o->asked == 0 ? 0 : (double)o->right / (double)o->asked);
    snprintf(key, sizeof key, "%s_mean_ms", name);
    bench_number(key, o->asked == 0 ? 0 : o->sum_ms / (double)o->asked);
    snprintf(key, sizeof key, "%s_worst_ms", name);
    bench_number(key, o->worst_ms);
}

static void
corrupt_letters(run *r, const char *word, size_t length, char *out)
{
    size_t at = draw(r, length);
    char letter = (char)('a' + draw(r, 26));

    memcpy(out, word, length + 1);
    switch (draw(r, 4)) {
    case 0:
        memmove(out + at, out + at + 1, length - at);
        break;
    case 1:
        memmove(out + at + 1, out + at, length - at + 1);
        out[at] = letter;
        break;
    case 2:
        out[at] = letter;
        break;
    default:
        at = at + 1 == length ? at - 1 : at;
        out[at] = word[at + 1];
        out[at + 1] = word[at];
        break;
    }
}

/* Words of five and more letters that five and more projects have. An error that gives another word is no error. */
static qiao_status
measure_letters(run *r, qiao_error *err)
{
    outcome wrong = {0}, right = {0};
    qiao_status st = QIAO_OK;

    for (uint64_t tries = 0; st == QIAO_OK && wrong.asked < r->queries && tries < 200 * r->queries; tries++) {
        const qiaoi_spelling *spelling;
        char word[WORD_ROOM], broken[WORD_ROOM];

        if (r->suggest->spelling_count == 0)
            break;
        spelling = &r->suggest->spellings[draw(r, r->suggest->spelling_count)];
        if (spelling->length < 5 || spelling->frequency < 5)
            continue;
        memcpy(word, r->suggest->text + spelling->text, spelling->length + 1u);
        corrupt_letters(r, word, spelling->length, broken);
        if (qiaoi_spelling_known(r->suggest, broken, strlen(broken)))
            continue;
        st = search(r, broken, word, &wrong, err);
        if (st == QIAO_OK)
            st = search(r, word, "", &right, err);
    }
    print_outcome("letters", &wrong);
    bench_number("letters_false_alarms", right.asked == 0 ? 0 : (double)right.proposed / (double)right.asked);
    return st;
}

/* A character that is read the same, or any other one; 0 where there is none. */
static uint32_t
other_character(run *r, uint32_t character, bool same_sound)
{
    const qiaoi_readings *readings = &r->suggest->readings;
    const qiaoi_character_reading *own = qiaoi_reading_of_character(readings, character);

    for (int tries = 0; own != NULL && tries < 20000; tries++) {
        /* what people type by mistake are common characters: those of GB 2312 level one lie in this range mostly */
        const qiaoi_character_reading *other = &readings->characters[draw(r, readings->character_count)];
        bool same = other->syllables[0] == own->syllables[0];

        if (other->character >= 0x4E00u && other->character <= 0x9FA5u && other->character != character &&
            same == same_sound)
            return other->character;
    }
    return 0;
}

static bool
corrupt_characters(run *r, const char *word, bool same_sound, char *out)
{
    size_t length = strlen(word), characters = length / 3, place = draw(r, characters), at = 3 * place, end = at;
    uint32_t c = qiao_utf8_next(word, length, &end), other = other_character(r, c, same_sound);
    char bytes[4];

    if (other == 0 || qiao_utf8_put(other, bytes) != 3)
        return false;
    memcpy(out, word, length + 1);
    memcpy(out + at, bytes, 3);
    return true;
}

static qiao_status
measure_characters(run *r, const char *name, bool same_sound, qiao_error *err)
{
    outcome wrong = {0}, right = {0};
    qiao_status st = QIAO_OK;
    char label[64];

    for (uint64_t tries = 0; st == QIAO_OK && wrong.asked < r->queries && tries < 200 * r->queries; tries++) {
        const qiaoi_chinese *chinese;
        const qiaoi_suggest_entry *entry;
        char broken[WORD_ROOM];
        const char *word;

        if (r->suggest->chinese_count == 0)
            break;
        chinese = &r->suggest->chinese[draw(r, r->suggest->chinese_count)];
        entry = &r->suggest->entries[chinese->entry];
        word = r->suggest->text + entry->text;
        if (chinese->count < 3 || entry->frequency == 0 || strlen(word) != 3u * chinese->count ||
            !corrupt_characters(r, word, same_sound, broken))
            continue;
        st = search(r, broken, word, &wrong, err);
        if (st == QIAO_OK)
            st = search(r, word, "", &right, err);
    }
    print_outcome(name, &wrong);
    snprintf(label, sizeof label, "%s_false_alarms", name);
    bench_number(label, right.asked == 0 ? 0 : (double)right.proposed / (double)right.asked);
    return st;
}

/* Titles as they are: whole queries without an error. */
static qiao_status
measure_titles(run *r, qiao_error *err)
{
    outcome right = {0};
    qiao_status st = QIAO_OK;

    for (uint64_t tries = 0; st == QIAO_OK && right.asked < r->queries && tries < 50 * r->queries; tries++) {
        const qiaoi_suggest_entry *entry = &r->suggest->entries[draw(r, r->suggest->entry_count)];

        if (entry->kind == QIAOI_SUGGEST_TITLE)
            st = search(r, r->suggest->text + entry->text, "", &right, err);
    }
    bench_number("titles_asked", (double)right.asked);
    bench_number("titles_false_alarms", right.asked == 0 ? 0 : (double)right.proposed / (double)right.asked);
    bench_number("titles_mean_ms", right.asked == 0 ? 0 : right.sum_ms / (double)right.asked);
    bench_number("titles_worst_ms", right.worst_ms);
    return st;
}

/* What costs most: unknown words of many letters, and long runs of characters that are no words. */
static qiao_status
measure_worst(run *r, qiao_error *err)
{
    outcome worst = {0};
    qiao_status st = QIAO_OK;

    for (uint64_t i = 0; st == QIAO_OK && i < r->queries / 5 + 1; i++) {
        char query[WORD_ROOM * 4];
        size_t n = 0;

        for (int word = 0; word < 8; word++) {
            for (size_t k = 0, length = 8 + draw(r, 12); k < length; k++)
                query[n++] = (char)('a' + draw(r, 26));
            query[n++] = ' ';
        }
        for (int run_of = 0; run_of < 3; run_of++) {
            for (uint32_t k = 0; k < QIAOI_CHINESE_RUN_MAX; k++) {
                uint32_t c =
                    r->suggest->readings.character_count == 0
                        ? 0x7535u
                        : r->suggest->readings.characters[draw(r, r->suggest->readings.character_count)].character;

                n += qiao_utf8_put(c, query + n);
            }
            query[n++] = ' ';
        }
        query[n] = '\0';
        st = search(r, query, "", &worst, err);
    }
    bench_number("worst_case_ms", worst.worst_ms);
    return st;
}

static qiao_status
measure(run *r, qiao_error *err)
{
    qiao_status st = measure_completions(r, err);

    if (st == QIAO_OK)
        st = measure_letters(r, err);
    if (st == QIAO_OK)
        st = measure_characters(r, "same_sound", true, err);
    if (st == QIAO_OK)
        st = measure_characters(r, "other_character", false, err);
    if (st == QIAO_OK)
        st = measure_titles(r, err);
    return st == QIAO_OK ? measure_worst(r, err) : st;
}

static qiao_status
open_run(run *r, const char *data, qiao_error *err)
{
    qiao_status st = qiao_engine_open(&(qiao_engine_options){.data_dir = data, .trust_files = true}, &r->engine, err);

    if (st == QIAO_OK)
        st = qiao_session_acquire(r->engine, &r->session, err);
    if (st == QIAO_OK && r->session->snapshot->suggest == NULL)
        st = qiao_fail(err, QIAO_E_NOTFOUND, "the generation in %s has no suggest.bin; build it again", data);
    if (st == QIAO_OK)
        r->suggest = r->session->snapshot->suggest;
    return st;
}

static qiao_status
run_suggest(int argc, char **argv, qiao_error *err)
{
    static const struct option options[] = {{"data", required_argument, NULL, 'd'},
                                            {"queries", required_argument, NULL, 'q'},
                                            {"label", required_argument, NULL, 'l'},
                                            {NULL, 0, NULL, 0}};
    const char *data = NULL, *label = "";
    run r = {.random = 20261128u, .queries = 500};
    qiao_status st = QIAO_OK;
    int option;

    while (st == QIAO_OK && (option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'd')
            data = optarg;
        else if (option == 'l')
            label = optarg;
        else if (option == 'q')
            st = bench_whole("--queries", optarg, 4, 100000, &r.queries, err);
        else
            return qiao_fail(err, QIAO_E_USAGE, "see qiao-bench --help");
    }
    if (st == QIAO_OK && data == NULL)
        st = qiao_fail(err, QIAO_E_USAGE, "suggest needs --data DIR");
    if (st == QIAO_OK)
        st = open_run(&r, data, err);
    if (st == QIAO_OK) {
        bench_begin("suggest");
        bench_text("label", label);
        bench_number("entries", r.suggest->entry_count);
        bench_number("spellings", r.suggest->spelling_count);
        bench_number("file_mib", (double)r.suggest->sections.mapping.length / 1048576.0);
        st = measure(&r, err);
        bench_end();
    }
    qiao_session_release(r.session);
    qiao_engine_close(r.engine);
    return st;
}

const bench_command bench_suggest = {
    "suggest",
    "  suggest --data DIR [--queries N] [--label TEXT]\n"
    "      completions letter by letter; words and characters mistyped by a fixed seed: how many are recognised, how\n"
    "      often something is proposed where nothing is wrong (N of each: 500)\n",
    run_suggest};
