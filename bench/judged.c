/* The measures of judged.h. Counts are small: every positive is compared with every negative. */
#include "judged.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Positives above negatives, and comparisons made. */
static void
compare_all(const judged_pair *pairs, size_t count, double *above, double *made)
{
    *above = *made = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; pairs[i].grade > 0 && k < count; k++) {
            if (pairs[k].grade > 0)
                continue;
            *made += 1;
            *above += pairs[i].score > pairs[k].score ? 1.0 : pairs[i].score == pairs[k].score ? 0.5 : 0;
        }
}

static int
compare_ints_down(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;

    return x > y ? -1 : x < y;
}

static int
compare_scores_down(const void *a, const void *b)
{
    const judged_pair *x = a, *y = b;

    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return strcmp(x->document, y->document);
}

static double
gain_of(int grade, size_t place)
{
    return (pow(2.0, grade) - 1.0) / log2((double)place + 2.0);
}

static double
ndcg10(const judged_pair *pairs, size_t count)
{
    judged_pair *sorted = malloc(count * sizeof *sorted);
    int *grades = malloc(count * sizeof *grades);
    double gain = 0, ideal = 0;

    for (size_t i = 0; sorted != NULL && grades != NULL && i < count; i++) {
        sorted[i] = pairs[i];
        grades[i] = pairs[i].grade;
    }
    if (sorted != NULL && grades != NULL) {
        qsort(sorted, count, sizeof *sorted, compare_scores_down);
        qsort(grades, count, sizeof *grades, compare_ints_down);
        for (size_t i = 0; i < count && i < 10; i++) {
            gain += gain_of(sorted[i].grade > 0 ? sorted[i].grade : 0, i);
            ideal += gain_of(grades[i] > 0 ? grades[i] : 0, i);
        }
    }
    free(sorted);
    free(grades);
    return ideal > 0 ? gain / ideal : 0;
}

static double
precision_at_half(const judged_pair *pairs, size_t count, size_t positive)
{
    int *scores = malloc((count + 1) * sizeof *scores);
    size_t n = 0, kept = 0, good = 0;
    int threshold;

    if (scores == NULL || positive == 0) {
        free(scores);
        return 0;
    }
    for (size_t i = 0; i < count; i++)
        if (pairs[i].grade > 0)
            scores[n++] = pairs[i].score;
    qsort(scores, n, sizeof *scores, compare_ints_down);
    threshold = scores[(positive - 1) / 2];
    for (size_t i = 0; i < count; i++)
        if (pairs[i].score >= threshold) {
            kept++;
            good += pairs[i].grade > 0;
        }
    free(scores);
    return (double)good / (double)kept;
}

void
judged_measure(const judged_pair *pairs, size_t count, judged_figures *out)
{
    double above, made, both = 0;

    memset(out, 0, sizeof *out);
    out->pairs = count;
    for (size_t begin = 0, end; begin < count; begin = end) {
        size_t positive = 0;

        for (end = begin; end < count && strcmp(pairs[end].need, pairs[begin].need) == 0; end++)
            positive += pairs[end].grade > 0;
        out->needs++;
        out->positive += positive;
        if (positive == 0)
            continue;
        out->needs_with_positive++;
        out->ndcg10 += ndcg10(pairs + begin, end - begin);
        compare_all(pairs + begin, end - begin, &above, &made);
        if (made > 0) {
            both++;
            out->within += above / made;
        }
    }
    if (out->needs_with_positive > 0)
        out->ndcg10 /= (double)out->needs_with_positive;
    if (both > 0)
        out->within /= both;
    compare_all(pairs, count, &above, &made);
    out->auc = made > 0 ? above / made : 0;
    out->precision_half = precision_at_half(pairs, count, out->positive);
}
