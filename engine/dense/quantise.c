/*
 * Floats to int8 with one scale per vector. Length first, in double, so that a vector of any size keeps its direction; rounding is half away from zero
 * and does not depend on the processor's rounding mode.
 */
#include "dense/vectors.h"

#include <math.h>
#include <string.h>

#define STEPS 127.0

/* max |x| and the length of x; false where a number is not finite. */
static bool
measure(const float *x, uint32_t dimension, double *largest_out, double *length_out)
{
    double largest = 0, sum = 0;

    for (uint32_t i = 0; i < dimension; i++) {
        double value = fabs((double)x[i]);

        if (!isfinite(value))
            return false;
        largest = value > largest ? value : largest;
        sum += value * value;
    }
    *largest_out = largest;
    *length_out = sqrt(sum);
    return true;
}

bool
qiaoi_quantise(const float *x, uint32_t dimension, size_t stride, int8_t *row, float *scale_out)
{
    double largest, length;
    float scale;

    memset(row, 0, stride);
    *scale_out = 0;
    if (!measure(x, dimension, &largest, &length) || !(length > 0))
        return false;
    scale = (float)(largest / length / STEPS);
    for (uint32_t i = 0; i < dimension; i++) {
        double steps = fabs((double)x[i]) / largest * STEPS;

        row[i] = (int8_t)(x[i] < 0 ? -floor(steps + 0.5) : floor(steps + 0.5));
    }
    *scale_out = scale;
    return true;
}
