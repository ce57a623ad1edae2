/* Opens names.bin: see names.h. */
#include "suggest/names.h"

#include <string.h>

qiao_status
qiaoi_names_open(const char *path, qiaoi_names *out, qiao_error *err)
{
    uint64_t ignored;
    qiao_status st;

    memset(out, 0, sizeof *out);
    st = qiaoi_sections_open(path, QIAOI_NAMES_MAGIC, &out->sections, err);
    if (st != QIAO_OK)
        return st;
    qiaoi_readings_bind(&out->readings, &out->sections);
    out->concepts =
        qiaoi_section_view(&out->sections, QIAOI_NAMES_CONCEPTS, sizeof *out->concepts, &out->concept_count);
    out->concept_text = qiaoi_section_view(&out->sections, QIAOI_NAMES_CONCEPT_TEXT, 1, &ignored);
    out->english = qiaoi_section_view(&out->sections, QIAOI_NAMES_ENGLISH, 1, &out->english_bytes);
    return QIAO_OK;
}

void
qiaoi_names_close(qiaoi_names *names)
{
    qiaoi_sections_close(&names->sections);
    memset(names, 0, sizeof *names);
}
