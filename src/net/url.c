#include "net/url.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

static const char host_characters[] = "abcdefghijklmnopqrstuvwxyz0123456789.-_";
static const char address_characters[] = "abcdef0123456789:."; /* of IPv6, in brackets */

static enum flow_code refuse(struct flow_err *err, const char *why)
{
    return flow_err_set(err, FLOW_E_REFUSED, "an address to ask that %s; nothing was sent", why);
}

/* Steps over prefix, case ignored (it is given in lower case). */
static bool skip(const char **text, const char *prefix)
{
    const char *at = *text;

    for (; *prefix != '\0'; at++, prefix++)
        if (*at != *prefix && (*at < 'A' || *at > 'Z' || *at - 'A' + 'a' != *prefix))
            return false;
    *text = at;
    return true;
}

/* The length of the name or bracketed address at the start of text, 0 if there is none. */
static size_t host_len(const char *text)
{
    size_t len;

    if (text[0] != '[')
        return strspn(text, host_characters);
    len = strspn(text + 1, address_characters);
    return len > 0 && text[1 + len] == ']' ? len + 2 : 0;
}

/* ":1" to ":65535", or nothing. */
static bool is_port(const char *text)
{
    unsigned port = 0;
    size_t len = strlen(text), i;

    if (len == 0)
        return true;
    if (text[0] != ':' || len < 2 || len > 6 || text[1] == '0')
        return false;
    for (i = 1; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        port = 10 * port + (unsigned)(text[i] - '0');
    }
    return port <= 65535;
}

static void lower(char *text)
{
    for (; *text != '\0'; text++)
        if (*text >= 'A' && *text <= 'Z')
            *text = (char)(*text - 'A' + 'a');
}

/* HOST[:PORT], len bytes long. */
static enum flow_code parse_host(const char *text, size_t len, struct flow_url *url,
                                 struct flow_err *err)
{
    char *port;

    if (len >= sizeof url->host)
        return refuse(err, "has too long a host name");
    memcpy(url->host, text, len);
    url->host[len] = '\0';
    lower(url->host);
    port = url->host + host_len(url->host);
    if (port == url->host || !is_port(port))
        return refuse(err, "has no valid host and port");
    if (strcmp(port, url->tls ? ":443" : ":80") == 0)
        *port = '\0';
    return FLOW_OK;
}

static bool is_target(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text <= ' ' || *text > '~' || strchr("\"#<>\\^`{|}", *text) != NULL)
            return false;
    return true;
}

enum flow_code flow_url_parse(const char *text, struct flow_url *ret_url, struct flow_err *err)
{
    const char *at = text;
    size_t len;

    ret_url->tls = skip(&at, "https://");
    if (!ret_url->tls && !skip(&at, "http://"))
        return refuse(err, "begins neither with https:// nor with http://");
    len = strcspn(at, "/?#");
    if (parse_host(at, len, ret_url, err))
        return err->code;
    ret_url->target = at[len] == '\0' ? "/" : at + len;
    if (ret_url->target[0] != '/' || !is_target(ret_url->target))
        return flow_err_set(err, FLOW_E_REFUSED,
                            "an address on %s whose path or query holds a character that it may "
                            "not; nothing was sent",
                            ret_url->host);
    return FLOW_OK;
}

bool flow_url_is_loopback_address(const char *address)
{
    struct in6_addr six;
    struct in_addr four;

    if (inet_pton(AF_INET, address, &four) == 1)
        return ntohl(four.s_addr) >> 24 == 127;
    return inet_pton(AF_INET6, address, &six) == 1 &&
           (IN6_IS_ADDR_LOOPBACK(&six) || (IN6_IS_ADDR_V4MAPPED(&six) && six.s6_addr[12] == 127));
}

bool flow_url_is_loopback(const struct flow_url *url)
{
    size_t skipped = url->host[0] == '[', len = host_len(url->host) - 2 * skipped;
    char name[FLOW_URL_HOST_MAX];

    memcpy(name, url->host + skipped, len);
    name[len] = '\0';
    return strcmp(name, "localhost") == 0 || flow_url_is_loopback_address(name);
}
