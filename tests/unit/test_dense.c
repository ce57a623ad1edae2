/*
 * Vectors: kernels that agree to the bit, the error of quantising, exact search against brute force, the file and its damage, and rank fusion.
 * Numbers come from a fixed generator, so a failure repeats.
 */
#include "dense/fusion.h"
#include "dense/vectors.h"
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t random_state;

static uint32_t
next_random(void)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random_state >> 33);
}

static double
next_real(void)
{
    return (double)next_random() / 2147483648.0 * 2.0 - 1.0;
}

static void *
aligned(size_t size)
{
    void *memory = NULL;

    assert_int_equal(posix_memalign(&memory, QIAOI_DENSE_ALIGN, size + QIAOI_DENSE_ALIGN), 0);
    memset(memory, 0, size);
    return memory;
}

/* ---- kernels ---- */

typedef struct product {
    size_t stride, count;
    int8_t *bytes, *rows;
    int16_t *words;
    qiaoi_dense_query query;
} product;

static product
make_product(size_t dimension, size_t count)
{
    product p = {.stride = qiaoi_vectors_stride((uint32_t)dimension), .count = count};
    int32_t sum = 0;

    p.bytes = aligned(p.stride);
    p.words = aligned(p.stride * 2);
    p.rows = aligned(p.stride * count);
    for (size_t i = 0; i < dimension; i++) {
        p.bytes[i] = (int8_t)((int)(next_random() % 255) - 127);
        for (size_t r = 0; r < count; r++)
            p.rows[r * p.stride + i] = (int8_t)((int)(next_random() % 255) - 127);
    }
    for (size_t i = 0; i < p.stride; i++) {
        p.words[i] = p.bytes[i];
        sum += p.bytes[i];
    }
    p.query = (qiaoi_dense_query){p.bytes, p.words, sum, p.stride};
    return p;
}

static void
free_product(product *p)
{
    free(p->bytes);
    free(p->words);
    free(p->rows);
}

static void
check_product(const product *p)
{
    int32_t dots[70];

    for (int k = 0; k < QIAOI_KERNEL_COUNT; k++) {
        if (!qiaoi_kernel_available((qiaoi_kernel)k))
            continue;
        memset(dots, 0x55, sizeof dots);
        qiaoi_kernel_dots((qiaoi_kernel)k, &p->query, p->rows, p->count, dots);
        for (size_t r = 0; r < p->count; r++) {
            int64_t expected = 0;

            for (size_t i = 0; i < p->stride; i++)
                expected += (int64_t)p->bytes[i] * p->rows[r * p->stride + i];
            if (dots[r] != expected)
                fail_msg("%s, stride %zu, row %zu of %zu: %d instead of %lld", qiaoi_kernel_name((qiaoi_kernel)k), p->stride, r, p->count, (int)dots[r],
                         (long long)expected);
        }
        assert_int_equal((uint32_t)dots[p->count], 0x55555555u); /* nothing written behind */
    }
}

static void
every_kernel_gives_the_same_integers(void **state)
{
    static const size_t dimensions[] = {1, 63, 64, 65, 384, 768, 1000, 1024, 8192};

    (void)state;
    random_state = 1;
    for (size_t d = 0; d < sizeof dimensions / sizeof *dimensions; d++)
        for (size_t count = 1; count <= (dimensions[d] > 1024 ? 5u : 67u); count++) {
            product p = make_product(dimensions[d], count);

            check_product(&p);
            free_product(&p);
        }
}

static void
the_largest_products_do_not_overflow(void **state)
{
    static const int8_t ends[2] = {-127, 127};

    (void)state;
    for (int q = 0; q < 2; q++)
        for (int r = 0; r < 2; r++) {
            product p = make_product(QIAO_DENSE_DIMENSION_MAX, 5);

            memset(p.bytes, ends[q], p.stride);
            memset(p.rows, ends[r], p.stride * p.count);
            for (size_t i = 0; i < p.stride; i++)
                p.words[i] = ends[q];
            p.query.sum = (int32_t)p.stride * ends[q];
            check_product(&p);
            free_product(&p);
        }
}

static void
a_kernel_that_the_processor_lacks_is_not_taken(void **state)
{
    qiaoi_kernel best = qiaoi_kernel_current();

    (void)state;
    for (int k = 0; k < QIAOI_KERNEL_COUNT; k++) {
        bool available = qiaoi_kernel_available((qiaoi_kernel)k);

        assert_int_equal(qiaoi_kernel_use((qiaoi_kernel)k), available);
        if (available)
            assert_int_equal(qiaoi_kernel_current(), k);
    }
    assert_false(qiaoi_kernel_use(QIAOI_KERNEL_COUNT));
    assert_true(qiaoi_kernel_use(best));
}

/* ---- quantising ---- */

static void
fill_gaussian(float *x, uint32_t dimension, double size)
{
    for (uint32_t i = 0; i < dimension; i++) {
        double sum = 0;

        for (int j = 0; j < 6; j++)
            sum += next_real();
        x[i] = (float)(sum * size);
    }
}

static double
cosine(const float *x, const float *y, uint32_t dimension)
{
    double xy = 0, xx = 0, yy = 0;

    for (uint32_t i = 0; i < dimension; i++) {
        xy += (double)x[i] * (double)y[i];
        xx += (double)x[i] * (double)x[i];
        yy += (double)y[i] * (double)y[i];
    }
    return xy / sqrt(xx) / sqrt(yy);
}

/* |x - q s| <= s / 2 in each place, so |x.y - qx.qy| <= (sx |y|_1 + sy |x|_1) / 2 + n sx sy / 4, and |x|_1 <= sqrt(n) for length 1. */
static void
quantising_stays_within_its_bound(void **state)
{
    static const uint32_t dimensions[] = {1, 2, 63, 384, 1024};
    float x[1024], y[1024], sx, sy;
    int8_t qx[1024], qy[1024];

    (void)state;
    random_state = 2;
    for (int round = 0; round < 500; round++) {
        uint32_t n = dimensions[round % 5];
        double size = pow(10, (double)(round % 21) - 10), bound, dot = 0;

        fill_gaussian(x, n, size);
        fill_gaussian(y, n, 1 / size);
        assert_true(qiaoi_quantise(x, n, qiaoi_vectors_stride(n), qx, &sx));
        assert_true(qiaoi_quantise(y, n, qiaoi_vectors_stride(n), qy, &sy));
        for (uint32_t i = 0; i < n; i++)
            dot += (double)qx[i] * qy[i];
        bound = ((double)sx + (double)sy) / 2 * sqrt((double)n) + (double)n * (double)sx * (double)sy / 4 + 1e-6;
        if (!(fabs(dot * (double)sx * (double)sy - cosine(x, y, n)) <= bound))
            fail_msg("dimension %u: %g instead of %g, bound %g", n, dot * (double)sx * (double)sy, cosine(x, y, n), bound);
        for (uint32_t i = n; i < qiaoi_vectors_stride(n); i++)
            assert_int_equal(qx[i], 0);
    }
}

static void
quantising_reaches_both_ends_and_no_further(void **state)
{
    const float x[4] = {-2, 2, 1, 0};
    int8_t row[64];
    float scale;

    (void)state;
    assert_true(qiaoi_quantise(x, 4, 64, row, &scale));
    assert_int_equal(row[0], -127);
    assert_int_equal(row[1], 127);
    assert_int_equal(row[2], 64); /* 63.5, away from zero */
    assert_int_equal(row[3], 0);
    assert_true(fabs((double)scale - 2.0 / 3.0 / 127.0) < 1e-9);
}

static void
a_vector_without_direction_is_refused(void **state)
{
    const float zero[3] = {0, 0, 0}, bad[3] = {1, NAN, 0}, endless[3] = {1, INFINITY, 0}, tiny[3] = {1e-45f, 0, 0}, huge[3] = {3e38f, 3e38f, -3e38f};
    int8_t row[64];
    float scale;

    (void)state;
    memset(row, 1, sizeof row);
    assert_false(qiaoi_quantise(zero, 3, 64, row, &scale));
    assert_int_equal(row[0], 0);
    assert_false(scale > 0);
    assert_false(qiaoi_quantise(bad, 3, 64, row, &scale));
    assert_false(qiaoi_quantise(endless, 3, 64, row, &scale));
    assert_true(qiaoi_quantise(tiny, 3, 64, row, &scale));
    assert_true(qiaoi_quantise(huge, 3, 64, row, &scale));
    assert_int_equal(row[2], -127);
}

/* ---- the file ---- */

#define DOCUMENTS0 300u
#define DOCUMENTS1 77u
#define DIMENSION 48u

/* Every seventh without a vector, every fourteenth of them refused; some equal to others, so that there are ties. */
static qiao_status
write_vectors(const char *path, uint32_t dimension, const uint32_t documents[2], qiao_error *err)
{
    size_t stride = qiaoi_vectors_stride(dimension);
    int8_t *row = qiao_alloc(stride);
    float x[1024], scale = 0;
    qiaoi_vectors_writer *writer = NULL;
    qiao_status st = row == NULL ? qiao_fail_memory(err) : qiaoi_vectors_writer_open(path, "model#1", dimension, documents, &writer, err);

    random_state = 3;
    for (unsigned side = 0; side < 2; side++)
        for (uint32_t d = 0; st == QIAO_OK && d < documents[side]; d++) {
            qiaoi_vector_entry entry = {.record_hash = d, .text_hash = {d, side}, .state = QIAO_EMBED_DONE};

            if (d % 7 == 3)
                entry.state = d % 14 == 3 ? QIAO_EMBED_REFUSED : QIAO_EMBED_FAILED;
            if (d % 5 != 4)
                fill_gaussian(x, dimension, 1);
            if (entry.state == QIAO_EMBED_DONE && !qiaoi_quantise(x, dimension, stride, row, &scale))
                st = qiao_fail(err, QIAO_E_INTERNAL, "no vector");
            if (st == QIAO_OK)
                st = qiaoi_vectors_writer_put(writer, side, d, &entry, entry.state == QIAO_EMBED_DONE ? row : NULL,
                                              entry.state == QIAO_EMBED_DONE ? scale : 0, err);
        }
    if (st == QIAO_OK)
        st = qiaoi_vectors_writer_finish(writer, err);
    else
        qiaoi_vectors_writer_abort(writer);
    qiao_free(row);
    return st;
}

static const uint32_t documents[2] = {DOCUMENTS0, DOCUMENTS1};

typedef struct fixture {
    qiao_test_folder folder;
    char path[512];
    qiaoi_vectors *vectors;
} fixture;

static int
set_up(void **state)
{
    static fixture f;
    qiao_error err = QIAO_ERROR_INIT;

    qiao_test_folder_init(&f.folder);
    snprintf(f.path, sizeof f.path, "%s/vectors.bin", f.folder.path);
    assert_ok(write_vectors(f.path, DIMENSION, documents, &err), &err);
    assert_ok(qiaoi_vectors_open(f.path, &f.vectors, &err), &err);
    *state = &f;
    return 0;
}

static int
tear_down(void **state)
{
    fixture *f = *state;

    qiaoi_vectors_close(f->vectors);
    qiao_test_folder_done(&f->folder);
    return 0;
}

static void
a_written_file_is_read_back(void **state)
{
    const fixture *f = *state;
    const qiaoi_vectors_header *about = qiaoi_vectors_about(f->vectors);
    float scale;

    assert_int_equal(about->dimension, DIMENSION);
    assert_int_equal(about->stride, 64);
    assert_string_equal(about->space, "model#1");
    assert_int_equal(about->documents[0], DOCUMENTS0);
    assert_int_equal(about->vectors[0], 257);
    assert_int_equal(about->refused[0], 22);
    assert_int_equal(about->documents[1], DOCUMENTS1);
    assert_int_equal(about->vectors[1], 66);
    assert_null(qiaoi_vectors_row(f->vectors, 0, 3, &scale));
    assert_null(qiaoi_vectors_row(f->vectors, 0, DOCUMENTS0, &scale));
    assert_null(qiaoi_vectors_entry(f->vectors, 1, DOCUMENTS1));
    assert_non_null(qiaoi_vectors_row(f->vectors, 1, DOCUMENTS1 - 1, &scale));
    assert_true(scale > 0);
    assert_int_equal((uintptr_t)qiaoi_vectors_rows(f->vectors, 1) % QIAOI_DENSE_ALIGN, 0);
    assert_int_equal(qiaoi_vectors_entry(f->vectors, 0, 17)->state, QIAO_EMBED_REFUSED);
    assert_int_equal(qiaoi_vectors_entry(f->vectors, 1, 16)->text_hash[1], 1);
}

static void
a_side_is_served_from_nine_tenths_on(void **state)
{
    const fixture *f = *state;

    assert_false(qiaoi_vectors_served(f->vectors, 0)); /* 257 of 300 */
    assert_true(qiaoi_vectors_enough(90, 100));
    assert_false(qiaoi_vectors_enough(89, 100));
    assert_false(qiaoi_vectors_enough(0, 0));
    assert_true(qiaoi_vectors_enough(1, 1));
    assert_true(qiaoi_vectors_enough(UINT32_MAX, UINT32_MAX));
}

static void
damage_to_any_byte_is_noticed(void **state)
{
    const fixture *f = *state;
    const char *path = qiao_test_path(&f->folder, "damaged.bin");
    const uint32_t few[2] = {9, 5};
    qiao_error err = QIAO_ERROR_INIT;
    qiaoi_vectors *vectors;
    uint64_t size;

    assert_ok(write_vectors(path, 10, few, &err), &err);
    assert_ok(qiaoi_vectors_open(path, &vectors, &err), &err);
    size = qiaoi_vectors_about(vectors)->size;
    qiaoi_vectors_close(vectors);
    for (uint64_t at = 0; at < size; at++) {
        qiao_status st;

        qiao_test_flip(path, at);
        st = qiaoi_vectors_open(path, &vectors, &err);
        if ((st != QIAO_E_CORRUPT && st != QIAO_E_VERSION) || vectors != NULL || strstr(err.message, path) == NULL)
            fail_msg("byte %llu of %llu: %s: %s", (unsigned long long)at, (unsigned long long)size, qiao_status_token(st), err.message);
        qiao_test_flip(path, at);
    }
    assert_ok(qiaoi_vectors_open(path, &vectors, &err), &err);
    qiaoi_vectors_close(vectors);
}

static void
a_file_cut_anywhere_is_noticed(void **state)
{
    const fixture *f = *state;
    const char *path = qiao_test_path(&f->folder, "cut.bin");
    const uint32_t few[2] = {6, 3};
    qiao_error err = QIAO_ERROR_INIT;
    qiaoi_vectors *vectors;
    uint64_t size;

    assert_ok(write_vectors(path, 10, few, &err), &err);
    assert_ok(qiaoi_vectors_open(path, &vectors, &err), &err);
    size = qiaoi_vectors_about(vectors)->size;
    qiaoi_vectors_close(vectors);
    for (uint64_t length = size; length-- > 0;) {
        qiao_test_truncate(path, length);
        assert_status(qiaoi_vectors_open(path, &vectors, &err), QIAO_E_CORRUPT, &err);
        assert_null(vectors);
    }
    assert_status(qiaoi_vectors_open(qiao_test_path(&f->folder, "absent"), &vectors, &err), QIAO_E_NOTFOUND, &err);
}

static void
an_unfinished_file_is_no_vector_file(void **state)
{
    const fixture *f = *state;
    const char *path = qiao_test_path(&f->folder, "unfinished.bin"), *copy = qiao_test_path(&f->folder, "copy.bin");
    const qiaoi_vector_entry entry = {.state = QIAO_EMBED_DONE};
    qiao_error err = QIAO_ERROR_INIT;
    qiaoi_vectors_writer *writer;
    int8_t row[64] = {1};
    qiaoi_vectors *vectors;
    char command[1200];

    assert_ok(qiaoi_vectors_writer_open(path, "m", 5, documents, &writer, &err), &err);
    assert_ok(qiaoi_vectors_writer_put(writer, 0, 0, &entry, row, 1, &err), &err);
    snprintf(command, sizeof command, "cp %s %s", path, copy); /* what a kill leaves */
    assert_int_equal(system(command), 0);
    assert_status(qiaoi_vectors_open(copy, &vectors, &err), QIAO_E_CORRUPT, &err);
    assert_non_null(strstr(err.message, "no vector file"));
    qiaoi_vectors_writer_abort(writer);
    assert_status(qiaoi_vectors_open(path, &vectors, &err), QIAO_E_NOTFOUND, &err); /* given up means gone */
}

static void
the_writer_refuses_what_does_not_fit(void **state)
{
    const fixture *f = *state;
    const char *path = qiao_test_path(&f->folder, "refused.bin");
    const qiaoi_vector_entry done = {.state = QIAO_EMBED_DONE}, failed = {.state = QIAO_EMBED_FAILED};
    qiao_error err = QIAO_ERROR_INIT;
    qiaoi_vectors_writer *writer;
    char name[QIAO_DENSE_SPACE_MAX + 1];
    int8_t row[64] = {1};

    memset(name, 'm', QIAO_DENSE_SPACE_MAX);
    name[QIAO_DENSE_SPACE_MAX] = '\0';
    assert_status(qiaoi_vectors_writer_open(path, "m", 0, documents, &writer, &err), QIAO_E_LIMIT, &err);
    assert_status(qiaoi_vectors_writer_open(path, "m", QIAO_DENSE_DIMENSION_MAX + 1, documents, &writer, &err), QIAO_E_LIMIT, &err);
    assert_status(qiaoi_vectors_writer_open(path, name, 5, documents, &writer, &err), QIAO_E_LIMIT, &err);
    assert_status(qiaoi_vectors_writer_open("/nowhere/at/all", "m", 5, documents, &writer, &err), QIAO_E_NOTFOUND, &err);
    assert_null(writer);
    assert_ok(qiaoi_vectors_writer_open(path, name + 1, 5, documents, &writer, &err), &err);
    assert_status(qiaoi_vectors_writer_put(writer, 0, DOCUMENTS0, &done, row, 1, &err), QIAO_E_INTERNAL, &err);
    assert_status(qiaoi_vectors_writer_put(writer, 0, 0, &done, NULL, 0, &err), QIAO_E_INTERNAL, &err);
    assert_status(qiaoi_vectors_writer_put(writer, 0, 0, &failed, row, 1, &err), QIAO_E_INTERNAL, &err);
    qiaoi_vectors_writer_abort(writer);
}

static void
an_empty_catalogue_has_an_empty_file(void **state)
{
    const fixture *f = *state;
    const char *path = qiao_test_path(&f->folder, "empty.bin");
    const uint32_t none[2] = {0, 0};
    qiao_error err = QIAO_ERROR_INIT;
    qiaoi_vectors *vectors;
    qiaoi_dense_hit hits[3];
    int8_t row[64] = {1};
    size_t count = 9;

    assert_ok(write_vectors(path, 10, none, &err), &err);
    assert_ok(qiaoi_vectors_open(path, &vectors, &err), &err);
    assert_ok(qiaoi_dense_search(vectors, 0, row, 1, NULL, 3, hits, &count, &err), &err);
    assert_int_equal(count, 0);
    assert_false(qiaoi_vectors_served(vectors, 0));
    qiaoi_vectors_close(vectors);
}

static qiao_status
write_again(void *context, qiao_error *err)
{
    const uint32_t few[2] = {9, 5};

    return write_vectors(context, 10, few, err);
}

static qiao_status
open_and_search(void *context, qiao_error *err)
{
    qiaoi_vectors *vectors = NULL;
    qiaoi_dense_hit hits[4];
    size_t count;
    float scale = 0;
    qiao_status st = qiaoi_vectors_open(context, &vectors, err);

    if (st == QIAO_OK)
        st = qiaoi_dense_search(vectors, 0, qiaoi_vectors_row(vectors, 1, 0, &scale), scale, NULL, 4, hits, &count, err);
    qiaoi_vectors_close(vectors);
    return st;
}

static void
a_failing_allocation_is_answered(void **state)
{
    fixture *f = *state;
    char path[600];

    snprintf(path, sizeof path, "%s/memory.bin", f->folder.path);
    assert_true(qiao_test_fail_allocations(NULL, write_again, path) >= 7);
    assert_int_equal(qiao_test_fail_allocations(write_again, open_and_search, path), 2);
}

/* ---- search ---- */

typedef struct brute {
    uint32_t docid;
    double key;
} brute;

static int
compare_brute(const void *a, const void *b)
{
    const brute *x = a, *y = b;

    if (x->key > y->key || x->key < y->key)
        return x->key > y->key ? -1 : 1;
    return x->docid < y->docid ? -1 : x->docid > y->docid;
}

/* Everything in double from the stored numbers. */
static size_t
search_brute(const qiaoi_vectors *vectors, unsigned side, const int8_t *row, const uint64_t *filter, brute *out)
{
    uint32_t stride = qiaoi_vectors_about(vectors)->stride;
    size_t count = 0;

    for (uint32_t d = 0; d < qiaoi_vectors_about(vectors)->documents[side]; d++) {
        float scale;
        const int8_t *other = qiaoi_vectors_row(vectors, side, d, &scale);
        double dot = 0;

        if (other == NULL || (filter != NULL && (filter[d >> 6] >> (d & 63u) & 1u) == 0))
            continue;
        for (uint32_t i = 0; i < stride; i++)
            dot += (double)row[i] * other[i];
        out[count++] = (brute){d, dot * (double)scale};
    }
    qsort(out, count, sizeof *out, compare_brute);
    return count;
}

static void
check_search(const qiaoi_vectors *vectors, unsigned side, const int8_t *row, float scale, const uint64_t *filter, size_t limit)
{
    brute expected[DOCUMENTS0];
    qiaoi_dense_hit *hits = malloc((limit + 1) * sizeof *hits); /* of exactly that size, for the sanitizer */
    size_t all = search_brute(vectors, side, row, filter, expected), wanted = all < limit ? all : limit, count;
    qiao_error err = QIAO_ERROR_INIT;

    assert_non_null(hits);
    assert_ok(qiaoi_dense_search(vectors, side, row, scale, filter, limit, hits, &count, &err), &err);
    assert_int_equal(count, wanted);
    for (size_t i = 0; i < count; i++) {
        if (hits[i].docid != expected[i].docid || hits[i].key < expected[i].key || hits[i].key > expected[i].key)
            fail_msg("limit %zu, place %zu: document %u (%.9g) instead of %u (%.9g)", limit, i, hits[i].docid, hits[i].key, expected[i].docid,
                     expected[i].key);
        assert_true(fabs((double)hits[i].similarity - hits[i].key * (double)scale) < 1e-6);
    }
    free(hits);
}

static void
search_is_exact_for_every_kernel_filter_and_limit(void **state)
{
    static const size_t limits[] = {0, 1, 2, 10, 64, 256, 257, 300, 1000};
    const fixture *f = *state;
    uint64_t sparse[5] = {0x11, 0, UINT64_MAX, 0x8000000000000001u, 0x3}, none[5] = {0};
    qiaoi_kernel best = qiaoi_kernel_current();

    for (int k = 0; k < QIAOI_KERNEL_COUNT; k++) {
        if (!qiaoi_kernel_use((qiaoi_kernel)k))
            continue;
        for (uint32_t d = 0; d < DOCUMENTS1; d += 11)
            for (size_t l = 0; l < sizeof limits / sizeof *limits; l++) {
                float scale;
                const int8_t *row = qiaoi_vectors_row(f->vectors, 1, d, &scale);

                if (row == NULL)
                    continue;
                check_search(f->vectors, 0, row, scale, NULL, limits[l]);
                check_search(f->vectors, 0, row, scale, sparse, limits[l]);
                check_search(f->vectors, 0, row, scale, none, limits[l]);
                check_search(f->vectors, 1, row, scale, NULL, limits[l]);
            }
    }
    assert_true(qiaoi_kernel_use(best));
}

static void
equal_vectors_come_in_order_of_document(void **state)
{
    const fixture *f = *state;
    float scale;
    const int8_t *row = qiaoi_vectors_row(f->vectors, 0, 19, &scale); /* 19 is the same as 18 */
    qiaoi_dense_hit hits[2];
    qiao_error err = QIAO_ERROR_INIT;
    size_t count;

    assert_ok(qiaoi_dense_search(f->vectors, 0, row, scale, NULL, 2, hits, &count, &err), &err);
    assert_int_equal(hits[0].docid, 18);
    assert_int_equal(hits[1].docid, 19);
    assert_true(fabs((double)hits[0].similarity - 1) < 0.01);
}

/* ---- fusion ---- */

static const float all_have[8] = {1, 1, 1, 1, 1, 1, 1, 1};

static void
check_order(const qiaoi_fused *fused, size_t count, const uint32_t *expected, size_t expected_count)
{
    assert_int_equal(count, expected_count);
    for (size_t i = 0; i < count; i++)
        if (fused[i].docid != expected[i])
            fail_msg("place %zu: document %u instead of %u", i, fused[i].docid, expected[i]);
}

static void
what_both_rankings_have_comes_first(void **state)
{
    const uint32_t terms[] = {5, 2, 7};
    const qiaoi_dense_hit dense[] = {{1, 0.9f, 9}, {7, 0.8f, 8}, {5, 0.7f, 7}};
    const uint32_t expected[] = {5, 7, 1, 2};
    qiaoi_fused fused[6];
    size_t count = qiaoi_fuse(terms, 3, dense, 3, all_have, fused);

    (void)state;
    check_order(fused, count, expected, 4);
    assert_int_equal(fused[0].term_rank, 1);
    assert_int_equal(fused[0].dense_rank, 3);
    assert_true(fabs(fused[0].score - (1.0 / 61 + 1.0 / 63)) < 1e-12);
    assert_true(fabs((double)fused[1].similarity - 0.8) < 1e-6);
    assert_int_equal(fused[2].term_rank, 0);
    assert_int_equal(fused[3].dense_rank, 0);
}

static void
ties_go_to_the_ranking_by_terms(void **state)
{
    /* 4 and 3 swap their ranks: the same score. 6 and 0 stand in one list each, at the same rank. */
    const uint32_t terms[] = {4, 3, 6};
    const qiaoi_dense_hit dense[] = {{3, 1, 3}, {4, 1, 2}, {0, 1, 1}};
    const uint32_t expected[] = {4, 3, 6, 0};
    qiaoi_fused fused[6];
    size_t count = qiaoi_fuse(terms, 3, dense, 3, all_have, fused);

    (void)state;
    check_order(fused, count, expected, 4);
    assert_false(fused[0].score > fused[1].score || fused[0].score < fused[1].score);
    assert_false(fused[2].score > fused[3].score || fused[2].score < fused[3].score);
}

static void
a_document_without_a_vector_keeps_its_rank_by_terms(void **state)
{
    /* 2 has no vector: it gets its first rank twice. 3 has one, but is not similar: it falls behind. */
    const uint32_t terms[] = {2, 3, 4};
    const qiaoi_dense_hit dense[] = {{4, 1, 3}, {5, 1, 2}};
    const float scales[8] = {1, 1, 0, 1, 1, 1, 1, 1};
    const uint32_t expected[] = {2, 4, 3, 5};
    qiaoi_fused fused[5];
    size_t count = qiaoi_fuse(terms, 3, dense, 2, scales, fused);

    (void)state;
    check_order(fused, count, expected, 4);
    assert_true(fused[0].no_vector);
    assert_true(fabs(fused[0].score - 2.0 / 61) < 1e-12);
    assert_false(fused[2].no_vector);
}

static void
one_empty_ranking_leaves_the_other(void **state)
{
    const uint32_t terms[] = {3, 1, 2};
    const qiaoi_dense_hit dense[] = {{6, 1, 2}, {0, 1, 1}};
    const uint32_t other[] = {6, 0};
    qiaoi_fused fused[5];

    (void)state;
    check_order(fused, qiaoi_fuse(terms, 3, NULL, 0, all_have, fused), terms, 3);
    check_order(fused, qiaoi_fuse(NULL, 0, dense, 2, all_have, fused), other, 2);
    assert_int_equal(qiaoi_fuse(NULL, 0, NULL, 0, all_have, fused), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kernel_gives_the_same_integers),
        cmocka_unit_test(the_largest_products_do_not_overflow),
        cmocka_unit_test(a_kernel_that_the_processor_lacks_is_not_taken),
        cmocka_unit_test(quantising_stays_within_its_bound),
        cmocka_unit_test(quantising_reaches_both_ends_and_no_further),
        cmocka_unit_test(a_vector_without_direction_is_refused),
        cmocka_unit_test_setup_teardown(a_written_file_is_read_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_side_is_served_from_nine_tenths_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(damage_to_any_byte_is_noticed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_cut_anywhere_is_noticed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_unfinished_file_is_no_vector_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_writer_refuses_what_does_not_fit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_empty_catalogue_has_an_empty_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_failing_allocation_is_answered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(search_is_exact_for_every_kernel_filter_and_limit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(equal_vectors_come_in_order_of_document, set_up, tear_down),
        cmocka_unit_test(what_both_rankings_have_comes_first),
        cmocka_unit_test(ties_go_to_the_ranking_by_terms),
        cmocka_unit_test(a_document_without_a_vector_keeps_its_rank_by_terms),
        cmocka_unit_test(one_empty_ranking_leaves_the_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
