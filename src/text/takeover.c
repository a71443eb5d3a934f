/* The names that take over a program; declared in text/names.h. */
#include "base/cleanup.h"
#include "text/names.h"
#include "text/pattern.h"

/* THREATS T12, the whole list. */
static const char *const taking_over[] = {
    /* shells */
    "PATH", "IFS", "ENV", "BASH_ENV", "SHELLOPTS", "PS4", "PROMPT_COMMAND", "HOME", "SHELL",
    "TMPDIR", "XDG_*",
    /* the loader and the C library */
    "LD_*", "DYLD_*", "GCONV_PATH", "GLIBC_TUNABLES", "MALLOC_*",
    /* languages */
    "NODE_OPTIONS", "NODE_PATH", "NODE_EXTRA_CA_CERTS", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONHOME",
    "PERL5LIB", "PERL5OPT", "RUBYLIB", "RUBYOPT", "*JAVA_*OPTIONS", "CLASSPATH",
    "DOTNET_STARTUP_HOOKS",
    /* programs that start others */
    "GIT_SSH", "GIT_SSH_COMMAND", "GIT_EXEC_PATH", "GIT_CONFIG*", "GIT_ASKPASS", "GIT_EDITOR",
    "GIT_PAGER", "GIT_EXTERNAL_DIFF", "GIT_PROXY_COMMAND", "EDITOR", "VISUAL", "PAGER", "BROWSER",
    "LESSOPEN",
    /* whom to trust on the network, and where to go */
    "SSL_CERT_*", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "OPENSSL_*", "SSLKEYLOGFILE", "*_proxy",
    "*_PROXY", "AWS_ENDPOINT_URL*", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_CA_BUNDLE",
    /* ourselves and the runner that we run in */
    "FLOWENV_*", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STATE",
    "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE", "GITHUB_ACTIONS", "RUNNER_*", "ACTIONS_*"};

bool flow_name_takes_over(const char *key)
{
    /* Most patterns begin otherwise than the key, and a view may have 100,000 keys. */
    for (size_t i = 0; i < FLOW_COUNT(taking_over); i++)
        if ((taking_over[i][0] == key[0] || taking_over[i][0] == '*') &&
            flow_pattern_matches(taking_over[i], key))
            return true;
    return false;
}
