/*
 * A suggest.bin out of that of an earlier generation: titles and organisations of projects that left or came are taken
 * out and put in, everything else is copied. What is written is what the maker (maker.h) would write of the same
 * concepts, terms and spellings and of the titles and organisations of now. One thread.
 */
#ifndef QIAO_SUGGEST_UPDATE_H
#define QIAO_SUGGEST_UPDATE_H

#include "suggest/names.h"
#include "suggest/suggest.h"

/* A title or an organisation of one project; strings end with NUL. */
typedef struct qiaoi_suggest_change {
    qiaoi_suggest_kind kind; /* title, organisation */
    bool came;               /* false: it left */
    uint32_t project;        /* its number: where it left, then; where it came, now */
    const char *text;        /* as in the maker: longer ones than QIAOI_SUGGEST_TEXT_MAX are passed over */
    const char *language;
} qiaoi_suggest_change;

#define QIAOI_PROJECT_GONE UINT32_MAX

typedef struct qiaoi_suggest_changes {
    qiaoi_suggest_change *items; /* they are put in order */
    size_t count;
    const uint32_t *moved; /* numbers of the projects of then now; QIAOI_PROJECT_GONE */
    uint32_t moved_count;
    const char *(*id_of)(uint32_t project, const void *context); /* of now */
    const void *context;
} qiaoi_suggest_changes;

/* Was it made with this names.bin, by a program that notes what an update needs? */
bool qiaoi_suggest_can_update(const qiaoi_suggest *before, const qiaoi_names *names);
/* QIAO_E_CORRUPT where what left is not in it; nothing of use is written then. The file is neither written atomically
 * nor synced: the caller stages. */
qiao_status qiaoi_suggest_update(const qiaoi_suggest *before, const qiao_lexicon *lexicon, const qiaoi_names *names,
                                 const qiaoi_suggest_changes *changes, const char *path, qiao_error *err) QIAO_CHECK;

#endif
