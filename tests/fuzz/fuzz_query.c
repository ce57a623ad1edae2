/* Any text in the search box: whatever it is read as can be evaluated, and every piece lies within it. */
#include "session/search_query.h"

#include "qiao/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct text_read {
    const char *text;
    size_t size;
} text_read;

static qiao_status
read_piece(const qiaoi_piece *piece, uint32_t run, bool negative, void *context, bool *any_out, qiao_error *err)
{
    const text_read *r = context;
    volatile unsigned sum = run + (negative ? 1u : 0u);

    (void)err;
    if (piece->start > piece->end || piece->end > r->size)
        abort();
    for (size_t i = piece->start; i < piece->end; i++)
        sum += (unsigned char)r->text[i];
    *any_out = piece->end > piece->start && r->text[piece->start] != '.';
    return QIAO_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static qiaoi_pieces pieces;
    static qiaoi_query_tree tree;
    text_read r = {(const char *)data, size};
    qiao_error err = QIAO_ERROR_INIT;
    size_t depth = 0;

    if (!qiao_utf8_valid((const char *)data, size))
        return 0; /* the service takes nothing else */
    qiaoi_query_scan(r.text, size, &pieces);
    if (qiaoi_query_join(&pieces, read_piece, &r, &tree, &err) != QIAO_OK)
        return 0;
    for (size_t i = 0; i < tree.count; i++) {
        const qiao_fulltext_node *node = &tree.nodes[i];
        size_t needed = node->operation == QIAO_FT_RUN ? 0 : node->operation == QIAO_FT_NOT ? 1 : node->value;

        if (needed > depth || (node->operation != QIAO_FT_RUN && needed == 0))
            abort();
        depth = depth - needed + 1;
    }
    if (depth != (tree.count > 0 ? 1u : 0u))
        abort();
    return 0;
}
