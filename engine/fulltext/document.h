/*
 * A record as the search box's index sees it: from the tokens that the analysis for matching already produced to one qiao_fulltext_document.
 *
 * For each record: begin, text for each of its texts (while their tokens are still valid; forms are copied), end. What is indexed is
 * qiao_token.form of every word and sub-word that is no stop word, so give tokens that qiao_analyze made with sub_words, of every language of
 * the record. German and French words, which the analyzer leaves as written, are indexed by their stem as well ("~batteri"): a query may use
 * another inflection. Where a record has no English text, German, French and Japanese words are also indexed by what they mean in English, since
 * queries are mostly Chinese or English and are translated between these two.
 *
 * Threads: an indexer belongs to one thread.
 */
#ifndef QIAO_FULLTEXT_DOCUMENT_H
#define QIAO_FULLTEXT_DOCUMENT_H

#include "qiao/analyzer.h"
#include "qiao/fulltext.h"
#include "qiao/record.h"

typedef struct qiao_fulltext_indexer qiao_fulltext_indexer;

/*
 * analyzer is borrowed: it reads the short strings (organisation, keywords) that are no texts. lexicon (of the analyzer; borrowed) gives
 * the English meaning of German, French and Japanese words; NULL: they are not translated. vocabulary (borrowed) turns money into CNY; NULL: only
 * CNY is known.
 */
qiao_status qiao_fulltext_indexer_new(qiao_analyzer *analyzer, const qiao_lexicon *lexicon, const qiao_vocabulary *vocabulary,
                                      qiao_fulltext_indexer **out, qiao_error *err) QIAO_CHECK;
void qiao_fulltext_indexer_free(qiao_fulltext_indexer *indexer);

/* Start a record; it and its tags (as qiao_record_tags gives them) must live until end. Uses the analyzer. QIAO_E_NOMEM. */
qiao_status qiao_fulltext_indexer_begin(qiao_fulltext_indexer *indexer, const qiao_record *record, const char *const *tags, size_t tag_count,
                                        qiao_error *err) QIAO_CHECK;
/* Tokens of one text of the record; its name decides the field. QIAO_E_NOMEM. */
qiao_status qiao_fulltext_indexer_text(qiao_fulltext_indexer *indexer, const qiao_text *text, const qiao_token *tokens, size_t count,
                                       qiao_error *err) QIAO_CHECK;
/* The finished document, borrowed until the next begin; or at once into a shard. docid as qiao_fulltext_docid gives it. */
const qiao_fulltext_document *qiao_fulltext_indexer_document(qiao_fulltext_indexer *indexer, uint32_t docid);
qiao_status qiao_fulltext_indexer_end(qiao_fulltext_indexer *indexer, qiao_fulltext_writer *writer, uint32_t docid, qiao_error *err) QIAO_CHECK;

#define QIAOI_STEM_MARK '~' /* before the stem of a German or French word, as in the lexicon's keys */
#define QIAOI_STEM_ROOM 264u

/* "~stem" of a word; its length, 0 where it has none (too long, too short). *failed: out of memory. */
size_t qiaoi_marked_stem(qiao_stemmer *stemmer, const char *word, size_t length, char out[QIAOI_STEM_ROOM], bool *failed);

/* Field of a text by its schema name: "title", "summary", the rest is body. */
qiao_fulltext_field qiaoi_search_field(const char *name);

#endif
