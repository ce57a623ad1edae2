/* See phrases.h. */
#include "match/phrases.h"

#include <string.h>

static const struct {
    const char *zh, *en;
} table[] = {
#define QIAOI_PHRASE(name, zh, en) {zh, en},
#include "match/phrases.def"
#undef QIAOI_PHRASE
};

const char *
qiaoi_phrase_form(qiaoi_phrase phrase, qiao_language language)
{
    return phrase >= QIAOI_PHRASE_COUNT ? "" : language == QIAO_LANGUAGE_ZH ? table[phrase].zh : table[phrase].en;
}

void
qiaoi_phrase_write(qiao_buffer *out, qiaoi_phrase phrase, qiao_language language, const char *const *arguments,
                   size_t count)
{
    const char *at = qiaoi_phrase_form(phrase, language);

    for (;;) {
        const char *place = strchr(at, '{');
        size_t number;

        if (place == NULL || place[1] == '\0' || place[2] != '}')
            break;
        qiao_buffer_append(out, at, (size_t)(place - at));
        number = (size_t)(place[1] - '1');
        if (number < count && arguments[number] != NULL)
            qiao_buffer_text(out, arguments[number]);
        at = place + 3;
    }
    qiao_buffer_text(out, at);
}
