/*
 * Reads what an embedding service answers. A small pull parser straight into the vectors: an answer is megabytes of numbers, of which a tree would be
 * ten times as large. Pure function, no allocation; everything is checked before a text counts as done.
 */
#include "embeddings.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 32
#define NUMBER_MAX 64
#define NAME_MAX_BYTES 16

typedef enum fault { NONE, NO_JSON, NO_DATA, WRONG_COUNT } fault;

typedef struct reader {
    const char *at, *end;
    fault fault; /* the first */
} reader;

static bool
fail(reader *r, fault what)
{
    if (r->fault == NONE)
        r->fault = what;
    return false;
}

static char
peek(reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r'))
        r->at++;
    return r->at < r->end ? *r->at : '\0';
}

static bool
take(reader *r, char c)
{
    if (peek(r) != c)
        return false;
    r->at++;
    return true;
}

static bool
need(reader *r, char c)
{
    return take(r, c) || fail(r, NO_JSON);
}

/* A string; the first bytes of it, as they stand, into out where that is not NULL. */
static bool
read_string(reader *r, char out[NAME_MAX_BYTES])
{
    size_t n = 0;

    if (!need(r, '"'))
        return false;
    for (; r->at < r->end && *r->at != '"'; r->at++) {
        if (*r->at == '\\' && ++r->at == r->end)
            break;
        if (out != NULL && n + 1 < NAME_MAX_BYTES)
            out[n++] = *r->at;
    }
    if (out != NULL)
        out[n] = '\0';
    if (r->at >= r->end)
        return fail(r, NO_JSON);
    r->at++;
    return true;
}

static bool
is_number_character(char c)
{
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

/* A JSON number; false without a fault where something else stands here. */
static bool
read_number(reader *r, double *out)
{
    char text[NUMBER_MAX];
    size_t n = 0;
    char first = peek(r), *end;

    if (first != '-' && (first < '0' || first > '9'))
        return false;
    while (r->at < r->end && n + 1 < sizeof text && is_number_character(*r->at))
        text[n++] = *r->at++;
    text[n] = '\0';
    *out = strtod(text, &end);
    return (*end == '\0' && r->at < r->end && !is_number_character(*r->at)) || fail(r, NO_JSON);
}

static bool
skip_word(reader *r)
{
    static const char *const words[] = {"true", "false", "null"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i]);

        if ((size_t)(r->end - r->at) >= length && memcmp(r->at, words[i], length) == 0) {
            r->at += length;
            return true;
        }
    }
    return fail(r, NO_JSON);
}

static bool skip_value(reader *r, int depth);

static bool
skip_members(reader *r, char close, int depth)
{
    r->at++;
    if (take(r, close))
        return true;
    do {
        if (close == '}' && (!read_string(r, NULL) || !need(r, ':')))
            return false;
        if (!skip_value(r, depth + 1))
            return false;
    } while (take(r, ','));
    return need(r, close);
}

static bool
skip_value(reader *r, int depth)
{
    double number;
    char c = peek(r);

    if (depth > DEPTH_MAX)
        return fail(r, NO_JSON);
    if (c == '{' || c == '[')
        return skip_members(r, c == '{' ? '}' : ']', depth);
    if (c == '"')
        return read_string(r, NULL);
    return read_number(r, &number) || (r->fault == NONE && skip_word(r));
}

/* ---- vectors ---- */

typedef struct answer {
    reader r;
    size_t count;
    uint32_t dimension;
    float *vectors;
    qiao_embed_state *states;
    size_t items;
    size_t found_dimension; /* of the first vector with another number of numbers; 0 = none */
    bool listed;
} answer;

/* One item of "data", read in whatever order its members stand. */
typedef struct item {
    const char *numbers; /* where its vector begins; NULL = it has none */
    size_t index;
    bool indexed;
} item;

static bool
read_item(answer *a, item *out)
{
    char name[NAME_MAX_BYTES];
    double index;
    reader *r = &a->r;

    if (!need(r, '{'))
        return false;
    if (take(r, '}'))
        return true;
    do {
        if (!read_string(r, name) || !need(r, ':'))
            return false;
        if (strcmp(name, "index") == 0 && read_number(r, &index)) {
            if (!(index >= 0) || index >= (double)a->count || floor(index) < index)
                return fail(r, WRONG_COUNT);
            out->index = (size_t)index;
            out->indexed = true;
            continue;
        }
        if (strcmp(name, "embedding") == 0 && peek(r) == '[')
            out->numbers = r->at;
        if (r->fault != NONE || !skip_value(r, 3))
            return false;
    } while (take(r, ','));
    return need(r, '}');
}

/* The numbers of one vector, known to be sound JSON. How many there are; *usable: all are numbers a float can hold, and not all of them zero. */
static size_t
read_vector(const char *at, const char *end, uint32_t dimension, float *vector, bool *usable)
{
    reader r = {at + 1, end, NONE};
    bool zero = true, sound = true;
    size_t n = 0;

    *usable = false;
    if (take(&r, ']'))
        return 0;
    do {
        double value;

        if (!read_number(&r, &value)) {
            sound = false;
            (void)skip_value(&r, 3);
        } else if (!(fabs(value) <= (double)FLT_MAX)) {
            sound = false;
        } else if (n < dimension) {
            vector[n] = (float)value;
            zero = zero && !(fabs((double)vector[n]) > 0);
        }
        n++;
    } while (take(&r, ','));
    *usable = sound && !zero;
    return n;
}

static bool
keep_item(answer *a, const item *one)
{
    size_t index = one->indexed ? one->index : a->items;
    bool usable;
    size_t n;

    if (index >= a->count || a->states[index] != QIAO_EMBED_FAILED || one->numbers == NULL)
        return fail(&a->r, WRONG_COUNT);
    n = read_vector(one->numbers, a->r.at, a->dimension, a->vectors + index * a->dimension, &usable);
    if (n != a->dimension && n > 0 && a->found_dimension == 0)
        a->found_dimension = n;
    a->states[index] = n == a->dimension && usable ? QIAO_EMBED_DONE : QIAO_EMBED_REFUSED;
    a->items++;
    return true;
}

static bool
read_data(answer *a)
{
    if (a->listed || !take(&a->r, '['))
        return fail(&a->r, NO_DATA);
    a->listed = true;
    if (take(&a->r, ']'))
        return true;
    do {
        item one = {NULL, 0, false};

        if (!read_item(a, &one) || !keep_item(a, &one))
            return false;
    } while (take(&a->r, ','));
    return need(&a->r, ']');
}

static bool
read_root(answer *a)
{
    char name[NAME_MAX_BYTES];
    reader *r = &a->r;

    if (!need(r, '{'))
        return false;
    if (!take(r, '}')) {
        do {
            if (!read_string(r, name) || !need(r, ':'))
                return false;
            if (strcmp(name, "data") == 0 ? !read_data(a) : !skip_value(r, 1))
                return false;
        } while (take(r, ','));
        if (!need(r, '}'))
            return false;
    }
    if (peek(r) != '\0' || r->at < r->end)
        return fail(r, NO_JSON);
    return a->listed || fail(r, NO_DATA);
}

qiao_status
qiaoi_embeddings_read_answer(const char *json, size_t length, size_t count, uint32_t dimension, float *vectors, qiao_embed_state *states, qiao_error *err)
{
    answer a = {.r = {json, json + length, NONE}, .count = count, .dimension = dimension, .vectors = vectors, .states = states};
    bool good;

    for (size_t i = 0; i < count; i++)
        states[i] = QIAO_EMBED_FAILED;
    good = length > 0 && read_root(&a);
    if (good && a.found_dimension == 0 && a.items == count)
        return QIAO_OK;
    for (size_t i = 0; i < count; i++)
        states[i] = QIAO_EMBED_FAILED;
    if (good && a.found_dimension != 0)
        return qiao_fail(err, QIAO_E_REFUSED, "the embedding service answers with %zu numbers a vector, embeddings.json says %u", a.found_dimension,
                         (unsigned)dimension);
    if (good)
        return qiao_fail(err, QIAO_E_INPUT, "the embedding service answered with %zu vectors for %zu texts", a.items, count);
    if (a.r.fault == WRONG_COUNT)
        return qiao_fail(err, QIAO_E_INPUT, "the embedding service did not answer with one vector for each text");
    if (a.r.fault == NO_DATA)
        return qiao_fail(err, QIAO_E_INPUT, "the embedding service's answer has no list \"data\" of vectors");
    return qiao_fail(err, QIAO_E_INPUT, "the embedding service's answer is no JSON, or was cut off");
}
