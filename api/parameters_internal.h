/*
 * Parameters, between the table of them (parameters_read.c) and what takes requests apart by it (parameters.c). What is
 * wrong with a value goes into the reader's problem.
 */
#ifndef QIAO_API_PARAMETERS_INTERNAL_H
#define QIAO_API_PARAMETERS_INTERNAL_H

#include "parameters.h"

#define QIAOI_OFFSET_MAX 10000u

typedef struct qiaoi_parameter_kind qiaoi_parameter_kind;

struct qiaoi_parameter_kind {
    const char *name;
    void (*read)(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *value);
    const char *list;  /* vocabulary of a filter; its tags are named as the parameter */
    const char *other; /* where a name is looked up too: a group given for a country, a zone for a park */
    const char *tag;   /* name of the tags of those */
};

extern const qiaoi_parameter_kind qiaoi_parameter_kinds[QIAOI_PARAMETER_COUNT];

/* The error to write to about a parameter; value may be NULL. */
qiao_error *qiaoi_parameter_wrong(qiaoi_parameter_reader *reader, const char *name, const char *value);
void qiaoi_parameter_no_memory(qiaoi_parameter_reader *reader);

#endif
