/*
 * A small catalogue for tests of the engine handle: the records and the little dictionary of tests/golden/search, so
 * that what is found depends on nothing outside of this folder. Failures end the test.
 */
#ifndef QIAO_TEST_SEARCH_CATALOGUE_H
#define QIAO_TEST_SEARCH_CATALOGUE_H

#include "qiao/engine.h"

/* The little dictionary, compiled once for each test program, by the program of the build tree. */
const char *qiao_test_lexicon(void);

/* Imports a file of records (NDJSON) into data_dir; returns how many. */
size_t qiao_test_import(const char *data_dir, const char *path);
/* Builds and publishes a generation with that lexicon; returns its number. keep: generations kept afterwards. */
uint64_t qiao_test_build(const char *data_dir, const char *lexicon, unsigned keep);
/* Import and build of tests/golden/search. */
void qiao_test_catalogue(const char *data_dir);

qiao_engine *qiao_test_engine(const char *data_dir);

/* A search with nothing asked but side and words. query must live as long as it. */
qiao_search_request qiao_test_request(qiao_kind side, const char *query);

#endif
