/* See preset.h. */
#include "preset.h"

#include "qiao/file.h"
#include "qiao/share.h"

#include <stdio.h>
#include <string.h>

qiao_status
qiaoi_preset_path(const char *name, char out[QIAOI_PRESET_PATH], qiao_error *err)
{
    char folder[QIAOI_PRESET_PATH];
    qiao_status status;

    if (name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] != '\0')
        return qiao_fail(err, QIAO_E_USAGE, "there is no preset \"%.60s\"", name);
    status = qiao_share_path("feeds", folder, err);
    if (status != QIAO_OK)
        return status;
    snprintf(out, QIAOI_PRESET_PATH, "%.4000s/%.64s.json", folder, name);
    return qiao_file_exists(out) ? QIAO_OK : qiao_fail(err, QIAO_E_USAGE, "there is no preset \"%.60s\"", name);
}
