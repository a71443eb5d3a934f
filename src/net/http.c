#include "net/http.h"

#include <assert.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "net/http_options.h"
#include "net/outgoing.h"
#include "net/timers.h"

#if LIBCURL_VERSION_NUM < 0x075500
#error "libcurl 7.85 or newer is needed: CURLOPT_PROTOCOLS_STR, CURLOPT_PREREQFUNCTION"
#endif

enum {
    STREAMS = 100,         /* in flight at most, where the far end speaks HTTP/2 */
    CONNECTION_LIFE = 300, /* seconds that a connection is used again */
    SLOW_BYTES_PER_S = 1024,
    BODY_ROOM = CURL_MAX_WRITE_SIZE, /* for a body that does not say how long it is */
    IDLE_MS = 60 * 1000
};

/* One request on its way, and what has come back so far. */
struct transfer {
    struct transfer *next; /* in the queue */
    struct engine *engine;
    struct slot *slot; /* NULL: still in the queue */
    struct flow_outgoing out;
    struct curl_slist *headers; /* over the lines of out */
    bool sent;                  /* once this is set, the far end may know about the request */
    enum flow_http_fault fault; /* found by one of our callbacks, which then broke off */
    struct flow_header_block came;
    struct flow_secret *body; /* NULL: none has come */
};

/* An easy handle and what it is busy with. Its connection outlives the transfer. */
struct slot {
    CURL *easy;
    struct transfer *transfer; /* NULL: idle */
    char detail[CURL_ERROR_SIZE];
};

struct engine {
    struct flow_http http;
    struct flow_http_options options;
    struct flow_ca ca;
    CURLM *multi;
    struct transfer *first, **last; /* the queue */
    struct flow_timers timers;
    struct slot slots[STREAMS];
    size_t flying, window; /* slots that are busy; that may be */
    bool running;
};

/* --- transfers ----------------------------------------------------------------------- */

static void transfer_free(struct transfer *transfer)
{
    if (transfer == NULL)
        return;
    flow_outgoing_done(&transfer->out);
    free(transfer->headers);
    flow_header_block_done(&transfer->came);
    flow_secret_free(transfer->body);
    free(transfer);
}

static void transfer_freep(struct transfer **transfer)
{
    transfer_free(*transfer);
    *transfer = NULL;
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

static enum flow_code transfer_new(struct engine *engine, const struct flow_http_request *request,
                                   struct transfer **ret_transfer, struct flow_err *err)
{
    FLOW_CLEANUP(transfer_freep) struct transfer *transfer = calloc(1, sizeof *transfer);

    if (transfer == NULL)
        return flow_err_nomem(err);
    transfer->engine = engine;
    flow_header_block_init(&transfer->came, engine->options.headers_max);
    if (flow_outgoing_init(&transfer->out, request, err))
        return err->code;
    transfer->headers = list_lines(&transfer->out);
    if (transfer->headers == NULL)
        return flow_err_nomem(err);
    *ret_transfer = FLOW_TAKE(transfer);
    return FLOW_OK;
}

/* As many as there may be connections. It begins with one, whose look-up of the host's name serves
 * the others, and ends with STREAMS where a connection carries more than one at a time. */
static size_t full_window(const struct engine *engine)
{
    return engine->options.connections < STREAMS ? engine->options.connections : STREAMS;
}

/* --- what libcurl calls during a transfer ------------------------------------------------ */

/* The host has an address now, so those behind will find it without asking once more. */
static int on_socket(void *user, curl_socket_t fd, curlsocktype purpose)
{
    struct transfer *transfer = user;
    struct engine *engine = transfer->engine;

    (void)purpose;
    if (engine->window < full_window(engine))
        engine->window = full_window(engine);
    return fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 ? CURL_SOCKOPT_OK : CURL_SOCKOPT_ERROR;
}

static int refuse(struct transfer *transfer, enum flow_http_fault fault)
{
    transfer->fault = fault;
    return CURL_PREREQFUNC_ABORT;
}

/* Connected, nothing sent yet. Called once more when libcurl wants to send a request again, because
 * a connection that it had kept turned out to be closed. */
static int on_connected(void *user, char *peer, char *own, int peer_port, int own_port)
{
    struct transfer *transfer = user;

    (void)own, (void)peer_port, (void)own_port;
    if (!transfer->out.url.tls && !flow_url_is_loopback_address(peer))
        return refuse(transfer, FLOW_HTTP_PLAIN);
    if (transfer->sent && transfer->out.once)
        return refuse(transfer, FLOW_HTTP_CUT);
    transfer->sent = true;
    return CURL_PREREQFUNC_OK;
}

static size_t on_header(char *line, size_t one, size_t len, void *user)
{
    struct transfer *transfer = user;

    (void)one;
    if (flow_header_block_add(&transfer->came, line, len))
        return len;
    transfer->fault = FLOW_HTTP_TOO_LARGE;
    return 0;
}

/* Room for the whole body, if the far end has said how long it will be. */
static enum flow_code make_room(struct transfer *transfer, struct flow_err *err)
{
    curl_off_t announced = -1;

    if (transfer->body != NULL)
        return FLOW_OK;
    (void)curl_easy_getinfo(transfer->slot->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
    return flow_secret_new_room(announced < 0 ? BODY_ROOM : (size_t)announced, &transfer->body,
                                err);
}

static size_t on_body(char *bytes, size_t one, size_t len, void *user)
{
    struct transfer *transfer = user;
    struct flow_err err = FLOW_ERR_INIT;
    size_t had = transfer->body == NULL ? 0 : flow_secret_len(transfer->body);

    (void)one;
    if (len > transfer->engine->options.body_max - had)
        transfer->fault = FLOW_HTTP_TOO_LARGE;
    else if (make_room(transfer, &err) || flow_secret_append(transfer->body, bytes, len, &err))
        transfer->fault = FLOW_HTTP_NOMEM;
    return transfer->fault == FLOW_HTTP_OK ? len : 0;
}

/* --- sending ------------------------------------------------------------------------------ */

/* The functions below are true if libcurl refused an option. A safety that it can't give is a
 * reason not to send. */

static bool has_body(const struct flow_outgoing *out)
{
    return out->body.len > 0 || strcmp(out->method, "POST") == 0 ||
           strcmp(out->method, "PUT") == 0 || strcmp(out->method, "PATCH") == 0;
}

static bool set_body(CURL *easy, struct flow_bytes body)
{
    const void *bytes = body.len > 0 ? (const void *)body.at : "";

    return curl_easy_setopt(easy, CURLOPT_POSTFIELDS, bytes) ||
           curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
}

static bool set_request(CURL *easy, const struct transfer *transfer)
{
    const struct flow_outgoing *out = &transfer->out;

    return curl_easy_setopt(easy, CURLOPT_URL, out->text) ||
           curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L) ||
           curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers) ||
           curl_easy_setopt(easy, CURLOPT_USERAGENT, transfer->engine->options.user_agent) ||
           (strcmp(out->method, "HEAD") == 0 && curl_easy_setopt(easy, CURLOPT_NOBODY, 1L)) ||
           (has_body(out) && set_body(easy, out->body)) ||
           curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, out->method);
}

static bool set_callbacks(CURL *easy, struct transfer *transfer)
{
    return curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer) ||
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->slot->detail) ||
           curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_socket) ||
           curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, transfer) ||
           curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_connected) ||
           curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer) ||
           curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header) ||
           curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer) ||
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body) ||
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
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

/* Gives a slot to a transfer and its request to libcurl; false: it can't be sent. */
static bool launch(struct slot *slot, struct transfer *transfer)
{
    struct engine *engine = transfer->engine;
    CURL *easy;

    if (slot->easy == NULL)
        slot->easy = curl_easy_init();
    easy = slot->easy;
    if (easy == NULL)
        return false;
    curl_easy_reset(easy); /* options only: connections and addresses are kept */
    slot->detail[0] = '\0';
    transfer->slot = slot;
    if (set_request(easy, transfer) || set_callbacks(easy, transfer) ||
        set_limits(easy, &engine->options) || set_safety(easy, transfer->out.url.tls) ||
        set_certificates(easy, &engine->ca) || set_proxy(easy, engine, &transfer->out.url) ||
        curl_multi_add_handle(engine->multi, easy) != CURLM_OK)
        return false;
    slot->transfer = transfer;
    engine->flying++;
    return true;
}

static void land(struct slot *slot)
{
    struct engine *engine = slot->transfer->engine;

    (void)curl_multi_remove_handle(engine->multi, slot->easy);
    slot->transfer = NULL;
    engine->flying--;
}

/* --- what comes back ------------------------------------------------------------------------ */

static enum flow_http_fault fault_of(CURLcode result, const struct transfer *transfer)
{
    switch (result) {
    case CURLE_OK:
        return FLOW_HTTP_OK;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return FLOW_HTTP_RESOLVE;
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY:
        return FLOW_HTTP_CONNECT;
    case CURLE_SSL_CONNECT_ERROR:
        return FLOW_HTTP_TLS;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
        return FLOW_HTTP_CERTIFICATE;
    case CURLE_OPERATION_TIMEDOUT:
        return FLOW_HTTP_TIMEOUT;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR: /* before the request: what a proxy that refuses comes to */
        return transfer->sent ? FLOW_HTTP_CUT : FLOW_HTTP_CONNECT;
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        return FLOW_HTTP_CUT;
    case CURLE_FILESIZE_EXCEEDED:
        return FLOW_HTTP_TOO_LARGE;
    case CURLE_OUT_OF_MEMORY: /* also what libcurl says of a header line over 100 KB */
        return transfer->sent && transfer->body == NULL ? FLOW_HTTP_TOO_LARGE : FLOW_HTTP_NOMEM;
    default:
        return FLOW_HTTP_NONSENSE;
    }
}

/* Calls back with a reply, and is done with the transfer. */
static enum flow_code report(struct transfer *transfer, struct flow_http_reply *reply,
                             struct flow_err *err)
{
    FLOW_CLEANUP(flow_freep)
    struct flow_header *headers = flow_header_block_list(&transfer->came);
    struct flow_err ignored = FLOW_ERR_INIT;
    enum flow_code code;

    reply->host = transfer->out.url.host;
    reply->sent = transfer->sent;
    reply->headers = headers;
    reply->header_count = headers == NULL ? 0 : transfer->came.count;
    if (headers == NULL ||
        (transfer->body == NULL && flow_secret_new_room(0, &transfer->body, &ignored)))
        reply->fault = FLOW_HTTP_NOMEM;
    reply->body = FLOW_TAKE(transfer->body);
    code = transfer->out.done(transfer->out.context, reply, err);
    flow_secret_free(reply->body);
    transfer_free(transfer);
    return code;
}

static enum flow_code report_unsent(struct transfer *transfer, struct flow_err *err)
{
    struct flow_http_reply reply = {.fault = FLOW_HTTP_NOMEM, .detail = ""};

    return report(transfer, &reply, err);
}

static enum flow_code report_landed(struct slot *slot, CURLcode result, struct flow_err *err)
{
    struct transfer *transfer = slot->transfer;
    struct engine *engine = transfer->engine;
    struct flow_http_reply reply = {.fault = transfer->fault, .detail = ""};
    long status = 0, version = 0;

    (void)curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_getinfo(slot->easy, CURLINFO_HTTP_VERSION, &version);
    land(slot);
    if (reply.fault == FLOW_HTTP_OK) {
        reply.fault = fault_of(result, transfer);
        reply.detail = result == CURLE_OK ? "" : slot->detail;
    }
    reply.status = status > 0 ? (unsigned)status : 0;
    if (reply.fault == FLOW_HTTP_OK && status >= 300 && status <= 399)
        reply.fault = FLOW_HTTP_REDIRECT;
    if (version == CURL_HTTP_VERSION_2_0)
        engine->window = STREAMS;
    else if (engine->window < full_window(engine))
        engine->window = full_window(engine);
    return report(transfer, &reply, err);
}

/* --- the run ---------------------------------------------------------------------------------- */

static struct slot *idle_slot(struct engine *engine)
{
    struct slot *slot = engine->slots;

    while (slot->transfer != NULL)
        slot++;
    return slot;
}

static enum flow_code send_queued(struct engine *engine, struct flow_err *err)
{
    while (engine->first != NULL && engine->flying < engine->window) {
        struct transfer *transfer = engine->first;
        enum flow_code code;

        engine->first = transfer->next;
        if (engine->first == NULL)
            engine->last = &engine->first;
        if (launch(idle_slot(engine), transfer))
            continue;
        code = report_unsent(transfer, err);
        if (code != FLOW_OK)
            return code;
    }
    return FLOW_OK;
}

static enum flow_code receive_done(struct engine *engine, struct flow_err *err)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(engine->multi, &left)) != NULL) {
        char *private = NULL;
        enum flow_code code;

        if (message->msg != CURLMSG_DONE)
            continue;
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
        code = report_landed(((struct transfer *)(void *)private)->slot, message->data.result, err);
        if (code != FLOW_OK)
            return code;
    }
    return FLOW_OK;
}

static int64_t now_ms(void)
{
    return flow_clock_steady_ms(&flow_clock_system);
}

static bool is_idle(const struct engine *engine)
{
    return engine->first == NULL && engine->timers.first == NULL && engine->flying == 0;
}

static enum flow_code multi_failed(CURLMcode code, struct flow_err *err)
{
    return code == CURLM_OUT_OF_MEMORY
               ? flow_err_nomem(err)
               : flow_err_set(err, FLOW_E_IO, "libcurl failed: %s", curl_multi_strerror(code));
}

/* Until something arrives, or the next timer is due. */
static enum flow_code wait_some(struct engine *engine, struct flow_err *err)
{
    int64_t wait_ms = flow_timers_wait_ms(&engine->timers, now_ms(), IDLE_MS);
    CURLMcode code;

    if (is_idle(engine) || (engine->first != NULL && engine->flying < engine->window))
        return FLOW_OK;
    code = curl_multi_poll(engine->multi, NULL, 0, (int)wait_ms, NULL);
    return code == CURLM_OK ? FLOW_OK : multi_failed(code, err);
}

static enum flow_code perform(struct engine *engine, struct flow_err *err)
{
    int flying;
    CURLMcode code = curl_multi_perform(engine->multi, &flying);

    return code == CURLM_OK ? FLOW_OK : multi_failed(code, err);
}

static void drop_all(struct engine *engine)
{
    struct transfer *transfer;
    size_t i;

    while ((transfer = engine->first) != NULL) {
        engine->first = transfer->next;
        transfer_free(transfer);
    }
    engine->last = &engine->first;
    flow_timers_done(&engine->timers);
    for (i = 0; i < STREAMS; i++) {
        transfer = engine->slots[i].transfer;
        if (transfer != NULL) {
            land(&engine->slots[i]);
            transfer_free(transfer);
        }
    }
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
    while (code == FLOW_OK && !is_idle(engine)) {
        code = flow_timers_wake(&engine->timers, now_ms(), err);
        if (code == FLOW_OK)
            code = send_queued(engine, err);
        if (code == FLOW_OK)
            code = perform(engine, err);
        if (code == FLOW_OK)
            code = receive_done(engine, err);
        if (code == FLOW_OK)
            code = wait_some(engine, err);
    }
    engine->running = false;
    if (code != FLOW_OK)
        drop_all(engine);
    return code;
}

static enum flow_code engine_submit(struct flow_http *http, const struct flow_http_request *request,
                                    struct flow_err *err)
{
    struct engine *engine = engine_of(http);
    struct transfer *transfer = NULL;

    if (transfer_new(engine, request, &transfer, err))
        return err->code;
    *engine->last = transfer;
    engine->last = &transfer->next;
    return FLOW_OK;
}

static enum flow_code engine_later(struct flow_http *http, int64_t delay_ms, flow_http_wake *wake,
                                   void *context, struct flow_err *err)
{
    return flow_timers_add(&engine_of(http)->timers, now_ms() + delay_ms, wake, context, err);
}

/* --- birth and death ----------------------------------------------------------------------------
 */

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

static void engine_freep(struct engine **engine)
{
    if (*engine != NULL)
        engine_free(&(*engine)->http);
    *engine = NULL;
}

static const struct flow_http_class engine_class = {
    .submit = engine_submit,
    .later = engine_later,
    .run = engine_run,
    .free = engine_free,
};

static bool set_connections(CURLM *multi, size_t connections)
{
    return curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)connections) ||
           curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)connections);
}

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
    FLOW_CLEANUP(engine_freep) struct engine *engine = NULL;
    const curl_version_info_data *built;
    struct flow_ca built_in;

    if (!start_libcurl())
        return flow_err_set(err, FLOW_E_IO, "libcurl could not start");
    engine = calloc(1, sizeof *engine);
    if (engine == NULL)
        return flow_err_nomem(err);
    engine->http.class = &engine_class;
    engine->last = &engine->first;
    engine->window = 1;
    built = curl_version_info(CURLVERSION_NOW);
    built_in = (struct flow_ca){.file = built->cainfo, .directory = built->capath};
    if (flow_http_options_init(&engine->options, options, err) ||
        flow_ca_choose(engine->options.ca_bundle, &built_in, &engine->ca, err))
        return err->code;
    engine->multi = curl_multi_init();
    if (engine->multi == NULL || set_connections(engine->multi, full_window(engine)))
        return flow_err_nomem(err);
    *ret_http = &engine->http;
    engine = NULL;
    return FLOW_OK;
}
