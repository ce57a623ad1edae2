/* Proposals for a query that few records answer: see did_you_mean.h. */
#include "session/did_you_mean.h"

#include "qiao/text.h"
#include "suggest/normal.h"

#include <string.h>

#define FEW 5u            /* with so many records nobody needs help */
#define CHANGES_MAX 4u    /* unknown words that are looked at */
#define NEAR_MAX 3u       /* words that one may have been meant to be */
#define RUNS_MAX 2u       /* of Chinese characters */
#define LETTERS_MIN 4u    /* shorter words are near to everything */
#define TWO_EDITS_FROM 5u /* letters */
#define PINYIN_LETTERS_MIN 5u
#define TIMES_MORE 4u /* where much was found, what is proposed must find so many times as much */

typedef struct change {
    size_t start, end; /* bytes of the query */
    const char *text;
    bool same_sound;
    bool run; /* a part of a run of Chinese characters */
} change;

typedef struct proposer {
    qiao_session *session;
    const qiaoi_suggest *suggest;
    const qiao_lexicon *lexicon;
    const qiaoi_search_result *result;
    const char *query;
    size_t length;
    change latin[CHANGES_MAX][NEAR_MAX];
    size_t latin_choices[CHANGES_MAX], latin_count;
    change chinese[QIAOI_PROPOSALS_MAX];
    size_t chinese_count;
    qiao_buffer text;
    size_t tried;
    bool found, same_sound;
} proposer;

/* ---- words in Latin letters ---- */

static size_t
letters_of(const proposer *p, const qiaoi_search_word *word, char key[QIAOI_KEY_BYTES_MAX])
{
    size_t n = qiaoi_name_key(p->lexicon->normal, word->text, word->length, key, QIAOI_KEY_BYTES_MAX);

    for (size_t i = 0; i < n; i++)
        if (key[i] < 'a' || key[i] > 'z')
            return 0;
    return n;
}

/* Words that begin so were asked for ("electr*"), or it is no word of the query itself. */
static bool
is_open(const proposer *p, const qiaoi_search_word *word)
{
    size_t end = (size_t)(word->text - p->query) + word->length;

    return end > p->length || (end < p->length && p->query[end] == '*');
}

static void
look_at_word(proposer *p, const qiaoi_search_word *word)
{
    char key[QIAOI_KEY_BYTES_MAX];
    size_t n = letters_of(p, word, key), start = (size_t)(word->text - p->query), found;
    qiaoi_near near[NEAR_MAX];
    const qiaoi_suggest_entry *sound;
    change *choices = p->latin[p->latin_count];

    if (n < LETTERS_MIN || word->negative || word->prefix || is_open(p, word) || qiao_stop_word(key, n) ||
        qiaoi_spelling_known(p->suggest, key, n))
        return;
    sound = n >= PINYIN_LETTERS_MIN ? qiaoi_chinese_of_pinyin(p->suggest, key, n) : NULL;
    if (sound != NULL) {
        choices[0] = (change){start, start + word->length, p->suggest->text + sound->text, true, false};
        p->latin_choices[p->latin_count++] = 1;
        return;
    }
    found = qiaoi_spelling_near(p->suggest, key, n, n < TWO_EDITS_FROM ? 1 : 2, near, NEAR_MAX);
    for (size_t i = 0; i < found; i++)
        choices[i] = (change){start, start + word->length, near[i].text, false, false};
    if (found > 0)
        p->latin_choices[p->latin_count++] = found;
}

/* ---- runs of Chinese characters ---- */

static void
look_at_run(proposer *p, size_t start, size_t end)
{
    qiaoi_chinese_near near[QIAOI_PROPOSALS_MAX];
    size_t starts[QIAOI_CHINESE_RUN_MAX + 1], characters = 0, found;
    char key[QIAOI_KEY_BYTES_MAX];

    for (size_t at = start; at < end;) {
        if (characters == QIAOI_CHINESE_RUN_MAX)
            return;
        starts[characters++] = at;
        qiao_utf8_next(p->query, end, &at);
    }
    starts[characters] = end;
    found = qiaoi_name_key(p->lexicon->normal, p->query + start, end - start, key, sizeof key);
    found = qiaoi_chinese_near_run(p->suggest, p->lexicon, key, found, near, QIAOI_PROPOSALS_MAX - p->chinese_count);
    for (size_t i = 0; i < found && near[i].end <= characters; i++)
        p->chinese[p->chinese_count++] =
            (change){starts[near[i].first], starts[near[i].end], near[i].text, near[i].same_sound, true};
}

static void
look_at_runs(proposer *p)
{
    size_t at = 0, start = 0, runs = 0;
    bool inside = false;

    while (at <= p->length && runs < RUNS_MAX) {
        size_t here = at;
        bool han = at < p->length && qiao_script_of(qiao_utf8_next(p->query, p->length, &at)) == QIAO_SCRIPT_HAN;

        if (han && !inside)
            start = here;
        if (!han && inside) {
            look_at_run(p, start, here);
            runs++;
        }
        inside = han;
        if (here == p->length)
            break;
    }
}

/* ---- trying ---- */

static void
sort_changes(change *changes, size_t count)
{
    for (size_t i = 1; i < count; i++) /* by place; they are few */
        for (size_t k = i; k > 0 && changes[k - 1].start > changes[k].start; k--) {
            change swapped = changes[k];

            changes[k] = changes[k - 1];
            changes[k - 1] = swapped;
        }
}

typedef enum wording {
    PROPOSED, /* with the changes */
    COUNTED,  /* the same, parts of Chinese runs in quotation marks */
    AS_ASKED  /* the query as it is, those parts in quotation marks */
} wording;

/* The query with the changes, which are sorted and do not overlap. */
static void
write_query(proposer *p, const change *changes, size_t count, wording how)
{
    bool quotes = how != PROPOSED && memchr(p->query, '"', p->length) == NULL;
    size_t at = 0;

    qiao_buffer_clear(&p->text);
    for (size_t i = 0; i < count; i++) {
        qiao_buffer_append(&p->text, p->query + at, changes[i].start - at);
        if (quotes && changes[i].run)
            qiao_buffer_char(&p->text, '"');
        if (how == AS_ASKED)
            qiao_buffer_append(&p->text, p->query + changes[i].start, changes[i].end - changes[i].start);
        else
            qiao_buffer_text(&p->text, changes[i].text);
        if (quotes && changes[i].run)
            qiao_buffer_char(&p->text, '"');
        at = changes[i].end;
    }
    qiao_buffer_append(&p->text, p->query + at, p->length - at);
}

static qiao_status
count(proposer *p, const change *changes, size_t n, wording how, uint64_t *out, qiao_error *err)
{
    *out = 0;
    write_query(p, changes, n, how);
    if (p->text.failed)
        return qiao_fail_memory(err);
    return p->text.length > QIAOI_QUERY_BYTES_MAX
               ? QIAO_OK
               : qiaoi_search_count(p->session, p->result->request, p->text.data, p->text.length, out, err);
}

/*
 * A word in Latin letters is compared by what the query found. A single character that is no word says so little that a
 * search passes it over: 固态电解智 is answered with what has 固态 and 电解. So parts of Chinese runs are compared as
 * they are written, by records that have all of them.
 */
static qiao_status
try_changes(proposer *p, change *changes, size_t n, qiao_error *err)
{
    uint64_t before = p->result->with_all, after = 0;
    bool chinese = n == 1 && changes[0].run;
    qiao_status st = QIAO_OK;

    if (p->found || n == 0 || p->tried == QIAOI_PROPOSALS_MAX || (!chinese && before >= FEW))
        return QIAO_OK;
    p->tried++;
    sort_changes(changes, n);
    if (chinese)
        st = count(p, changes, n, AS_ASKED, &before, err);
    if (st == QIAO_OK)
        st = count(p, changes, n, COUNTED, &after, err);
    if (st != QIAO_OK || after <= before || (before >= FEW && after / TIMES_MORE < before))
        return st;
    write_query(p, changes, n, PROPOSED);
    p->found = true;
    p->same_sound = changes[0].same_sound;
    return p->text.failed ? qiao_fail_memory(err) : QIAO_OK;
}

/* All unknown words as the nearest known ones, the first of them as its other choices too; Chinese parts one by one,
 * first beside the words, then alone. */
static qiao_status
propose(proposer *p, qiao_error *err)
{
    change changes[CHANGES_MAX + 1];
    qiao_status st = QIAO_OK;

    for (size_t c = 0; st == QIAO_OK && p->latin_count > 0 && c <= p->chinese_count; c++) {
        size_t n = 0;

        for (; n < p->latin_count; n++)
            changes[n] = p->latin[n][0];
        if (c < p->chinese_count)
            changes[n++] = p->chinese[c];
        st = try_changes(p, changes, n, err);
    }
    for (size_t k = 1; st == QIAO_OK && p->latin_count > 0 && k < p->latin_choices[0]; k++) {
        for (size_t n = 0; n < p->latin_count; n++)
            changes[n] = p->latin[n][n == 0 ? k : 0];
        st = try_changes(p, changes, p->latin_count, err);
    }
    for (size_t c = 0; st == QIAO_OK && c < p->chinese_count; c++) {
        changes[0] = p->chinese[c];
        st = try_changes(p, changes, 1, err);
    }
    return st;
}

qiao_status
qiaoi_did_you_mean(qiao_session *session, const qiaoi_search_result *result, qiao_buffer *out, qiao_error *err)
{
    proposer p = {.session = session,
                  .suggest = session->snapshot->suggest,
                  .lexicon = qiao_generation_lexicon(session->snapshot->generation),
                  .result = result,
                  .query = result->request->query,
                  .length = result->request->query_length};
    qiao_status st;

    if (p.suggest == NULL || p.query == NULL || result->words->count == 0 || result->request->offset > 0)
        return QIAO_OK;
    for (size_t i = 0; result->with_all < FEW && i < result->words->count && p.latin_count < CHANGES_MAX; i++)
        look_at_word(&p, &result->words->items[i]);
    look_at_runs(&p);
    st = propose(&p, err);
    if (st == QIAO_OK && p.found) {
        qiao_buffer_text(out, ",\"did_you_mean\":{\"text\":");
        qiao_buffer_json_string(out, p.text.data, p.text.length);
        qiao_buffer_printf(out, ",\"by\":\"%s\"}", p.same_sound ? "pinyin" : "spelling");
    }
    qiao_buffer_done(&p.text);
    return st;
}
