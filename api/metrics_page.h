/*
 * The admin listener: GET /metrics, on an address of its own that no proxy shows to the world. Nothing there asks for a
 * key; whoever reaches it may read it.
 */
#ifndef QIAO_API_METRICS_PAGE_H
#define QIAO_API_METRICS_PAGE_H

#include "http.h"
#include "service.h"

typedef struct qiaoi_metrics_page {
    qiaoi_service *service;    /* borrowed */
    qiaoi_http_server *served; /* borrowed: the server whose state is told */
} qiaoi_metrics_page;

/* A qiaoi_http_handler and a qiaoi_http_judge; context is the qiaoi_metrics_page. */
void qiaoi_metrics_answer(void *context, const qiaoi_http_request *request, qiaoi_http_response *response);
bool qiaoi_metrics_is_quick(void *context, const qiaoi_http_request *request);

#endif
