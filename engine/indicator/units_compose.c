/*
 * Puts a unit together from its factors: conversion factor, dimension, and how the coherent SI unit is written (J/kg,
 * W/(m·K), Pa·m^1/2).
 */
#include "indicator/units_compose.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void
add_part(qiaoi_builder *b, const char *symbol, size_t length, int twice)
{
    if (length >= QIAOI_PART_SIZE)
        length = QIAOI_PART_SIZE - 1;
    for (size_t i = 0; i < b->part_count; i++) {
        if (strlen(b->parts[i].symbol) == length && memcmp(b->parts[i].symbol, symbol, length) == 0) {
            b->parts[i].twice += twice;
            return;
        }
    }
    if (b->part_count == QIAOI_PARTS_MAX)
        return;
    memcpy(b->parts[b->part_count].symbol, symbol, length);
    b->parts[b->part_count].symbol[length] = '\0';
    b->parts[b->part_count++].twice = twice;
}

/* Takes an SI unit as shown ("W/(m·K)", "m3", "1") apart. */
void
qiaoi_compose_si(qiaoi_builder *b, const char *si, int twice)
{
    int sign = 1;

    while (*si != '\0') {
        size_t n;
        int power = 1;

        if (*si == '/')
            sign = -1;
        if (*si == '/' || *si == '(' || *si == ')' || (unsigned char)*si == 0xC2 || (unsigned char)*si == 0xB7) {
            si++;
            continue;
        }
        n = strcspn(si, "/()23\xC2");
        if (n == 0) {
            si++;
            continue;
        }
        if (si[n] == '2' || si[n] == '3')
            power = si[n] - '0';
        if (!(n == 1 && *si == '1'))
            add_part(b, si, n, sign * power * twice);
        si += n + (power > 1 ? 1 : 0);
    }
}

bool
qiaoi_compose(qiaoi_builder *b, const qiaoi_atom *a, int twice)
{
    int total = b->below ? -twice : twice;

    for (size_t i = 0; i < QIAO_DIMENSIONS; i++) {
        int e = b->dimension.exponents[i] + a->unit->dimension.exponents[i] * total / 2;

        if (e < -100 || e > 100)
            return false;
        b->dimension.exponents[i] = (signed char)e;
    }
    b->factor *= total == 2 ? a->factor : total == -2 ? 1 / a->factor : pow(a->factor, total / 2.0);
    b->offset = b->atoms == 0 && total == 2 ? a->unit->offset : 0;
    b->rules = b->atoms == 0 ? a->rules & ~(unsigned)QIAOI_RULE_COMPOUND : b->rules & ~(unsigned)QIAOI_RULE_EVIDENCE;
    b->all_compound = b->atoms == 0 ? (a->rules & QIAOI_RULE_COMPOUND) != 0
                                    : b->all_compound && (a->rules & QIAOI_RULE_COMPOUND) != 0;
    b->atoms++;
    qiaoi_compose_si(b, a->unit->si, total);
    return true;
}

static size_t
print_parts(const qiaoi_builder *b, char *out, size_t size, int sign)
{
    size_t n = 0, shown = 0;

    for (size_t i = 0; i < b->part_count && n < size; i++) {
        int twice = b->parts[i].twice * sign;

        if (twice <= 0)
            continue;
        n += (size_t)snprintf(out + n, size - n, "%s%s", shown++ > 0 ? "·" : "", b->parts[i].symbol);
        if (n < size && twice % 2 != 0)
            n += (size_t)snprintf(out + n, size - n, "^%d/2", twice);
        else if (n < size && twice != 2)
            n += (size_t)snprintf(out + n, size - n, "%d", twice / 2);
    }
    return n;
}

static void
print_si(const qiaoi_builder *b, char out[QIAOI_SI_SIZE])
{
    char above[64] = "", below[64] = "";
    size_t under = 0;

    for (size_t i = 0; i < b->part_count; i++)
        under += b->parts[i].twice < 0 ? 1 : 0;
    print_parts(b, above, sizeof above, 1);
    print_parts(b, below, sizeof below, -1);
    if (under == 0)
        snprintf(out, QIAOI_SI_SIZE, "%.39s", above[0] == '\0' ? "1" : above);
    else if (under == 1)
        snprintf(out, QIAOI_SI_SIZE, "%.19s/%.19s", above[0] == '\0' ? "1" : above, below);
    else
        snprintf(out, QIAOI_SI_SIZE, "%.17s/(%.19s)", above[0] == '\0' ? "1" : above, below);
}

void
qiaoi_composed(const qiaoi_builder *b, size_t begin, size_t end, qiaoi_unit_use *out)
{
    *out = (qiaoi_unit_use){.begin = begin,
                            .end = end,
                            .factor = b->factor,
                            .offset = b->offset,
                            .dimension = b->dimension,
                            .rules = b->rules,
                            .compound = b->atoms > 1};
    print_si(b, out->si);
}
