/* The handlers, one for each route, and the table of routes. */
#ifndef QIAO_API_HANDLERS_H
#define QIAO_API_HANDLERS_H

#include "call.h"
#include <stdint.h>

extern const qiaoi_route qiaoi_routes[];

void qiaoi_answer_links(qiaoi_call *call);
void qiaoi_answer_live(qiaoi_call *call);
void qiaoi_answer_ready(qiaoi_call *call);
void qiaoi_answer_about(qiaoi_call *call);
void qiaoi_answer_openapi(qiaoi_call *call);
void qiaoi_answer_vocabulary(qiaoi_call *call);
void qiaoi_answer_web_folder(qiaoi_call *call);
void qiaoi_answer_web_page(qiaoi_call *call);
void qiaoi_answer_web_file(qiaoi_call *call);
void qiaoi_answer_search(qiaoi_call *call);
void qiaoi_answer_suggest(qiaoi_call *call);
void qiaoi_answer_zero_hits(qiaoi_call *call);
void qiaoi_answer_project_similar(qiaoi_call *call);
void qiaoi_answer_need_similar(qiaoi_call *call);
void qiaoi_answer_project(qiaoi_call *call);
void qiaoi_answer_need(qiaoi_call *call);
void qiaoi_answer_project_matches(qiaoi_call *call);
void qiaoi_answer_need_matches(qiaoi_call *call);
void qiaoi_answer_match(qiaoi_call *call);
void qiaoi_answer_lint(qiaoi_call *call);
void qiaoi_answer_pair(qiaoi_call *call);
void qiaoi_answer_excluded(qiaoi_call *call);
void qiaoi_answer_needs(qiaoi_call *call);
void qiaoi_answer_projects(qiaoi_call *call);
void qiaoi_answer_post_need(qiaoi_call *call);
void qiaoi_answer_post_project(qiaoi_call *call);
void qiaoi_answer_put_need(qiaoi_call *call);
void qiaoi_answer_put_project(qiaoi_call *call);
void qiaoi_answer_delete_need(qiaoi_call *call);
void qiaoi_answer_delete_project(qiaoi_call *call);
void qiaoi_answer_put_feedback(qiaoi_call *call);
void qiaoi_answer_delete_feedback(qiaoi_call *call);
void qiaoi_answer_need_feedback(qiaoi_call *call);
void qiaoi_answer_case(qiaoi_call *call);
void qiaoi_answer_case_history(qiaoi_call *call);
void qiaoi_answer_put_case(qiaoi_call *call);
void qiaoi_answer_cases(qiaoi_call *call);
void qiaoi_answer_searches(qiaoi_call *call);
void qiaoi_answer_post_search(qiaoi_call *call);
void qiaoi_answer_saved_search(qiaoi_call *call);
void qiaoi_answer_put_search(qiaoi_call *call);
void qiaoi_answer_delete_search(qiaoi_call *call);
void qiaoi_answer_news(qiaoi_call *call);
void qiaoi_answer_export_search(qiaoi_call *call);
void qiaoi_answer_export_matches(qiaoi_call *call);
void qiaoi_answer_export_shortlist(qiaoi_call *call);
void qiaoi_answer_export_cases(qiaoi_call *call);
void qiaoi_answer_reasons(qiaoi_call *call);
void qiaoi_answer_audit(qiaoi_call *call);
void qiaoi_answer_shortlists(qiaoi_call *call);
void qiaoi_answer_post_shortlist(qiaoi_call *call);
void qiaoi_answer_shortlist(qiaoi_call *call);
void qiaoi_answer_put_shortlist(qiaoi_call *call);
void qiaoi_answer_delete_shortlist(qiaoi_call *call);

void qiaoi_answer_queue(qiaoi_call *call);
void qiaoi_answer_monitoring(qiaoi_call *call);
void qiaoi_answer_gaps(qiaoi_call *call);
void qiaoi_answer_scouting(qiaoi_call *call);
void qiaoi_answer_nights(qiaoi_call *call);
void qiaoi_answer_night(qiaoi_call *call);
void qiaoi_answer_feeds(qiaoi_call *call);
void qiaoi_answer_keys(qiaoi_call *call);
void qiaoi_answer_post_key(qiaoi_call *call);
void qiaoi_answer_delete_key(qiaoi_call *call);
void qiaoi_answer_generations(qiaoi_call *call);
void qiaoi_answer_put_generation(qiaoi_call *call);
void qiaoi_answer_profiles(qiaoi_call *call);
void qiaoi_answer_preview(qiaoi_call *call);
void qiaoi_answer_put_profile(qiaoi_call *call);

/* What answers that gates have a say in rest on, beside the generation: the day. */
uint64_t qiaoi_answer_day(void);

/* api/openapi.yaml, embedded by the build. */
extern const unsigned char qiaoi_openapi[];
extern const unsigned long qiaoi_openapi_length;

#endif
