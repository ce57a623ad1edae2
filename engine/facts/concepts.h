/* Names of the thesaurus's concepts, found in texts: see qiao/suggested.h. Immutable once open. */
#ifndef QIAO_FACTS_CONCEPTS_H
#define QIAO_FACTS_CONCEPTS_H

#include "qiao/suggested.h"

#define QIAOI_CONCEPT_WORDS 5u /* of a name that is found; longer ones are left out */

typedef struct qiaoi_concept_hit {
    const char *field;   /* code; of the concepts, as long as they are open */
    uint32_t start, end; /* bytes of the text */
    uint32_t words;      /* of the name; a Chinese one counts one for every two characters */
    uint64_t name;       /* the same for the same name, however it is written */
} qiaoi_concept_hit;

typedef void (*qiaoi_concept_visit)(const qiaoi_concept_hit *hit, void *context);

/* Every place of a text that names a concept, the longest name first where several begin; none inside another. */
void qiaoi_concepts_find(const qiao_concepts *concepts, const char *text, size_t length, qiaoi_concept_visit visit,
                         void *context);

#endif
