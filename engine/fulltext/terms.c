/*
 * Spelling of terms: prefix, then the form; ':' between them where the form starts with a capital letter or a colon, so that no prefix and form
 * read as another prefix and form. Forms are in normal form (lower case), so a body word, which has no prefix, cannot look like a prefixed one.
 */
#include "fulltext/terms.h"

#include "qiao/file.h"

#include <string.h>

#define HASH_DIGITS 16u

static const char *const field_prefixes[QIAO_FT_FIELD_COUNT] = {
    [QIAO_FT_TITLE] = "S",
    [QIAO_FT_SUMMARY] = "XS",
    [QIAO_FT_BODY] = "",
    [QIAO_FT_ORGANISATION] = "XO",
};

static const struct {
    const char *name, *prefix;
} tag_prefixes[] = {
    {"kind", "K"},      {"id", "Q"},         {"country", "XCC"},    {"group", "XG"},        {"region", "XR"},
    {"field", "XF"},    {"park", "XP"},      {"mode", "XM"},        {"org_kind", "XK"},     {"status", "XST"},
    {"source", "XSRC"}, {"language", "L"},   {"trl", "XTRL"},       {"record_kind", "XRK"}, {"visibility", "XV"},
    {"year", "Y"},
};

#define GENERAL_PREFIX "XT"

static size_t
append(char out[QIAOI_TERM_ROOM], size_t used, const char *bytes, size_t length)
{
    size_t room = QIAOI_TERM_MAX - used, n = length < room ? length : room;

    memcpy(out + used, bytes, n);
    return used + n;
}

static size_t
append_hash(char out[QIAOI_TERM_ROOM], size_t used, uint64_t hash)
{
    static const char digits[] = "0123456789abcdef";
    char text[1 + HASH_DIGITS];

    text[0] = '#';
    for (size_t i = 0; i < HASH_DIGITS; i++)
        text[1 + i] = digits[(hash >> (60 - 4 * i)) & 15];
    return append(out, used, text, sizeof text);
}

/* Largest cut at or below at that does not split a character. */
static size_t
character_border(const char *text, size_t at)
{
    while (at > 0 && ((unsigned char)text[at] & 0xC0) == 0x80)
        at--;
    return at;
}

static size_t
compose(const char *prefix, const char *form, size_t length, char out[QIAOI_TERM_ROOM])
{
    size_t used = append(out, 0, prefix, strlen(prefix));

    if (length > 0 && ((form[0] >= 'A' && form[0] <= 'Z') || form[0] == ':'))
        used = append(out, used, ":", 1);
    if (length <= QIAOI_TERM_MAX - used) {
        used = append(out, used, form, length);
    } else {
        size_t keep = character_border(form, QIAOI_TERM_MAX - used - 1 - HASH_DIGITS);

        used = append(out, used, form, keep);
        used = append_hash(out, used, qiao_hash64(form, length, 0));
    }
    out[used] = '\0';
    return used;
}

size_t
qiaoi_fulltext_word_term(qiao_fulltext_field field, const char *form, size_t length, char out[QIAOI_TERM_ROOM])
{
    return compose(field_prefixes[field], form, length, out);
}

static const char *
tag_prefix(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof tag_prefixes / sizeof tag_prefixes[0]; i++)
        if (strlen(tag_prefixes[i].name) == length && memcmp(tag_prefixes[i].name, name, length) == 0)
            return tag_prefixes[i].prefix;
    return NULL;
}

size_t
qiaoi_fulltext_tag_term(const char *tag, size_t length, char out[QIAOI_TERM_ROOM])
{
    const char *colon = memchr(tag, ':', length), *prefix;
    size_t name_length;

    if (colon == NULL || colon == tag || colon + 1 == tag + length)
        return 0;
    name_length = (size_t)(colon - tag);
    prefix = tag_prefix(tag, name_length);
    if (prefix == NULL)
        return compose(GENERAL_PREFIX ":", tag, length, out);
    return compose(prefix, colon + 1, length - name_length - 1, out);
}
