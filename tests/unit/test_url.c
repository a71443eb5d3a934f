#include "net/url.h"

#include "support/test.h"

static const struct {
    const char *text;
    bool tls;
    const char *host, *target;
} good[] = {
    {"https://ssm.us-east-1.amazonaws.com/", true, "ssm.us-east-1.amazonaws.com", "/"},
    {"https://ssm.us-east-1.amazonaws.com", true, "ssm.us-east-1.amazonaws.com", "/"},
    {"HTTPS://API.GitHub.com:443/a?b=c", true, "api.github.com", "/a?b=c"},
    {"https://host:80", true, "host:80", "/"},
    {"http://localhost:80/", false, "localhost", "/"},
    {"http://127.0.0.1:5000/a/../b//c", false, "127.0.0.1:5000", "/a/../b//c"},
    {"http://[::1]:4566/", false, "[::1]:4566", "/"},
    {"http://[2001:DB8::1]", false, "[2001:db8::1]", "/"},
    {"https://a_b.c/%20%zz", true, "a_b.c", "/%20%zz"},
    {"https://h:65535/", true, "h:65535", "/"},
};

static const char *const bad[] = {
    "",
    "https",
    "https:/host/",
    "ftp://host/",
    "file:///etc/passwd",
    "//host/",
    "host/",
    " https://host/",
    "https://",
    "https:///path",
    "https://user@host/",
    "https://user:pass@host/",
    "https://host:/",
    "https://host:0/",
    "https://host:080/",
    "https://host:65536/",
    "https://host:123456/",
    "https://host:8a/",
    "https://ho st/",
    "https://h\xc3\xb6st/",
    "https://host\\@evil/",
    "https://[::1/",
    "https://[]/",
    "https://[host]/",
    "https://[::1]x/",
    "https://host?query",
    "https://host#fragment",
    "https://host/#fragment",
    "https://host/a b",
    "https://host/a\r\nX-Evil: 1",
    "https://host/\xff",
    "https://host/\"",
};

TEST("an address comes apart into scheme, host as the Host header has it, and target")
{
    struct flow_err err = FLOW_ERR_INIT;
    struct flow_url url;
    size_t i;

    for (i = 0; i < FLOW_COUNT(good); i++) {
        OK(flow_url_parse(good[i].text, &url, &err), err);
        EXPECT(url.tls == good[i].tls);
        EXPECT_STR(url.host, good[i].host);
        EXPECT_STR(url.target, good[i].target);
    }
}

TEST("what two parsers could read in two ways is refused, and the sentence shows no path")
{
    struct flow_err err = FLOW_ERR_INIT;
    struct flow_url url;
    size_t i;

    for (i = 0; i < FLOW_COUNT(bad); i++) {
        print_message("%s\n", bad[i]);
        EXPECT_CODE(flow_url_parse(bad[i], &url, &err), FLOW_E_REFUSED);
        EXPECT_PRESENT("nothing was sent", err.text);
        EXPECT_ABSENT("pass", err.text);
    }
}

TEST("a host name of 253 bytes with a port fits, a longer one is refused")
{
    struct flow_err err = FLOW_ERR_INIT;
    struct flow_url url;
    char text[512];

    memcpy(text, "https://", 8);
    memset(text + 8, 'a', 253);
    memcpy(text + 8 + 253, ":65535", 7);
    OK(flow_url_parse(text, &url, &err), err);
    memset(text + 8, 'a', 300);
    text[308] = '\0';
    EXPECT_CODE(flow_url_parse(text, &url, &err), FLOW_E_REFUSED);
}

TEST("loopback is this machine by its numbers or as localhost, and nothing that looks like it")
{
    static const struct {
        const char *text;
        bool is_loopback;
    } cases[] = {
        {"http://localhost:80/", true},
        {"http://LOCALHOST/", true},
        {"http://127.0.0.1:5000/", true},
        {"http://127.255.1.2/", true},
        {"http://[::1]:1/", true},
        {"http://[::ffff:127.0.0.1]/", true},
        {"http://localhost.evil.com/", false},
        {"http://127.0.0.1.evil.com/", false},
        {"http://128.0.0.1/", false},
        {"http://10.0.0.1/", false},
        {"http://0.0.0.0/", false},
        {"http://[::]/", false},
        {"http://[::ffff:10.0.0.1]/", false},
        {"http://169.254.169.254/", false},
        {"http://127.1/", false},
    };
    struct flow_err err = FLOW_ERR_INIT;
    struct flow_url url;
    size_t i;

    for (i = 0; i < FLOW_COUNT(cases); i++) {
        print_message("%s\n", cases[i].text);
        OK(flow_url_parse(cases[i].text, &url, &err), err);
        EXPECT(flow_url_is_loopback(&url) == cases[i].is_loopback);
    }
    EXPECT(flow_url_is_loopback_address("127.0.0.1"));
    EXPECT(flow_url_is_loopback_address("::1"));
    EXPECT(!flow_url_is_loopback_address("[::1]"));
    EXPECT(!flow_url_is_loopback_address(""));
}
