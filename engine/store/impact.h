/*
 * The impact of a term in a document: its field-weighted, length-normalised frequency F as one byte.
 *
 * Steps are equal in F / (1.2 + F), which is what a term alone adds to a score, not in F: frequent words are told apart
 * no finer than their effect, and rare mentions in long texts no coarser. A reader turns a byte back into F in units of
 * 1 / QIAOI_FREQUENCY_UNIT, which can be summed.
 */
#ifndef QIAO_STORE_IMPACT_H
#define QIAO_STORE_IMPACT_H

#include <stdint.h>

#define QIAOI_K1 1.2
#define QIAOI_FREQUENCY_UNIT 512.0

/* 0 where it is too small to count; 255 from 16.1 on. */
uint8_t qiaoi_impact_of(double frequency);
/* In units; ascending with the impact, below 2^14. */
uint32_t qiaoi_impact_units(uint8_t impact);
static inline double
qiaoi_impact_frequency(uint8_t impact)
{
    return qiaoi_impact_units(impact) / QIAOI_FREQUENCY_UNIT;
}

#endif
