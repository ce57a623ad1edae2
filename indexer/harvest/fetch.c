/* Repeated requests: see fetch.h. */
#include "harvest/fetch.h"

#include "qiao/file.h"

#include <errno.h>
#include <time.h>

void
qiaoi_fetch_sleep(uint64_t milliseconds)
{
    struct timespec left = {.tv_sec = (time_t)(milliseconds / 1000), .tv_nsec = (long)(milliseconds % 1000) * 1000000L};

    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        ;
}

static bool
may_pass(const qiao_http_response *response)
{
    if (response->failure == QIAO_HTTP_TIMEOUT || response->failure == QIAO_HTTP_CONNECTION)
        return true;
    return response->failure == QIAO_HTTP_ANSWERED &&
           (response->status == 429 || response->status == 500 || (response->status >= 502 && response->status <= 504));
}

/* Milliseconds before the next try. */
static uint64_t
pause_of(const qiao_http_response *response, unsigned tries)
{
    uint64_t wait = (uint64_t)1000 << (tries - 1), now = qiao_clock_monotonic_us();

    if (response->failure == QIAO_HTTP_ANSWERED && response->retry_after >= 0)
        return (uint64_t)response->retry_after * 1000 + now % 250;
    return wait + qiao_hash64(&now, sizeof now, tries) % (wait / 2);
}

static qiao_status
judge(const qiao_http_request *request, const qiao_http_response *response, qiao_error *err)
{
    char shown[256];

    if (response->status == 200 || response->status == 304)
        return QIAO_OK;
    qiao_http_display(request->url, shown, sizeof shown);
    return qiao_fail(err, QIAO_E_IO, "%s answers with HTTP status %d", shown, response->status);
}

qiao_status
qiaoi_fetch(qiao_http_client *client, const qiao_http_request *request, qiao_http_response *response,
            unsigned *tries_out, qiao_error *err)
{
    for (unsigned tries = 1;; tries++) {
        qiao_status status = qiao_http_send(client, request, response, err);

        if (tries_out != NULL)
            *tries_out = tries;
        if (status == QIAO_OK)
            status = judge(request, response, err);
        if (status == QIAO_OK || tries == QIAOI_FETCH_TRIES || !may_pass(response) ||
            response->retry_after > QIAOI_FETCH_WAIT_MAX)
            return status;
        qiaoi_fetch_sleep(pause_of(response, tries));
    }
}
