/* One page, and a refusal for everything else. */
#include "metrics_page.h"

#include "handlers.h"
#include "metrics.h"
#include "url.h"

#include <string.h>

static void
refuse(qiaoi_http_response *response, unsigned status, const char *text)
{
    response->status = status;
    response->content_type = "text/plain; charset=utf-8";
    response->fixed = text;
    response->fixed_length = strlen(text);
}

static void
write_page(const qiaoi_metrics_page *page, qiaoi_http_response *response)
{
    qiaoi_service *service = page->service;
    qiaoi_metrics_view view = {.metrics = service->metrics,
                               .routes = qiaoi_routes,
                               .data_dir = service->data_dir,
                               .generation = qiao_engine_generation(service->engine),
                               .admission = service->admission,
                               .desk = service->access.desk};

    view.ready = view.generation != 0 && !atomic_load(&service->draining);
    qiaoi_http_measure(page->served, &view.http);
    qiaoi_metrics_write(&view, &response->body);
    if (response->body.failed) {
        qiao_buffer_clear(&response->body);
        refuse(response, 503, "out of memory\n");
        return;
    }
    response->status = 200;
    response->content_type = QIAOI_METRICS_TYPE;
    qiaoi_http_set(response, "Cache-Control", "no-store");
}

void
qiaoi_metrics_answer(void *context, const qiaoi_http_request *request, qiaoi_http_response *response)
{
    const char *target = request->target;

    if (request->refusal != QIAOI_REFUSAL_NONE)
        refuse(response, 400, "the request cannot be read\n");
    else if (qiaoi_url_path(target) != 8 || memcmp(target, "/metrics", 8) != 0)
        refuse(response, 404, "there is /metrics here and nothing else\n");
    else if (strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0)
        refuse(response, 405, "only GET is taken here\n");
    else
        write_page(context, response);
}

bool
qiaoi_metrics_is_quick(void *context, const qiaoi_http_request *request)
{
    (void)context;
    (void)request;
    return true; /* the thread that reads has nothing else to do */
}
