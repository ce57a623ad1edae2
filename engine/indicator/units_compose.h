/* Putting a unit expression together out of spelled units; shared by units_read.c and units_compose.c. */
#ifndef QIAO_UNITS_COMPOSE_H
#define QIAO_UNITS_COMPOSE_H

#include "indicator/indicator_internal.h"

#define QIAOI_PARTS_MAX 10u
#define QIAOI_PART_SIZE 16u

typedef struct qiaoi_unit_part {
    char symbol[QIAOI_PART_SIZE];
    int twice; /* doubled exponent */
} qiaoi_unit_part;

typedef struct qiaoi_builder {
    double factor, offset;
    qiao_dimension dimension;
    qiaoi_unit_part parts[QIAOI_PARTS_MAX];
    size_t part_count, atoms;
    bool below;        /* behind a slash */
    bool all_compound; /* every unit so far needs company */
    unsigned rules;
} qiaoi_builder;

typedef struct qiaoi_atom {
    const qiaoi_unit *unit;
    double factor;
    unsigned rules;
    size_t end;
} qiaoi_atom;

/* Multiplies by a unit to a doubled power (divides where below); false where an exponent grows out of bounds. */
bool qiaoi_compose(qiaoi_builder *b, const qiaoi_atom *a, int twice);
/* Takes an SI unit as shown ("W/(m·K)", "m3", "1") apart into the parts. */
void qiaoi_compose_si(qiaoi_builder *b, const char *si, int twice);
/* What has been put together, as the use of a unit at those cells. */
void qiaoi_composed(const qiaoi_builder *b, size_t begin, size_t end, qiaoi_unit_use *out);

#endif
