/* See fetch.h. */
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

int64_t
qiaoi_fetch_pause(const qiao_http_response *response, unsigned tries, uint64_t seed)
{
    uint64_t wait = (uint64_t)1000 << (tries - 1), chance = qiao_hash64(&seed, sizeof seed, tries);

    if (!may_pass(response) || tries >= QIAOI_FETCH_TRIES)
        return -1;
    if (response->failure != QIAO_HTTP_ANSWERED || response->retry_after < 0)
        return (int64_t)(wait + chance % (wait / 2));
    return response->retry_after > QIAOI_FETCH_WAIT_MAX ? -1 : response->retry_after * 1000 + (int64_t)(chance % 250);
}

qiao_status
qiaoi_fetch_judge(const qiao_http_request *request, const qiao_http_response *response, qiao_error *err)
{
    char shown[256];

    if (response->status == 200 || response->status == 304)
        return QIAO_OK;
    qiao_http_display(request->url, shown, sizeof shown);
    return qiao_fail(err, QIAO_E_IO, "%s answers with HTTP status %d", shown, response->status);
}
