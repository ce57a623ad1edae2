/*
 * Building a generation from the source store: analysis of every record, lexicon, tags, matching postings, full-text
 * index, manifest; staged, checked, installed, published.
 *
 * Holds DIR/indexer.lock while it runs. Nothing that is served changes until the last step; a kill at any point leaves
 * the served generation.
 */
#ifndef QIAO_BUILD_H
#define QIAO_BUILD_H

#include "qiao/dense.h"
#include "qiao/status.h"
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum qiao_build_stage {
    QIAO_BUILD_READ,       /* records out of the source store */
    QIAO_BUILD_LEARN,      /* translations out of bilingual records */
    QIAO_BUILD_ANALYSE,    /* records to terms, full-text shards */
    QIAO_BUILD_LEXICON,    /* shares of this generation; beside it records, facts, tags */
    QIAO_BUILD_DUPLICATES, /* records that say the same */
    QIAO_BUILD_POSTINGS,   /* matching postings */
    QIAO_BUILD_TEXT,       /* the full-text index, beside both: shards to one database, or the changes of an update */
    QIAO_BUILD_EMBED,      /* texts to vectors, where an embedder is given */
    QIAO_BUILD_MATCH,   /* every need with every project, both ways; after the dense channel, whose vectors it uses */
    QIAO_BUILD_INSTALL, /* checksums, fsync, rename, CURRENT */
    QIAO_BUILD_KEEP,    /* what was found in each record and what lists were chosen from, for the next build */
    QIAO_BUILD_STAGES
} qiao_build_stage;

/*
 * How a build came about. An update analyses only the records that changed since an earlier build, whose findings it
 * finds in DIR/build/, and changes a copy of that build's full-text index. The generation answers exactly as that of a
 * full build of the same records by the same statistics (qiao_statistics_choice).
 */
typedef enum qiao_build_mode {
    QIAO_BUILD_UPDATED,
    QIAO_BUILD_FULL_ASKED,        /* options.full */
    QIAO_BUILD_FULL_NOTHING_KEPT, /* the first build, another program, or the generation is gone or damaged */
    QIAO_BUILD_FULL_LEXICON,      /* the lexicon reads texts otherwise: glossary, or compounds learned */
    QIAO_BUILD_FULL_VOCABULARY,   /* vocabularies, or groups of countries on this day */
    QIAO_BUILD_FULL_MUCH_CHANGED, /* more than a fifth of the records */
    QIAO_BUILD_MODES
} qiao_build_mode;

/*
 * Which statistics a build goes by: how many records there are, how many have each word and pair, translation shares,
 * mean lengths, what bilingual records taught. Those of the parent are kept while few records changed since they were
 * made: whatever did not change then scores as before, and only what changed needs work. New words have their own
 * counts from the day they come.
 */
typedef enum qiao_statistics_choice {
    QIAO_STATISTICS_AS_NEEDED, /* kept in an update until 5 % of a side changed; renewed otherwise */
    QIAO_STATISTICS_KEPT,      /* kept whatever changed, in a full build too: what an update must be equal to */
    QIAO_STATISTICS_RENEWED
} qiao_statistics_choice;

/* Called from the building threads, one at a time; done of total documents. */
typedef void (*qiao_build_progress)(qiao_build_stage stage, uint64_t done, uint64_t total, void *context);

typedef struct qiao_build_options {
    const char *data_dir;
    const char *lexicon_path;          /* base lexicon; NULL = from the share folder */
    const char *vocabulary_dir;        /* NULL = from the share folder */
    unsigned threads;                  /* 0 = processors */
    bool full;                         /* analyse every record, and build even where nothing changed */
    qiao_statistics_choice statistics; /* full renews them, unless it says KEPT */
    bool no_publish;
    bool no_match;                /* no stored matches: every list is searched when it is asked for */
    unsigned keep;                /* generations kept afterwards; 0 = 5 */
    qiao_build_progress progress; /* may be NULL */
    void *context;
    const qiao_embedder
        *embed; /* NULL = no dense channel (qiao/dense.h); whatever goes wrong with it, the build goes on */
} qiao_build_options;

typedef struct qiao_build_report {
    uint64_t generation, projects, needs, terms, pairs, postings;
    uint64_t bilingual, sentence_pairs, learned_words, learned_compounds;
    uint64_t pruned;
    uint64_t matched_lists, matched_pairs, matches; /* stored (qiao/all_pairs.h) */
    uint64_t searched_lists; /* of them; an update renews the others from what those of the generation before were
                                chosen from */
    uint64_t duplicates[2], duplicate_groups[2]; /* by qiao_kind: records linked to others that say the same */
    bool nothing_changed; /* the served generation is already of this state; generation names it */
    bool published;
    qiao_build_mode mode;
    uint64_t analysed;   /* records; the others were as an earlier build found them */
    bool kept;           /* the next build may be an update */
    uint64_t statistics; /* generation whose statistics it goes by: its own number where they were renewed */
    uint64_t drift[2];   /* by qiao_kind: records that came, changed or left since then */
    double seconds[QIAO_BUILD_STAGES];
    /* the dense channel; all zero where no embedder was given */
    uint64_t dense_vectors;  /* in the generation */
    uint64_t dense_reused;   /* of them, taken over from an older one */
    uint64_t dense_failed;   /* records without a vector; the next build asks again */
    uint64_t dense_refused;  /* records whose text the service does not take */
    bool dense_served[2];    /* by qiao_kind: enough have one */
    qiao_error dense_reason; /* why the channel is not all it should be; status QIAO_OK = it is */
} qiao_build_report;

/*
 * @return QIAO_OK; QIAO_E_NOTFOUND (no source store: nothing was imported yet); QIAO_E_LOCKED; QIAO_E_NOSPACE;
 * QIAO_E_IO; QIAO_E_NOMEM; QIAO_E_CORRUPT. On failure the catalogue is as it was.
 */
QIAO_EXPORT qiao_status qiao_build(const qiao_build_options *options, qiao_build_report *report,
                                   qiao_error *err) QIAO_CHECK;

#ifdef __cplusplus
}
#endif
#endif
