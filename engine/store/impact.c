/* See impact.h. Plain arithmetic in double precision: the same on every machine. */
#include "store/impact.h"

#define STEPS 274.0 /* of F / (K1 + F) from 0 to 1; the last ones, beyond F = 16.1, are not told apart */

uint8_t
qiaoi_impact_of(double frequency)
{
    double steps = STEPS * frequency / (QIAOI_K1 + frequency) + 0.5;

    return steps < 1.0 ? 0 : steps > 255.0 ? 255 : (uint8_t)steps;
}

uint32_t
qiaoi_impact_units(uint8_t impact)
{
    return (uint32_t)(QIAOI_FREQUENCY_UNIT * QIAOI_K1 * impact / (STEPS - impact) + 0.5);
}
