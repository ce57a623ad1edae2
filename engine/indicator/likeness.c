/* How alike two names of properties are when nothing is known but their letters: Latin words and pairs of Chinese
 * characters that they share. */
#include "indicator/indicator_internal.h"

#include <string.h>

#define TOKENS_MAX 64u
#define TAIL 0.8

typedef struct name_tokens {
    uint32_t letters[256]; /* lower case, spaces single */
    size_t count;
    uint64_t tokens[TOKENS_MAX];
    size_t token_count;
} name_tokens;

static void
add_token(name_tokens *n, uint64_t token)
{
    if (n->token_count < TOKENS_MAX)
        n->tokens[n->token_count++] = token;
}

static uint64_t
mix(uint64_t hash, uint32_t c)
{
    return (hash ^ c) * 0x100000001B3u;
}

/* Hash of the Latin word or number at *at, without the s of a plural; moves *at behind it. */
static uint64_t
word_hash(const name_tokens *n, size_t *at)
{
    size_t begin = *at, end = begin, stop;
    uint64_t hash = 0xCBF29CE484222325u;

    while (end < n->count && (qiaoi_is_latin(n->letters[end]) || qiaoi_is_digit(n->letters[end])))
        end++;
    stop = end - begin > 3 && n->letters[end - 1] == 's' ? end - 1 : end;
    for (size_t i = begin; i < stop; i++)
        hash = mix(hash, n->letters[i]);
    *at = end;
    return hash;
}

/* A Latin word is one token; Chinese gives a token for each pair of characters that stand together. */
static void
tokenise(const char *text, name_tokens *n)
{
    size_t length = strlen(text), at = 0, i = 0;

    n->count = n->token_count = 0;
    while (at < length && n->count < sizeof n->letters / sizeof n->letters[0])
        n->letters[n->count++] = qiaoi_lower(qiaoi_normal(qiaoi_decode(text, length, &at)));
    while (i < n->count) {
        if (qiaoi_is_latin(n->letters[i]) || qiaoi_is_digit(n->letters[i])) {
            add_token(n, word_hash(n, &i));
            continue;
        }
        if (qiaoi_is_han(n->letters[i]) && i + 1 < n->count && qiaoi_is_han(n->letters[i + 1]))
            add_token(n, mix(mix(1, n->letters[i]), n->letters[i + 1]));
        i++;
    }
}

/* Do the letters of one end with those of the other, at the begin of a word? */
static bool
ends_with(const name_tokens *longer, const name_tokens *shorter)
{
    size_t skip = longer->count - shorter->count;

    if (shorter->count < 2 || longer->count <= shorter->count ||
        memcmp(longer->letters + skip, shorter->letters, shorter->count * sizeof shorter->letters[0]) != 0)
        return false;
    return !(qiaoi_is_latin(longer->letters[skip]) && qiaoi_is_latin(longer->letters[skip - 1]));
}

static size_t
shared_tokens(const name_tokens *a, const name_tokens *b)
{
    bool used[TOKENS_MAX] = {false};
    size_t shared = 0;

    for (size_t i = 0; i < a->token_count; i++) {
        for (size_t k = 0; k < b->token_count; k++) {
            if (!used[k] && a->tokens[i] == b->tokens[k]) {
                used[k] = true;
                shared++;
                break;
            }
        }
    }
    return shared;
}

double
qiao_likeness_words(void *context, const char *need_name, const char *project_name)
{
    name_tokens a, b;

    (void)context;
    tokenise(need_name, &a);
    tokenise(project_name, &b);
    if (a.count > 0 && a.count == b.count && memcmp(a.letters, b.letters, a.count * sizeof a.letters[0]) == 0)
        return 1;
    if (ends_with(&a, &b) || ends_with(&b, &a))
        return TAIL;
    if (a.token_count + b.token_count == 0)
        return 0;
    return 2.0 * (double)shared_tokens(&a, &b) / (double)(a.token_count + b.token_count);
}
