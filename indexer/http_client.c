/* One request at a time: see http_client.h. */
#include "http_internal.h"

struct qiao_http_client {
    void *easy;
    bool private_connections; /* what its open connections were allowed */
};

qiao_status
qiao_http_client_new(qiao_http_client **out, qiao_error *err)
{
    qiao_http_client *client;
    qiao_status st = qiao_http_start(err);

    *out = NULL;
    if (st != QIAO_OK)
        return st;
    client = qiao_calloc(1, sizeof *client);
    if (client == NULL)
        return qiao_fail_memory(err);
    client->easy = qiaoi_http_easy_new();
    if (client->easy == NULL) {
        qiao_free(client);
        return qiao_fail_memory(err);
    }
    *out = client;
    return QIAO_OK;
}

void
qiao_http_client_free(qiao_http_client *client)
{
    if (client == NULL)
        return;
    qiaoi_http_easy_free(client->easy);
    qiao_free(client);
}

/* A connection that was allowed into the private network must not serve a request that is not. */
static qiao_status
separate_connections(qiao_http_client *client, bool allow_private, qiao_error *err)
{
    void *fresh;

    if (client->private_connections == allow_private)
        return QIAO_OK;
    fresh = qiaoi_http_easy_new();
    if (fresh == NULL)
        return qiao_fail_memory(err);
    qiaoi_http_easy_free(client->easy);
    client->easy = fresh;
    client->private_connections = allow_private;
    return QIAO_OK;
}

static qiao_status
follow(qiaoi_http_exchange *x, qiao_error *err)
{
    bool again = true;
    qiao_status st = QIAO_OK;

    while (again) {
        qiaoi_http_end end = qiaoi_http_exchange_prepare(x);

        st = qiaoi_http_exchange_end(x, end == QIAOI_HTTP_END_DONE ? qiaoi_http_easy_perform(x) : end, &again, err);
    }
    qiaoi_http_easy_drop_headers(x);
    return st;
}

qiao_status
qiao_http_send(qiao_http_client *client, const qiao_http_request *request, qiao_http_response *response,
               qiao_error *err)
{
    qiaoi_http_exchange *x = qiao_calloc(1, sizeof *x);
    qiao_status st;

    if (x == NULL)
        return qiao_fail_memory(err);
    x->request = request;
    x->response = response;
    st = qiaoi_http_exchange_begin(x, err);
    if (st == QIAO_OK)
        st = separate_connections(client, request->allow_private, err);
    x->easy = client->easy;
    if (st == QIAO_OK)
        st = follow(x, err);
    qiao_free(x);
    return st;
}
