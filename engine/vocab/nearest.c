/* Suggestions for a mistaken code: edit distance over folded codes and names, or a shared beginning. Runs only when a
 * value is refused. */
#include "vocab/vocabulary_internal.h"

#include <string.h>

#define TEXT_SIZE 96 /* longer texts are cut: a suggestion for them would be chance */
#define NEAREST_MAX 8

static size_t
least(size_t a, size_t b, size_t c)
{
    size_t smaller = a < b ? a : b;

    return smaller < c ? smaller : c;
}

static size_t
edit_distance(const char *a, const char *b)
{
    size_t row[TEXT_SIZE + 1];
    size_t length = strlen(b);

    for (size_t j = 0; j <= length; j++)
        row[j] = j;
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t diagonal = row[0];

        row[0] = i + 1;
        for (size_t j = 0; j < length; j++) {
            size_t next = least(row[j] + 1, row[j + 1] + 1, diagonal + (a[i] == b[j] ? 0 : 1));

            diagonal = row[j + 1];
            row[j + 1] = next;
        }
    }
    return row[length];
}

/* 0 = same ... SIZE_MAX = not near. A shared beginning of three bytes ("energy.batteries", "energy.battery") counts as
 * half near. */
static size_t
remoteness(const char *wanted, const char *name)
{
    char folded[TEXT_SIZE];
    size_t length = strlen(wanted);
    size_t distance;

    if (!qiaoi_name_fold(name, strlen(name), folded, sizeof folded))
        return SIZE_MAX;
    distance = edit_distance(wanted, folded);
    if (distance * 5 <= length * 2)
        return distance;
    if (length >= 3 && strlen(folded) >= 3 &&
        (strncmp(wanted, folded, length) == 0 || strncmp(wanted, folded, strlen(folded)) == 0))
        return length / 2 + distance;
    return SIZE_MAX;
}

static size_t
least_remote(const char *wanted, const qiao_code *code)
{
    return least(remoteness(wanted, code->code), remoteness(wanted, code->zh), remoteness(wanted, code->en));
}

size_t
qiao_vocabulary_nearest(const qiao_vocabulary *vocabulary, const char *list, const char *text, const qiao_code **codes,
                        size_t capacity)
{
    size_t distances[NEAREST_MAX];
    char wanted[TEXT_SIZE];
    size_t count, found = 0;
    const qiao_code *const *all = qiao_vocabulary_list(vocabulary, list, &count);

    if (!qiaoi_name_fold(text, strlen(text), wanted, sizeof wanted))
        return 0;
    capacity = capacity < NEAREST_MAX ? capacity : NEAREST_MAX;
    for (size_t i = 0; i < count && capacity > 0; i++) {
        size_t distance = least_remote(wanted, all[i]);
        size_t at = found < capacity ? found : capacity;

        while (at > 0 && distance < distances[at - 1])
            at--;
        if (distance == SIZE_MAX || at == capacity)
            continue;
        if (found < capacity)
            found++;
        for (size_t j = found - 1; j > at; j--) {
            distances[j] = distances[j - 1];
            codes[j] = codes[j - 1];
        }
        distances[at] = distance;
        codes[at] = all[i];
    }
    while (found > 1 && distances[found - 1] > distances[0] + 2) /* beside a close one, remote ones only distract */
        found--;
    return found;
}
