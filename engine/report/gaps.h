/* What the matrix of gaps and the scouting list share: who is asked about, names, tables. */
#ifndef QIAO_REPORT_GAPS_H
#define QIAO_REPORT_GAPS_H

#include "qiao/gaps.h"
#include "report/survey.h"

/* The number of the code asked for: 0 = all; UINT16_MAX = there is no such code, so nothing is of it. */
uint16_t qiaoi_gaps_number(const qiaoi_codebook *book, const char *code);
bool qiaoi_gaps_need_counts(const qiao_survey *survey, const qiaoi_surveyed_need *need, uint16_t park);
/* Columns of a mask of fields, unknown being column 0; returns how many, at most 64. */
size_t qiaoi_gaps_columns(uint64_t fields, uint16_t columns[64]);
/* "code":..,"zh":..,"en":.. */
void qiaoi_gaps_name_json(const qiaoi_codebook *book, uint16_t number, qiao_buffer *out);
/* code,zh,en */
void qiaoi_gaps_name_csv(const qiaoi_codebook *book, uint16_t number, qiao_buffer *out);
/* {"generation":..,"park":..,"country":.. */
void qiaoi_gaps_begin_json(const qiao_gaps_options *options, qiao_buffer *out);

#endif
