/* Counters, and the page of them. */
#include "metrics.h"

#include "process_state.h"

#include <inttypes.h>
#include <time.h>

/* Upper bounds of the histogram, as the page shows them. */
static const struct {
    uint64_t us;
    const char *seconds;
} bounds[QIAOI_METRICS_BUCKETS] = {{500, "0.0005"},  {1000, "0.001"},  {2500, "0.0025"}, {5000, "0.005"},
                                   {10000, "0.01"},  {25000, "0.025"}, {50000, "0.05"},  {100000, "0.1"},
                                   {250000, "0.25"}, {500000, "0.5"},  {1000000, "1"},   {2500000, "2.5"},
                                   {5000000, "5"},   {10000000, "10"}};

static void
add(atomic_ullong *counter, uint64_t value)
{
    atomic_fetch_add_explicit(counter, value, memory_order_relaxed);
}

static uint64_t
read_counter(atomic_ullong *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

void
qiaoi_metrics_count(qiaoi_metrics *metrics, const qiaoi_route *routes, const qiaoi_route *route, unsigned status,
                    qiaoi_problem_code problem, uint64_t duration_us)
{
    size_t row = route != NULL ? (size_t)(route - routes) : QIAOI_METRICS_ROUTES, bucket = 0;
    qiaoi_route_counts *counts = &metrics->routes[row < QIAOI_METRICS_ROUTES ? row : QIAOI_METRICS_ROUTES];

    while (bucket < QIAOI_METRICS_BUCKETS && duration_us > bounds[bucket].us)
        bucket++;
    add(&counts->classes[status / 100 < 6 ? status / 100 : 5], 1);
    add(&counts->buckets[bucket], 1);
    add(&counts->sum_us, duration_us);
    if (problem != QIAOI_PROBLEM_NONE && (unsigned)problem < QIAOI_METRICS_CODES)
        add(&metrics->problems[problem], 1);
}

static void
head(qiao_buffer *out, const char *name, const char *type, const char *help)
{
    qiao_buffer_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
single(qiao_buffer *out, const char *name, const char *type, const char *help, uint64_t value)
{
    head(out, name, type, help);
    qiao_buffer_printf(out, "%s %" PRIu64 "\n", name, value);
}

static void
seconds(qiao_buffer *out, uint64_t us)
{
    qiao_buffer_printf(out, "%" PRIu64 ".%06" PRIu64, us / 1000000, us % 1000000);
}

static void
label_route(qiao_buffer *out, const char *name, const qiaoi_route *route)
{
    qiao_buffer_printf(out, "%s{method=\"%s\",route=\"%s\"", name, route != NULL ? route->method : "",
                       route != NULL ? route->pattern : "");
}

/* Calls back for each route, and at last for what had none. */
static void
each_route(const qiaoi_metrics_view *view, void (*write)(const qiaoi_route *, qiaoi_route_counts *, qiao_buffer *),
           qiao_buffer *out)
{
    for (size_t i = 0; view->routes[i].pattern != NULL && i < QIAOI_METRICS_ROUTES; i++)
        write(&view->routes[i], &view->metrics->routes[i], out);
    write(NULL, &view->metrics->routes[QIAOI_METRICS_ROUTES], out);
}

static void
write_classes(const qiaoi_route *route, qiaoi_route_counts *counts, qiao_buffer *out)
{
    for (unsigned class = 1; class < 6; class ++) {
        uint64_t count = read_counter(&counts->classes[class]);

        if (count == 0 && class != 2)
            continue;
        label_route(out, "qiao_http_requests_total", route);
        qiao_buffer_printf(out, ",status=\"%uxx\"} %" PRIu64 "\n", class, count);
    }
}

static void
write_histogram(const qiaoi_route *route, qiaoi_route_counts *counts, qiao_buffer *out)
{
    uint64_t sum = 0, us = read_counter(&counts->sum_us);

    for (size_t i = 0; i <= QIAOI_METRICS_BUCKETS; i++) {
        sum += read_counter(&counts->buckets[i]);
        label_route(out, "qiao_http_request_duration_seconds_bucket", route);
        qiao_buffer_printf(out, ",le=\"%s\"} %" PRIu64 "\n", i < QIAOI_METRICS_BUCKETS ? bounds[i].seconds : "+Inf",
                           sum);
    }
    label_route(out, "qiao_http_request_duration_seconds_sum", route);
    qiao_buffer_text(out, "} ");
    seconds(out, us);
    label_route(out, "\nqiao_http_request_duration_seconds_count", route);
    qiao_buffer_printf(out, "} %" PRIu64 "\n", sum);
}

static void
write_requests(const qiaoi_metrics_view *view, qiao_buffer *out)
{
    head(out, "qiao_http_requests_total", "counter", "Requests answered, by route and class of status.");
    each_route(view, write_classes, out);
    head(out, "qiao_http_request_duration_seconds", "histogram",
         "From the first line of a request to its answer, by route.");
    each_route(view, write_histogram, out);
}

static void
write_problems(const qiaoi_metrics_view *view, qiao_buffer *out)
{
#define RATE_WORD(name, word) word,
    static const char *const rates[] = {QIAOI_RATES(RATE_WORD)};
#undef RATE_WORD
#define CODE_WORD(name, code, status, title) code,
    static const char *const codes[] = {"", QIAOI_PROBLEM_TABLE(CODE_WORD)};
#undef CODE_WORD

    _Static_assert(sizeof codes / sizeof codes[0] <= QIAOI_METRICS_CODES, "room for every code");
    head(out, "qiao_http_problems_total", "counter", "Requests that were refused or failed, by code of the problem.");
    for (size_t i = 1; i < sizeof codes / sizeof codes[0]; i++)
        qiao_buffer_printf(out, "qiao_http_problems_total{code=\"%s\"} %" PRIu64 "\n", codes[i],
                           read_counter(&view->metrics->problems[i]));
    head(out, "qiao_http_rejected_total", "counter",
         "What was turned away by a limit: rates of keys and addresses, connections of an address, slow connections.");
    for (size_t i = 0; view->admission != NULL && i < QIAOI_RATE_COUNT; i++)
        qiao_buffer_printf(out, "qiao_http_rejected_total{reason=\"%s_rate\"} %" PRIu64 "\n", rates[i],
                           read_counter(&view->admission->refused[i]));
    qiao_buffer_printf(out, "qiao_http_rejected_total{reason=\"connections_per_address\"} %" PRIu64 "\n",
                       view->http.turned_away);
    qiao_buffer_printf(out, "qiao_http_rejected_total{reason=\"too_slow\"} %" PRIu64 "\n", view->http.cut);
}

static void
write_pool(const qiaoi_metrics_view *view, qiao_buffer *out)
{
    const qiaoi_http_state *http = &view->http;

    single(out, "qiao_http_in_flight", "gauge", "Requests begun and not ended.", http->active);
    single(out, "qiao_http_connections", "gauge", "Connections open.", http->connections);
    single(out, "qiao_pool_threads", "gauge", "Threads that answer.", http->threads);
    single(out, "qiao_pool_busy", "gauge", "Threads at work.", http->busy);
    single(out, "qiao_pool_waiting", "gauge", "Requests waiting for a thread.", http->waiting);
    single(out, "qiao_compressed_answers_total", "counter", "Answers that were compressed.",
           read_counter(&view->metrics->compressed));
    single(out, "qiao_compressed_bytes_in_total", "counter", "Their bytes before.",
           read_counter(&view->metrics->compressed_from));
    single(out, "qiao_compressed_bytes_out_total", "counter", "Their bytes after.",
           read_counter(&view->metrics->compressed_to));
    single(out, "qiao_reloads_total", "counter", "Options read again.", read_counter(&view->metrics->reloads));
    single(out, "qiao_reload_failures_total", "counter", "Options that could not be read again; the old ones stayed.",
           read_counter(&view->metrics->reload_failures));
}

static void
write_generation(const qiaoi_metrics_view *view, qiao_buffer *out)
{
    int64_t published, now = (int64_t)time(NULL);

    single(out, "qiao_ready", "gauge", "1 while requests are taken and there is a generation to answer from.",
           view->ready ? 1 : 0);
    single(out, "qiao_generation", "gauge", "Number of the generation served; 0 = none.", view->generation);
    if (!qiaoi_published_at(view->data_dir, &published))
        return;
    single(out, "qiao_generation_published_timestamp_seconds", "gauge", "When it was published.", (uint64_t)published);
    single(out, "qiao_generation_age_seconds", "gauge", "Since then.",
           now > published ? (uint64_t)(now - published) : 0);
}

static void
write_desk(const qiaoi_metrics_view *view, qiao_buffer *out)
{
    static const struct {
        qiao_desk_table table;
        const char *word;
    } tables[] = {
#define DESK_TABLE(name, letter, word) {QIAO_DESK_##name, word},
        QIAO_DESK_TABLES(DESK_TABLE)
#undef DESK_TABLE
    };
    uint64_t value;

    if (qiaoi_desk_file_bytes(view->data_dir, &value))
        single(out, "qiao_desk_bytes", "gauge", "Size of the desk's file.", value);
    if (view->desk == NULL)
        return;
    head(out, "qiao_desk_rows", "gauge", "Rows of the desk, withdrawn ones too, by table.");
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        if (qiao_desk_count(view->desk, tables[i].table, &value, NULL) == QIAO_OK)
            qiao_buffer_printf(out, "qiao_desk_rows{table=\"%s\"} %" PRIu64 "\n", tables[i].word, value);
}

static void
write_night(const qiaoi_metrics_view *view, qiao_buffer *out)
{
    qiaoi_night night;

    if (!qiaoi_night_look(view->data_dir, &night))
        return;
    if (night.success != 0)
        single(out, "qiao_nightly_last_success_timestamp_seconds", "gauge",
               "When the last night began that ended with a catalogue published (exit code 0 or 3).",
               (uint64_t)night.success);
    single(out, "qiao_nightly_last_timestamp_seconds", "gauge", "When the last night began that wrote a report.",
           (uint64_t)night.last);
    single(out, "qiao_nightly_last_exit_code", "gauge", "Its exit code.", (uint64_t)night.exit_code);
}

static void
write_process(const qiaoi_metrics_view *view, qiao_buffer *out)
{
    qiaoi_process_state state;

    head(out, "qiao_build_info", "gauge", "1, with the version of the program.");
    qiao_buffer_text(out, "qiao_build_info{version=\"" QIAO_VERSION "\"} 1\n");
    single(out, "process_start_time_seconds", "gauge", "When the service started.", (uint64_t)view->metrics->started);
    if (!qiaoi_process_look(&state))
        return;
    single(out, "process_resident_memory_bytes", "gauge", "Memory, mapped files included.", state.resident);
    single(out, "qiao_process_own_memory_bytes", "gauge", "Memory beyond mapped files.", state.own);
    head(out, "process_cpu_seconds_total", "counter", "Time of the processor.");
    qiao_buffer_text(out, "process_cpu_seconds_total ");
    seconds(out, state.cpu_us);
    qiao_buffer_char(out, '\n');
    single(out, "process_open_fds", "gauge", "Open descriptors.", state.descriptors);
    single(out, "process_max_fds", "gauge", "Descriptors that may be open.", state.descriptors_max);
}

void
qiaoi_metrics_write(const qiaoi_metrics_view *view, qiao_buffer *out)
{
    write_requests(view, out);
    write_problems(view, out);
    write_pool(view, out);
    write_generation(view, out);
    write_desk(view, out);
    write_night(view, out);
    write_process(view, out);
}
