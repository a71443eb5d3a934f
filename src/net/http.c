#include "net/http.h"

#include <assert.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "net/exchange.h"
#include "net/http_options.h"
#include "net/timers.h"

#if LIBCURL_VERSION_NUM < 0x075500
#error "libcurl 7.85 or newer is needed, for CURLOPT_PROTOCOLS_STR"
#endif

enum {
    STREAMS = FLOW_HTTP_CONNECTIONS_MAX, /* in flight at most, where the far end speaks HTTP/2 */
    CONNECTION_LIFE = 300,               /* seconds that a connection is used again */
    SLOW_BYTES_PER_S = 1024,
    IDLE_MS = 60 * 1000
};

/* An easy handle and the exchange that it carries. Its connection outlives the exchange. */
struct slot {
    struct engine *engine;
    CURL *easy;
    struct flow_exchange *exchange; /* NULL: idle */
    struct curl_slist *headers;     /* over the lines of exchange->out */
    char detail[CURL_ERROR_SIZE];
};

struct engine {
    struct flow_http http;
    struct flow_http_options options;
    struct flow_ca ca;
    CURLM *multi;
    struct flow_exchange_queue queue;
    struct flow_timers timers;
    struct slot slots[STREAMS];
    size_t flying, window; /* slots that are busy; that may be */
    bool running;
};

/* The window is one at first, whose look-up of the host's name serves the others; then as many as
 * there may be connections; STREAMS where one connection carries many. */
static void widen(struct engine *engine, size_t window)
{
    if (engine->window < window)
        engine->window = window;
}

/* --- what libcurl calls during an exchange --- */

/* The host has an address now, so those behind will find it without asking once more. */
static int on_socket(void *user, curl_socket_t fd, curlsocktype purpose)
{
    struct slot *slot = user;

    (void)purpose;
    widen(slot->engine, slot->engine->options.connections);
    return fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 ? CURL_SOCKOPT_OK : CURL_SOCKOPT_ERROR;
}

/* Connected, nothing sent yet. Called once more when libcurl wants to send a request again, because
 * a connection that it had kept turned out to be closed. */
static int on_connected(void *user, char *peer, char *own, int peer_port, int own_port)
{
    struct slot *slot = user;

    (void)own, (void)peer_port, (void)own_port;
    return flow_exchange_may_send(slot->exchange, peer) ? CURL_PREREQFUNC_OK
                                                        : CURL_PREREQFUNC_ABORT;
}

static size_t on_header(char *line, size_t one, size_t len, void *user)
{
    struct slot *slot = user;

    (void)one;
    return flow_exchange_add_header(slot->exchange, line, len) ? len : 0;
}

static size_t on_body(char *bytes, size_t one, size_t len, void *user)
{
    struct slot *slot = user;
    curl_off_t announced = -1;

    (void)one;
    (void)curl_easy_getinfo(slot->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
    return flow_exchange_add_body(slot->exchange, bytes, len, announced) ? len : 0;
}

/* --- sending --- */

/* The functions below are true if libcurl refused an option. A safety that it can't give is a
 * reason not to send. */

static bool set_body(CURL *easy, struct flow_bytes body)
{
    const void *bytes = body.len > 0 ? (const void *)body.at : "";

    return curl_easy_setopt(easy, CURLOPT_POSTFIELDS, bytes) ||
           curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
}

static bool set_request(const struct slot *slot)
{
    const struct flow_outgoing *out = &slot->exchange->out;
    CURL *easy = slot->easy;

    return curl_easy_setopt(easy, CURLOPT_URL, out->text) ||
           curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L) ||
           curl_easy_setopt(easy, CURLOPT_HTTPHEADER, slot->headers) ||
           curl_easy_setopt(easy, CURLOPT_USERAGENT, slot->engine->options.user_agent) ||
           (strcmp(out->method, "HEAD") == 0 && curl_easy_setopt(easy, CURLOPT_NOBODY, 1L)) ||
           (out->has_body && set_body(easy, out->body)) ||
           curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, out->method);
}

static bool set_callbacks(struct slot *slot)
{
    CURL *easy = slot->easy;

    return curl_easy_setopt(easy, CURLOPT_PRIVATE, slot) ||
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, slot->detail) ||
           curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_socket) ||
           curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, slot) ||
           curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_connected) ||
           curl_easy_setopt(easy, CURLOPT_PREREQDATA, slot) ||
           curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header) ||
           curl_easy_setopt(easy, CURLOPT_HEADERDATA, slot) ||
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body) ||
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, slot);
}

static bool set_limits(CURL *easy, const struct flow_http_options *options)
{
    return curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) ||
           curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)options->connect_ms) ||
           curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)options->total_ms) ||
           curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES_PER_S) ||
           curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)options->slow_s) ||
           curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)options->body_max);
}

/* T21. What libcurl does by default is said too: a later default might be another. */
static bool set_safety(CURL *easy, bool tls)
{
    return curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, tls ? "https" : "http") ||
           curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                            tls ? (long)CURL_HTTP_VERSION_2TLS : (long)CURL_HTTP_VERSION_1_1) ||
           curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) ||
           curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L) ||
           curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L) ||
           curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) ||
           curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) ||
           curl_easy_setopt(easy, CURLOPT_HTTP_CONTENT_DECODING, 0L) ||
           curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L) ||
           curl_easy_setopt(easy, CURLOPT_MAXLIFETIME_CONN, (long)CONNECTION_LIFE);
}

/* What is NULL takes back what libcurl was built with: as long as there are both, it reads the
 * whole bundle for each connection. */
static bool set_certificates(CURL *easy, const struct flow_ca *ca)
{
    if (ca->file == NULL && ca->directory == NULL)
        return false;
    return curl_easy_setopt(easy, CURLOPT_CAINFO, ca->file) ||
           curl_easy_setopt(easy, CURLOPT_CAPATH, ca->directory);
}

/* The same for a proxy that is itself spoken to over TLS. */
static bool set_proxy_tls(CURL *easy, const struct flow_ca *ca)
{
    return curl_easy_setopt(easy, CURLOPT_PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) ||
           (ca->file != NULL && curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, ca->file)) ||
           (ca->directory != NULL && curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, ca->directory));
}

/* T20. An empty string keeps libcurl from looking into the environment. */
static bool set_proxy(CURL *easy, const struct engine *engine, const struct flow_url *url)
{
    const char *proxy = engine->options.https_proxy;

    if (proxy[0] == '\0' || !url->tls || flow_url_is_loopback(url))
        return curl_easy_setopt(easy, CURLOPT_PROXY, "") != CURLE_OK;
    return curl_easy_setopt(easy, CURLOPT_PROXY, proxy) ||
           curl_easy_setopt(easy, CURLOPT_NOPROXY, engine->options.no_proxy) ||
           curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L) ||
           (strncasecmp(proxy, "https://", 8) == 0 && set_proxy_tls(easy, &engine->ca));
}

/* A list for libcurl to read, on lines that it shall not copy: they may hold tokens. */
static struct curl_slist *list_lines(const struct flow_outgoing *out)
{
    struct curl_slist *list = calloc(out->line_count, sizeof *list);
    char *line = out->lines;
    size_t i;

    for (i = 0; list != NULL && i < out->line_count; i++) {
        list[i].data = line;
        list[i].next = i + 1 < out->line_count ? &list[i + 1] : NULL;
        line += strlen(line) + 1;
    }
    return list;
}

static bool set_all(struct slot *slot)
{
    const struct engine *engine = slot->engine;
    const struct flow_url *url = &slot->exchange->out.url;

    return set_request(slot) || set_callbacks(slot) || set_limits(slot->easy, &engine->options) ||
           set_safety(slot->easy, url->tls) || set_certificates(slot->easy, &engine->ca) ||
           set_proxy(slot->easy, engine, url);
}

/* Ends a slot's work: the exchange is the caller's. */
static struct flow_exchange *land(struct slot *slot)
{
    (void)curl_multi_remove_handle(slot->engine->multi, slot->easy);
    flow_freep(&slot->headers);
    slot->engine->flying--;
    return FLOW_TAKE(slot->exchange);
}

/* Hands an exchange to libcurl; false: that can't be, and the exchange is still the caller's. */
static bool launch(struct slot *slot, struct flow_exchange *exchange)
{
    struct engine *engine = slot->engine;

    if (slot->easy == NULL && (slot->easy = curl_easy_init()) == NULL)
        return false;
    curl_easy_reset(slot->easy); /* options only: connections and addresses are kept */
    slot->detail[0] = '\0';
    slot->exchange = exchange;
    slot->headers = list_lines(&exchange->out);
    engine->flying++;
    if (slot->headers != NULL && !set_all(slot) &&
        curl_multi_add_handle(engine->multi, slot->easy) == CURLM_OK)
        return true;
    (void)land(slot);
    return false;
}

/* --- what comes back --- */

static const struct {
    CURLcode result;
    enum flow_http_fault fault;
} faults[] = {
    {CURLE_OK, FLOW_HTTP_OK},
    {CURLE_COULDNT_RESOLVE_HOST, FLOW_HTTP_RESOLVE},
    {CURLE_COULDNT_RESOLVE_PROXY, FLOW_HTTP_RESOLVE},
    {CURLE_COULDNT_CONNECT, FLOW_HTTP_CONNECT},
    {CURLE_PROXY, FLOW_HTTP_CONNECT},
    {CURLE_SSL_CONNECT_ERROR, FLOW_HTTP_TLS},
    {CURLE_PEER_FAILED_VERIFICATION, FLOW_HTTP_CERTIFICATE},
    {CURLE_SSL_ISSUER_ERROR, FLOW_HTTP_CERTIFICATE},
    {CURLE_SSL_CACERT_BADFILE, FLOW_HTTP_CERTIFICATE},
    {CURLE_OPERATION_TIMEDOUT, FLOW_HTTP_TIMEOUT},
    {CURLE_SEND_ERROR, FLOW_HTTP_CUT},
    {CURLE_RECV_ERROR, FLOW_HTTP_CUT},
    {CURLE_GOT_NOTHING, FLOW_HTTP_CUT},
    {CURLE_PARTIAL_FILE, FLOW_HTTP_CUT},
    {CURLE_HTTP2, FLOW_HTTP_CUT},
    {CURLE_HTTP2_STREAM, FLOW_HTTP_CUT},
    {CURLE_FILESIZE_EXCEEDED, FLOW_HTTP_TOO_LARGE},
    {CURLE_OUT_OF_MEMORY, FLOW_HTTP_NOMEM},
};

static enum flow_http_fault fault_of(CURLcode result, const struct flow_exchange *exchange)
{
    size_t i;

    /* What a proxy that refuses comes to. */
    if (result == CURLE_RECV_ERROR && !exchange->sent)
        return FLOW_HTTP_CONNECT;
    /* What a header line of over 100 KB comes to. */
    if (result == CURLE_OUT_OF_MEMORY && exchange->sent && exchange->body == NULL)
        return FLOW_HTTP_TOO_LARGE;
    for (i = 0; i < FLOW_COUNT(faults); i++)
        if (faults[i].result == result)
            return faults[i].fault;
    return FLOW_HTTP_NONSENSE;
}

static enum flow_code end(struct slot *slot, CURLcode result, struct flow_err *err)
{
    struct engine *engine = slot->engine;
    struct flow_exchange *exchange;
    long status = 0, version = 0;

    (void)curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_getinfo(slot->easy, CURLINFO_HTTP_VERSION, &version);
    widen(engine, version == CURL_HTTP_VERSION_2_0 ? STREAMS : engine->options.connections);
    exchange = land(slot);
    return flow_exchange_end(exchange, fault_of(result, exchange), (unsigned)status, slot->detail,
                             err);
}

/* --- the run --- */

static struct slot *idle_slot(struct engine *engine)
{
    struct slot *slot = engine->slots;

    while (slot->exchange != NULL)
        slot++;
    return slot;
}

static bool can_send(const struct engine *engine)
{
    return engine->queue.first != NULL && engine->flying < engine->window;
}

static enum flow_code send_queued(struct engine *engine, struct flow_err *err)
{
    while (can_send(engine)) {
        struct flow_exchange *exchange = flow_exchange_pop(&engine->queue);

        if (!launch(idle_slot(engine), exchange) &&
            flow_exchange_end(exchange, FLOW_HTTP_NOMEM, 0, "", err))
            return err->code;
    }
    return FLOW_OK;
}

static enum flow_code receive_done(struct engine *engine, struct flow_err *err)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(engine->multi, &left)) != NULL) {
        CURLcode result = message->data.result; /* the message is gone when its handle lands */
        char *slot = NULL;

        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &slot);
        if (end((struct slot *)(void *)slot, result, err))
            return err->code;
    }
    return FLOW_OK;
}

static int64_t now_ms(void)
{
    return flow_clock_steady_ms(&flow_clock_system);
}

static bool is_idle(const struct engine *engine)
{
    return engine->queue.first == NULL && engine->timers.first == NULL && engine->flying == 0;
}

static enum flow_code check(CURLMcode code, struct flow_err *err)
{
    if (code == CURLM_OK)
        return FLOW_OK;
    return flow_err_set(err, code == CURLM_OUT_OF_MEMORY ? FLOW_E_NOMEM : FLOW_E_IO,
                        "libcurl failed: %s", curl_multi_strerror(code));
}

/* Until something arrives, or the next timer is due. */
static enum flow_code wait_some(struct engine *engine, struct flow_err *err)
{
    int64_t wait_ms = flow_timers_wait_ms(&engine->timers, now_ms(), IDLE_MS);

    if (is_idle(engine) || can_send(engine))
        return FLOW_OK;
    return check(curl_multi_poll(engine->multi, NULL, 0, (int)wait_ms, NULL), err);
}

static enum flow_code step(struct engine *engine, struct flow_err *err)
{
    int flying;

    if (flow_timers_wake(&engine->timers, now_ms(), err) || send_queued(engine, err) ||
        check(curl_multi_perform(engine->multi, &flying), err) || receive_done(engine, err) ||
        wait_some(engine, err))
        return err->code;
    return FLOW_OK;
}

static void drop_all(struct engine *engine)
{
    size_t i;

    while (engine->queue.first != NULL)
        flow_exchange_free(flow_exchange_pop(&engine->queue));
    flow_timers_done(&engine->timers);
    for (i = 0; i < STREAMS; i++)
        if (engine->slots[i].exchange != NULL)
            flow_exchange_free(land(&engine->slots[i]));
}

static struct engine *engine_of(struct flow_http *http)
{
    return (struct engine *)http; /* its first member */
}

static enum flow_code engine_run(struct flow_http *http, struct flow_err *err)
{
    struct engine *engine = engine_of(http);
    enum flow_code code = FLOW_OK;

    assert(!engine->running);
    engine->running = true;
    while (code == FLOW_OK && !is_idle(engine))
        code = step(engine, err);
    engine->running = false;
    if (code != FLOW_OK)
        drop_all(engine);
    return code;
}

static enum flow_code engine_submit(struct flow_http *http, const struct flow_http_request *request,
                                    struct flow_err *err)
{
    struct engine *engine = engine_of(http);
    struct flow_exchange *exchange = NULL;

    if (flow_exchange_new(&engine->options, request, &exchange, err))
        return err->code;
    flow_exchange_push(&engine->queue, exchange);
    return FLOW_OK;
}

static enum flow_code engine_later(struct flow_http *http, int64_t delay_ms, flow_http_wake *wake,
                                   void *context, struct flow_err *err)
{
    return flow_timers_add(&engine_of(http)->timers, now_ms() + delay_ms, wake, context, err);
}

/* --- birth and death --- */

static void engine_free(struct flow_http *http)
{
    struct engine *engine = engine_of(http);
    size_t i;

    drop_all(engine);
    for (i = 0; i < STREAMS; i++)
        curl_easy_cleanup(engine->slots[i].easy);
    (void)curl_multi_cleanup(engine->multi);
    flow_http_options_done(&engine->options);
    free(engine);
}

static const struct flow_http_class engine_class = {
    .submit = engine_submit,
    .later = engine_later,
    .run = engine_run,
    .free = engine_free,
};

/* libcurl's own start, once in a process and never undone. */
static bool start_libcurl(void)
{
    static bool started;

    if (!started)
        started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    return started;
}

enum flow_code flow_http_new(const struct flow_http_options *options, struct flow_http **ret_http,
                             struct flow_err *err)
{
    const curl_version_info_data *built = curl_version_info(CURLVERSION_NOW);
    const struct flow_ca built_in = {.file = built->cainfo, .directory = built->capath};
    FLOW_CLEANUP(flow_http_freep) struct flow_http *http = NULL;
    struct engine *engine;
    size_t i;

    if (!start_libcurl())
        return flow_err_set(err, FLOW_E_IO, "libcurl could not start");
    if ((engine = calloc(1, sizeof *engine)) == NULL)
        return flow_err_nomem(err);
    http = &engine->http;
    http->class = &engine_class;
    engine->window = 1;
    for (i = 0; i < STREAMS; i++)
        engine->slots[i].engine = engine;
    if (flow_http_options_init(&engine->options, options, err) ||
        flow_ca_choose(engine->options.ca_bundle, &built_in, &engine->ca, err))
        return err->code;
    engine->multi = curl_multi_init();
    if (engine->multi == NULL ||
        curl_multi_setopt(engine->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
                          (long)engine->options.connections) ||
        curl_multi_setopt(engine->multi, CURLMOPT_MAXCONNECTS, (long)engine->options.connections))
        return flow_err_nomem(err);
    *ret_http = FLOW_TAKE(http);
    return FLOW_OK;
}
