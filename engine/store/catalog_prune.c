/* Which generations go: see qiao/catalog.h. */
#include "qiao/catalog.h"

#include "qiao/file.h"
#include "store/catalog_folder.h"

#include <string.h>
#include <time.h>

#define KEEP_LEAST 2u /* the served one and one to go back to */

/* One whose manifest cannot be read has no age that would keep it. */
static bool
is_young(const char *data_dir, uint64_t number, uint32_t days)
{
    qiao_manifest manifest;
    qiao_error none = QIAO_ERROR_INIT;
    int32_t day;

    if (days == 0 || qiao_catalog_manifest(data_dir, number, &manifest, &none) != QIAO_OK)
        return false;
    day = qiao_date_days(manifest.created, strlen(manifest.created));
    return day != INT32_MIN && (int64_t)(time(NULL) / 86400) - day < (int64_t)days;
}

qiao_status
qiao_catalog_retire(const char *data_dir, const qiao_catalog_policy *policy, size_t *removed_out, qiao_error *err)
{
    size_t count, removed = 0, keep = policy->keep < KEEP_LEAST ? KEEP_LEAST : policy->keep;
    uint64_t *all, current = 0, fallback = 0;
    qiao_status status = qiao_catalog_current(data_dir, &current, err);

    if (status == QIAO_OK)
        status = qiaoi_catalog_earlier(data_dir, current, &fallback, err);
    if (status != QIAO_OK && status != QIAO_E_NOTFOUND)
        return status; /* not knowing what is served, nothing may be removed */
    status = qiaoi_catalog_numbers(data_dir, &all, &count, err);
    if (status != QIAO_OK)
        return status;
    for (size_t i = 0; status == QIAO_OK && i + keep < count; i++) {
        if (all[i] == current || all[i] == fallback || is_young(data_dir, all[i], policy->days))
            continue;
        status = qiaoi_catalog_remove(data_dir, all[i], err);
        removed += status == QIAO_OK ? 1 : 0;
    }
    qiao_free(all);
    if (status == QIAO_OK)
        *removed_out = removed;
    return status;
}
