#include "net/http_options.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { HASHED_MIN = 50 }; /* certificates that make a directory the system's own store */

static const char *text_or(const char *text, const char *otherwise)
{
    return text != NULL ? text : otherwise;
}

static unsigned number_or(unsigned number, unsigned otherwise)
{
    return number > 0 ? number : otherwise;
}

static size_t size_or(size_t size, size_t otherwise)
{
    return size > 0 ? size : otherwise;
}

static enum flow_code check_proxy(const char *proxy, struct flow_err *err)
{
    if (strstr(proxy, "://") == NULL || strncasecmp(proxy, "http://", 7) == 0 ||
        strncasecmp(proxy, "https://", 8) == 0)
        return FLOW_OK;
    return flow_err_set(err, FLOW_E_USAGE,
                        "the proxy of https_proxy can't be used: its address begins neither with "
                        "http:// nor with https://");
}

static unsigned at_most(unsigned number, unsigned most)
{
    return number < most ? number : most;
}

enum flow_code flow_http_options_init(struct flow_http_options *options,
                                      const struct flow_http_options *from, struct flow_err *err)
{
    if (check_proxy(text_or(from->https_proxy, ""), err))
        return err->code;
    *options = (struct flow_http_options){
        .user_agent = strdup(text_or(from->user_agent, "flowenv/" FLOWENV_VERSION)),
        .ca_bundle = from->ca_bundle == NULL ? NULL : strdup(from->ca_bundle),
        .https_proxy = strdup(text_or(from->https_proxy, "")),
        .no_proxy = strdup(text_or(from->no_proxy, "")),
        .connections =
            at_most(number_or(from->connections, FLOW_HTTP_CONNECTIONS), FLOW_HTTP_CONNECTIONS_MAX),
        .connect_ms = number_or(from->connect_ms, FLOW_HTTP_CONNECT_MS),
        .total_ms = number_or(from->total_ms, FLOW_HTTP_TOTAL_MS),
        .slow_s = number_or(from->slow_s, FLOW_HTTP_SLOW_S),
        .body_max = size_or(from->body_max, FLOW_HTTP_BODY_MAX),
        .headers_max = size_or(from->headers_max, FLOW_HTTP_HEADERS_MAX),
    };
    if (options->user_agent != NULL && options->https_proxy != NULL && options->no_proxy != NULL &&
        (options->ca_bundle != NULL || from->ca_bundle == NULL))
        return FLOW_OK;
    flow_http_options_done(options);
    return flow_err_nomem(err);
}

static void free_text(const char *text)
{
    char *owned;

    if (text == NULL)
        return;
    memcpy(&owned, &text, sizeof owned);
    flow_wipe(owned, strlen(owned));
    free(owned);
}

void flow_http_options_done(struct flow_http_options *options)
{
    free_text(options->user_agent);
    free_text(options->ca_bundle);
    free_text(options->https_proxy);
    free_text(options->no_proxy);
    *options = (struct flow_http_options){.user_agent = NULL};
}

/* True for a directory with many names such as "002c0b4f.0". A handful may be somebody's own. */
static bool is_hashed(const char *directory)
{
    DIR *listing = opendir(directory);
    const struct dirent *entry;
    int hashed = 0;

    if (listing == NULL)
        return false;
    while (hashed < HASHED_MIN && (entry = readdir(listing)) != NULL)
        if (strspn(entry->d_name, "0123456789abcdef") == 8 && entry->d_name[8] == '.')
            hashed++;
    (void)closedir(listing);
    return hashed == HASHED_MIN;
}

enum flow_code flow_ca_choose(const char *bundle, const struct flow_ca *built_in,
                              struct flow_ca *ret_ca, struct flow_err *err)
{
    struct stat status;
    bool directory;

    if (bundle == NULL) {
        directory = built_in->directory != NULL && is_hashed(built_in->directory);
        *ret_ca = (struct flow_ca){.file = directory ? NULL : built_in->file,
                                   .directory = directory ? built_in->directory : NULL};
        return FLOW_OK;
    }
    if (stat(bundle, &status) != 0)
        return flow_err_sys(err, FLOW_E_USAGE, errno, "the CA bundle %s can't be used", bundle);
    directory = S_ISDIR(status.st_mode);
    *ret_ca =
        (struct flow_ca){.file = directory ? NULL : bundle, .directory = directory ? bundle : NULL};
    return FLOW_OK;
}
