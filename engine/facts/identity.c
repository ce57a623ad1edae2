/* Titles and organisations as numbers: see identity.h. */
#include "facts/identity.h"

#include "qiao/file.h"
#include "qiao/text.h"

#include <string.h>

#define PLAIN_BYTES 1024u
#define TITLE_BYTES_MIN 12u /* four Chinese characters, two English words */

static uint32_t
fold(uint32_t c)
{
    if (c >= 0xFF01 && c <= 0xFF5E) /* full-width forms */
        c -= 0xFEE0;
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

/* Letters and digits alone; 0 where fewer than `least` bytes are left. */
static uint64_t
plain_hash(const char *text, size_t length, size_t least)
{
    char plain[PLAIN_BYTES];
    size_t n = 0, at = 0;

    while (at < length && n + 4 <= sizeof plain) {
        uint32_t c = fold(qiao_utf8_next(text, length, &at));

        if (qiao_script_of(c) != QIAO_SCRIPT_NONE)
            n += qiao_utf8_put(c, plain + n);
    }
    if (n < least || n == 0)
        return 0;
    return qiao_hash64(plain, n, 0) | 1;
}

void
qiaoi_identity_of(const qiao_record *record, qiaoi_identity *out)
{
    size_t n = 0;

    *out = (qiaoi_identity){.organisation = 0};
    for (size_t i = 0; i < record->text_count && n < QIAOI_IDENTITY_TITLES; i++) {
        const qiao_text *text = &record->texts[i];
        uint64_t hash = strcmp(text->name, "title") == 0 ? plain_hash(text->text, text->length, TITLE_BYTES_MIN) : 0;

        if (hash != 0)
            out->titles[n++] = hash;
    }
    if (record->org_name != NULL)
        out->organisation = plain_hash(record->org_name, strlen(record->org_name), 1);
}

bool
qiaoi_identity_same_title(const qiaoi_identity *a, const qiaoi_identity *b)
{
    for (size_t i = 0; i < QIAOI_IDENTITY_TITLES && a->titles[i] != 0; i++)
        for (size_t k = 0; k < QIAOI_IDENTITY_TITLES && b->titles[k] != 0; k++)
            if (a->titles[i] == b->titles[k])
                return true;
    return false;
}
