/* See entity_tag.h. */
#include "entity_tag.h"

#include <stdio.h>
#include <string.h>

#define GZIP_SUFFIX "-gzip\""

void
qiaoi_tag_compressed(const char *tag, char *out, size_t size)
{
    snprintf(out, size, "%.*s" GZIP_SUFFIX, (int)strlen(tag) - 1, tag);
}

bool
qiaoi_tag_listed(const char *header, const char *tag, bool *compressed_out)
{
    size_t length = strlen(tag) - 1; /* without its last quotation mark */

    for (const char *at = header; at != NULL; at = strchr(at, ',')) {
        at += strspn(at, ", \t");
        if (strncmp(at, "W/", 2) == 0)
            at += 2;
        if (strncmp(at, tag, length) == 0) {
            *compressed_out = strncmp(at + length, GZIP_SUFFIX, strlen(GZIP_SUFFIX)) == 0;
            if (*compressed_out || at[length] == '"')
                return true;
        }
        if (*at == '\0')
            break;
    }
    return false;
}
