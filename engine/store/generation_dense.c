/* Decides whether a generation's vectors are used: an optional channel never keeps a generation from being served, and
 * a damaged one is left out whole. */
#include "store/generation_dense.h"

#include "qiao/catalog.h"
#include "qiao/file.h"

#include <stdio.h>
#include <string.h>

static qiao_status
open_fitting(const char *path, const uint32_t documents[2], qiaoi_vectors **out, qiao_error *err)
{
    qiao_status st = qiaoi_vectors_open(path, out, err);

    if (st == QIAO_OK && memcmp(qiaoi_vectors_about(*out)->documents, documents, 2 * sizeof *documents) != 0) {
        qiaoi_vectors_close(*out);
        *out = NULL;
        st = qiao_fail(err, QIAO_E_CORRUPT, "%s belongs to another generation", path);
    }
    return st;
}

qiao_status
qiaoi_generation_dense_open(const char *folder, const uint32_t documents[2], qiaoi_vectors **out, qiao_error *fault,
                            qiao_error *err)
{
    char path[QIAO_PATH_MAX + 32];
    qiao_status st;

    *out = NULL;
    snprintf(path, sizeof path, "%s/%s", folder, QIAOI_VECTORS_NAME);
    if (!qiao_file_exists(path))
        return QIAO_OK;
    st = open_fitting(path, documents, out, fault);
    if (st == QIAO_E_NOMEM) {
        fault->status = QIAO_OK;
        return qiao_fail_memory(err);
    }
    return QIAO_OK;
}

void
qiaoi_generation_dense_info(const qiaoi_vectors *vectors, const qiao_error *fault, qiao_dense_info *out)
{
    memset(out, 0, sizeof *out);
    out->kernel = qiaoi_kernel_name(qiaoi_kernel_current());
    if (fault->status != QIAO_OK)
        out->fault = fault;
    if (vectors == NULL)
        return;
    out->present = true;
    memcpy(out->space, qiaoi_vectors_about(vectors)->space, sizeof out->space);
    out->dimension = qiaoi_vectors_about(vectors)->dimension;
    for (unsigned side = 0; side < 2; side++) {
        out->documents[side] = qiaoi_vectors_about(vectors)->documents[side];
        out->vectors[side] = qiaoi_vectors_about(vectors)->vectors[side];
        out->refused[side] = qiaoi_vectors_about(vectors)->refused[side];
        out->served[side] = qiaoi_vectors_served(vectors, side);
    }
}
