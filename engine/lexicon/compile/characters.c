/*
 * The character tables: what each character of the BMP becomes in normal form. Unicode compatibility and case come from
 * utf8proc, traditional to simplified (and Japanese new forms to traditional) from OpenCC, character by character.
 */
#include "lexicon/compile/builder.h"

#include <opencc/opencc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

static uint32_t
fold_unicode(uint32_t c)
{
    utf8proc_int32_t decomposed[8];
    int boundary = 0;
    utf8proc_ssize_t n = utf8proc_decompose_char((utf8proc_int32_t)c, decomposed, 8,
                                                 UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE, &boundary);
    uint32_t folded = c, lower;

    /* a letter with marks decomposes into several: it stays whole, only its case changes */
    if (n == 1 && qiao_script_of((uint32_t)decomposed[0]) == qiao_script_of(c))
        folded = (uint32_t)decomposed[0];
    lower = (uint32_t)utf8proc_tolower((utf8proc_int32_t)folded);
    if (c == 0xA0u || c == 0x3000u || c == 0x202Fu || c == 0x205Fu || (c >= 0x2000u && c <= 0x200Au))
        return ' ';
    if (qiao_script_of(c) == QIAO_SCRIPT_NONE)
        return c;
    if (folded == 0x3BCu || folded == 0x39Cu) /* the Greek letter in front of a unit is the micro sign */
        return 0xB5u;
    return qiao_script_of(lower) == qiao_script_of(c) ? lower : folded;
}

/* One character through OpenCC; the character itself where it becomes more than one. */
static uint32_t
convert(opencc_t converter, uint32_t c)
{
    char in[8], *out;
    size_t n = qiao_utf8_put(c, in), at = 0;
    uint32_t result = c;

    in[n] = '\0';
    out = opencc_convert_utf8(converter, in, n);
    if (out != NULL && *out != '\0') {
        uint32_t first = qiao_utf8_next(out, strlen(out), &at);

        if (out[at] == '\0')
            result = first;
    }
    if (out != NULL)
        opencc_convert_utf8_free(out);
    return result;
}

/* Invisible characters, and the marks that no letter before them takes up (engine/text/normal.c). */
static bool
dropped(uint32_t c)
{
    return c == 0xADu || (c >= 0x300u && c <= 0x36Fu) || (c >= 0x200Bu && c <= 0x200Fu) ||
           (c >= 0x202Au && c <= 0x202Eu) || c == 0x2060u || (c >= 0x2066u && c <= 0x2069u) || c == 0xFEFFu ||
           (c >= 0xFE00u && c <= 0xFE0Fu);
}

qiao_status
build_character_tables(uint16_t *normal, uint16_t *normal_ja, qiao_error *err)
{
    opencc_t simplify = opencc_open("t2s.json"), japanese = opencc_open("jp2t.json");

    if (simplify == (opencc_t)-1 || japanese == (opencc_t)-1)
        return qiao_fail(err, QIAO_E_NOTFOUND,
                         "OpenCC's tables t2s.json and jp2t.json are not installed: install libopencc-data");
    for (uint32_t c = 0; c < 65536u; c++) {
        uint32_t folded = c >= 0xD800u && c <= 0xDFFFu ? 0xFFFDu : fold_unicode(c);

        if (folded > 65535u) /* the table has room for the BMP only */
            folded = c;
        normal[c] = normal_ja[c] = (uint16_t)folded;
        if (folded < 65536u && qiao_script_of(folded) == QIAO_SCRIPT_HAN) {
            uint32_t zh = convert(simplify, folded), ja = convert(simplify, convert(japanese, folded));

            normal[c] = (uint16_t)(zh < 65536u ? zh : folded);
            normal_ja[c] = (uint16_t)(ja < 65536u ? ja : folded);
        }
        if (dropped(c))
            normal[c] = normal_ja[c] = 0;
    }
    opencc_close(simplify);
    opencc_close(japanese);
    return QIAO_OK;
}
