/* What the transport does before and beside the network; tests/integration/test_http.py puts real
 * servers at the other end. */
#include "net/http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/http_options.h"
#include "net/timers.h"
#include "support/test.h"

static struct flow_http *new_http(void)
{
    const struct flow_http_options options = {.connect_ms = 500, .total_ms = 1000};
    struct flow_err err = FLOW_ERR_INIT;
    struct flow_http *http = NULL;

    OK(flow_http_new(&options, &http, &err), err);
    return http;
}

struct seen {
    struct flow_http *http;
    unsigned calls, again;
    enum flow_http_fault fault;
    enum flow_code code;
};

/* A port of 127.0.0.1 at which nobody listens: bound, and kept so by *ret_fd. */
static void refusing_url(char url[64], int *ret_fd)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof address;

    *ret_fd = socket(AF_INET, SOCK_STREAM, 0);
    EXPECT(*ret_fd >= 0);
    EXPECT(bind(*ret_fd, (struct sockaddr *)&address, sizeof address) == 0);
    EXPECT(getsockname(*ret_fd, (struct sockaddr *)&address, &len) == 0);
    (void)snprintf(url, 64, "http://127.0.0.1:%u/", (unsigned)ntohs(address.sin_port));
}

static enum flow_code send_to(struct seen *seen, const char *url, flow_http_done *done,
                              struct flow_err *err)
{
    const struct flow_http_request request = {
        .method = "GET", .url = url, .done = done, .context = seen};

    return flow_http_submit(seen->http, &request, err);
}

static enum flow_code count(void *context, struct flow_http_reply *reply, struct flow_err *err)
{
    struct seen *seen = context;

    seen->calls++;
    seen->fault = reply->fault;
    seen->code = flow_http_reply_check(reply, err);
    return FLOW_OK;
}

static enum flow_code stop(void *context, struct flow_http_reply *reply, struct flow_err *err)
{
    struct seen *seen = context;

    (void)reply;
    seen->calls++;
    return flow_err_set(err, FLOW_E_PARTIAL, "enough");
}

TEST("a request that must not be sent is refused at once, and nothing is called back")
{
    static const struct flow_header evil[] = {{"X-Name", "v\r\nX-Evil: 1"}};
    static const struct flow_http_request wrong[] = {
        {.method = "GET", .url = "ftp://127.0.0.1/", .done = count},
        {.method = "GET", .url = "https://user:s3cret@127.0.0.1/", .done = count},
        {.method = "", .url = "https://127.0.0.1/", .done = count},
        {.method = "get", .url = "https://127.0.0.1/", .done = count},
        {.method = "GET / HTTP/1.1\r\n", .url = "https://127.0.0.1/", .done = count},
        {.method = "GET", .url = "https://127.0.0.1/\r\n", .done = count},
        {.method = "GET",
         .url = "https://127.0.0.1/",
         .headers = evil,
         .header_count = 1,
         .done = count},
    };
    FLOW_CLEANUP(flow_http_freep) struct flow_http *http = new_http();
    struct flow_err err = FLOW_ERR_INIT;
    size_t i;

    for (i = 0; i < FLOW_COUNT(wrong); i++) {
        EXPECT_CODE(flow_http_submit(http, &wrong[i], &err), FLOW_E_REFUSED);
        EXPECT_PRESENT("nothing was sent", err.text);
        EXPECT_ABSENT("s3cret", err.text);
    }
    OK(flow_http_run(http, &err), err);
}

TEST("a run with nothing to do ends")
{
    FLOW_CLEANUP(flow_http_freep) struct flow_http *http = new_http();
    struct flow_err err = FLOW_ERR_INIT;

    OK(flow_http_run(http, &err), err);
}

TEST("a refused connection is said with the host, and every request is called back")
{
    FLOW_CLEANUP(flow_http_freep) struct flow_http *http = new_http();
    FLOW_CLEANUP(flow_fd_closep) int fd = -1;
    struct seen seen = {.http = http};
    struct flow_err err = FLOW_ERR_INIT;
    char url[64];
    unsigned i;

    refusing_url(url, &fd);
    for (i = 0; i < 150; i++)
        OK(send_to(&seen, url, count, &err), err);
    OK(flow_http_run(http, &err), err);
    EXPECT_INT(seen.calls, 150);
    EXPECT_INT(seen.fault, FLOW_HTTP_CONNECT);
    EXPECT_INT(seen.code, FLOW_E_UNREACHABLE);
    EXPECT_PRESENT("127.0.0.1:", err.text);
    EXPECT_PRESENT(": no connection (", err.text);
}

TEST("an error from a callback ends the run and drops the rest uncalled")
{
    FLOW_CLEANUP(flow_http_freep) struct flow_http *http = new_http();
    FLOW_CLEANUP(flow_fd_closep) int fd = -1;
    struct seen seen = {.http = http};
    struct flow_err err = FLOW_ERR_INIT;
    char url[64];
    unsigned i;

    refusing_url(url, &fd);
    for (i = 0; i < 50; i++)
        OK(send_to(&seen, url, stop, &err), err);
    EXPECT_CODE(flow_http_run(http, &err), FLOW_E_PARTIAL);
    EXPECT_STR(err.text, "enough");
    EXPECT_INT(seen.calls, 1);
    OK(flow_http_run(http, &err), err);
    EXPECT_INT(seen.calls, 1);
}

TEST("what is queued, timed or never run goes with the transport")
{
    FLOW_CLEANUP(flow_http_freep) struct flow_http *http = new_http();
    struct seen seen = {.http = http};
    struct flow_err err = FLOW_ERR_INIT;

    OK(send_to(&seen, "https://127.0.0.1/", count, &err), err);
    OK(flow_http_later(http, 3600 * 1000, NULL, NULL, &err), err);
}

/* --- timers --- */

static enum flow_code wake(void *context, struct flow_err *err)
{
    struct seen *seen = context;

    seen->calls++;
    if (seen->again-- > 0)
        return flow_http_later(seen->http, 5, wake, seen, err);
    return FLOW_OK;
}

TEST("a run waits for its timers, and for those that they set")
{
    FLOW_CLEANUP(flow_http_freep) struct flow_http *http = new_http();
    struct seen seen = {.http = http, .again = 3};
    struct flow_err err = FLOW_ERR_INIT;

    OK(flow_http_later(http, 5, wake, &seen, &err), err);
    OK(flow_http_run(http, &err), err);
    EXPECT_INT(seen.calls, 4);
}

static char order[8];

static enum flow_code note(void *context, struct flow_err *err)
{
    const char *name = context;
    size_t len = strlen(order);

    (void)err;
    order[len] = *name;
    order[len + 1] = '\0';
    return FLOW_OK;
}

TEST("timers come when they are due, in the order of their times and then of their making")
{
    struct flow_timers timers = {.first = NULL};
    struct flow_err err = FLOW_ERR_INIT;
    static char a[] = "a", b[] = "b", c[] = "c", d[] = "d";

    order[0] = '\0';
    EXPECT_INT(flow_timers_wait_ms(&timers, 0, 60), 60);
    OK(flow_timers_add(&timers, 20, note, c, &err), err);
    OK(flow_timers_add(&timers, 10, note, a, &err), err);
    OK(flow_timers_add(&timers, 20, note, d, &err), err);
    OK(flow_timers_add(&timers, 10, note, b, &err), err);
    EXPECT_INT(flow_timers_wait_ms(&timers, 4, 60), 6);
    OK(flow_timers_wake(&timers, 9, &err), err);
    EXPECT_STR(order, "");
    OK(flow_timers_wake(&timers, 10, &err), err);
    EXPECT_STR(order, "ab");
    EXPECT_INT(flow_timers_wait_ms(&timers, 30, 60), 0);
    OK(flow_timers_wake(&timers, 30, &err), err);
    EXPECT_STR(order, "abcd");
    OK(flow_timers_add(&timers, 40, note, a, &err), err);
    flow_timers_done(&timers);
    EXPECT_NULL(timers.first);
}

/* --- options --- */

TEST("zeros become the defaults, and an unusable proxy or CA bundle is said")
{
    const struct flow_http_options none = {.connections = 0};
    const struct flow_http_options many = {.connections = 5000, .https_proxy = "proxy:3128"};
    const struct flow_http_options socks = {.https_proxy = "socks5://user:s3cret@proxy:1080"};
    const struct flow_http_options no_bundle = {.ca_bundle = "/nonexistent/ca.pem"};
    FLOW_CLEANUP(flow_http_freep) struct flow_http *http = NULL;
    struct flow_http_options options;
    struct flow_err err = FLOW_ERR_INIT;

    OK(flow_http_options_init(&options, &none, &err), err);
    EXPECT_INT(options.connections, FLOW_HTTP_CONNECTIONS);
    EXPECT_INT(options.body_max, FLOW_HTTP_BODY_MAX);
    EXPECT_STR(options.user_agent, "flowenv/" FLOWENV_VERSION);
    flow_http_options_done(&options);
    OK(flow_http_options_init(&options, &many, &err), err);
    EXPECT_INT(options.connections, FLOW_HTTP_CONNECTIONS_MAX);
    flow_http_options_done(&options);
    EXPECT_CODE(flow_http_new(&socks, &http, &err), FLOW_E_USAGE);
    EXPECT_ABSENT("s3cret", err.text);
    EXPECT_CODE(flow_http_new(&no_bundle, &http, &err), FLOW_E_USAGE);
    EXPECT_STR(err.text,
               "the CA bundle /nonexistent/ca.pem can't be used: No such file or directory");
    EXPECT_NULL(http);
}

TEST("certificates come from the user's bundle alone, else from one place of the system's")
{
    const struct flow_ca built_in = {.file = "/nonexistent/bundle", .directory = test_directory()};
    struct flow_err err = FLOW_ERR_INIT;
    struct flow_ca ca;
    char name[32];
    unsigned i;

    OK(flow_ca_choose(NULL, &built_in, &ca, &err), err);
    EXPECT_STR(ca.file, "/nonexistent/bundle");
    EXPECT_NULL(ca.directory);
    for (i = 0; i < 50; i++) {
        (void)snprintf(name, sizeof name, "%08x.0", i);
        test_write_file(test_path(name), "", 0);
    }
    OK(flow_ca_choose(NULL, &built_in, &ca, &err), err);
    EXPECT_NULL(ca.file);
    EXPECT_STR(ca.directory, test_directory());
    OK(flow_ca_choose(test_path("00000000.0"), &built_in, &ca, &err), err);
    EXPECT_STR(ca.file, test_path("00000000.0"));
    EXPECT_NULL(ca.directory);
    OK(flow_ca_choose(test_directory(), &built_in, &ca, &err), err);
    EXPECT_NULL(ca.file);
    EXPECT_STR(ca.directory, test_directory());
}

TEST("every fault has a sentence with the host in it, and a code; a whole reply is none")
{
    struct flow_http_reply reply = {.host = "ssm.us-east-1.amazonaws.com", .detail = ""};
    struct flow_err err = FLOW_ERR_INIT;
    int fault;

    OK(flow_http_reply_check(&reply, &err), err);
    for (fault = FLOW_HTTP_RESOLVE; fault <= FLOW_HTTP_NOMEM; fault++) {
        reply.fault = (enum flow_http_fault)fault;
        EXPECT(flow_http_reply_check(&reply, &err) != FLOW_OK);
        if (fault != FLOW_HTTP_NOMEM)
            EXPECT_PRESENT("ssm.us-east-1.amazonaws.com: ", err.text);
    }
    reply.fault = FLOW_HTTP_TIMEOUT;
    reply.detail = "after 30 s";
    EXPECT_CODE(flow_http_reply_check(&reply, &err), FLOW_E_UNREACHABLE);
    EXPECT_STR(err.text, "ssm.us-east-1.amazonaws.com: no whole answer in time (after 30 s)");
}
