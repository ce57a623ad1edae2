/* See qiao/tables.h. */
#include "qiao/tables.h"

#include "qiao/file.h"
#include "qiao/share.h"

#include <stdio.h>
#include <string.h>

#define PATH_SIZE 4200

static qiao_status
vocabulary_folder(const qiao_tables_options *options, char out[PATH_SIZE], qiao_error *err)
{
    if (options->vocabulary_dir != NULL)
        snprintf(out, PATH_SIZE, "%.4000s", options->vocabulary_dir);
    else if (options->share_dir != NULL)
        snprintf(out, PATH_SIZE, "%.4000s/vocab", options->share_dir);
    else
        return qiao_share_path("vocab", out, err);
    return QIAO_OK;
}

/* Without names of concepts everything else is answered as ever. */
static qiao_status
open_concepts(const char *share_dir, qiao_concepts **out, qiao_error *err)
{
    char folder[PATH_SIZE];
    qiao_status st;

    if (share_dir != NULL)
        snprintf(folder, sizeof folder, "%.4000s/thesaurus", share_dir);
    st = qiao_concepts_open(share_dir == NULL ? NULL : folder, out, NULL);
    return st == QIAO_E_NOMEM ? qiao_fail_memory(err) : QIAO_OK;
}

qiao_status
qiao_tables_open(const qiao_tables_options *options, qiao_tables *out, qiao_error *err)
{
    char folder[PATH_SIZE], units[PATH_SIZE + 16];
    qiao_status st = vocabulary_folder(options, folder, err);

    memset(out, 0, sizeof *out);
    if (st == QIAO_OK)
        st = qiao_vocabulary_open(folder, &out->vocabulary, err);
    if (st == QIAO_OK) {
        snprintf(units, sizeof units, "%s/units.tsv", folder);
        if (qiao_file_exists(units))
            st = qiao_units_open(units, &out->units, err);
    }
    if (st == QIAO_OK)
        st = qiao_profiles_open(options->share_dir, options->data_dir, &out->profiles, err);
    if (st == QIAO_OK)
        st = open_concepts(options->share_dir, &out->concepts, err);
    if (st != QIAO_OK)
        qiao_tables_close(out);
    return st;
}

void
qiao_tables_close(qiao_tables *tables)
{
    qiao_vocabulary_close(tables->vocabulary);
    qiao_units_close(tables->units);
    qiao_profiles_close(tables->profiles);
    qiao_concepts_close(tables->concepts);
    memset(tables, 0, sizeof *tables);
}
