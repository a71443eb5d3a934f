#include "aws/profile.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"

/* Where a file lies: the variable, a leading ~ taken for HOME, or its place below HOME. */
static void find_file(const struct flow_environ *env, const char *variable, const char *place,
                      struct flow_str *path)
{
    const char *home = flow_environ_text(env, "HOME");
    const char *named = flow_environ_text(env, variable);

    if (named != NULL && strncmp(named, "~/", 2) != 0)
        flow_str_add(path, named);
    else if (home != NULL)
        flow_str_addf(path, "%s/%s", home, named != NULL ? named + 2 : place);
}

static enum flow_code read_file(enum flow_aws_file kind, struct flow_aws_profile_file *file,
                                struct flow_err *err)
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *text = NULL;
    const struct flow_file_want want = {.path = file->path.text, .max = FLOW_AWS_CONFIG_MAX};
    struct stat status;
    struct flow_bytes bytes;

    if (flow_str_check(&file->path, "the path of an AWS file", err))
        return err->code;
    if (stat(want.path, &status) != 0 ? errno == ENOENT || errno == ENOTDIR
                                      : !S_ISREG(status.st_mode))
        return FLOW_OK;
    if (flow_file_read_secret(&want, &text, err))
        return err->code;
    bytes.at = flow_secret_expose(text, &bytes.len);
    return flow_aws_config_parse(kind, want.path, bytes, &file->config, err);
}

static bool has_profile(const struct flow_aws_profile *profile, enum flow_aws_file file)
{
    return flow_aws_config_has(profile->files[file].config, FLOW_AWS_PROFILE, profile->name);
}

/* Chooses the name. False: nobody named one. */
static bool choose(const struct flow_environ *env, const char *chosen,
                   struct flow_aws_profile *profile)
{
    profile->is_chosen = chosen != NULL;
    profile->name = chosen;
    if (profile->name == NULL)
        profile->name = flow_environ_text(env, "AWS_PROFILE");
    if (profile->name == NULL)
        profile->name = flow_environ_text(env, "AWS_DEFAULT_PROFILE");
    if (profile->name != NULL)
        return true;
    profile->name = "default";
    return false;
}

enum flow_code flow_aws_profile_open(const struct flow_environ *env, const char *chosen,
                                     struct flow_aws_profile *ret_profile, struct flow_err *err)
{
    struct flow_aws_profile_file *config = &ret_profile->files[FLOW_AWS_FILE_CONFIG];
    struct flow_aws_profile_file *credentials = &ret_profile->files[FLOW_AWS_FILE_CREDENTIALS];
    bool is_named = choose(env, chosen, ret_profile);

    *config = (struct flow_aws_profile_file){.path = FLOW_STR_INIT(FLOW_STR_PATH_MAX)};
    *credentials = *config;
    find_file(env, "AWS_CONFIG_FILE", ".aws/config", &config->path);
    find_file(env, "AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials", &credentials->path);
    if (read_file(FLOW_AWS_FILE_CONFIG, config, err) ||
        read_file(FLOW_AWS_FILE_CREDENTIALS, credentials, err))
        return err->code;
    if (is_named && !has_profile(ret_profile, FLOW_AWS_FILE_CONFIG) &&
        !has_profile(ret_profile, FLOW_AWS_FILE_CREDENTIALS))
        return flow_err_set(err, FLOW_E_USAGE,
                            "there is no profile '%s' in %s (as [profile %s]) or %s (as [%s])",
                            ret_profile->name, config->path.text, ret_profile->name,
                            credentials->path.text, ret_profile->name);
    return FLOW_OK;
}

void flow_aws_profile_done(struct flow_aws_profile *profile)
{
    size_t i;

    for (i = 0; i < FLOW_COUNT(profile->files); i++) {
        flow_str_done(&profile->files[i].path);
        flow_aws_config_freep(&profile->files[i].config);
    }
}

const char *flow_aws_profile_get_in(const struct flow_aws_profile *profile, enum flow_aws_file file,
                                    const char *key)
{
    const char *value = flow_aws_config_get(profile->files[file].config, FLOW_AWS_PROFILE,
                                            profile->name, key, NULL);

    return value == NULL || *value == '\0' ? NULL : value;
}

const char *flow_aws_profile_get(const struct flow_aws_profile *profile, const char *key)
{
    const char *value = flow_aws_profile_get_in(profile, FLOW_AWS_FILE_CREDENTIALS, key);

    return value != NULL ? value : flow_aws_profile_get_in(profile, FLOW_AWS_FILE_CONFIG, key);
}

enum flow_code flow_aws_profile_endpoint(const struct flow_aws_profile *profile,
                                         const char *service, const char **ret_url,
                                         struct flow_err *err)
{
    const struct flow_aws_profile_file *file = &profile->files[FLOW_AWS_FILE_CONFIG];
    const char *services = flow_aws_profile_get(profile, "services");
    const char *url = NULL;

    if (services != NULL && !flow_aws_config_has(file->config, FLOW_AWS_SERVICES, services))
        return flow_err_set(err, FLOW_E_USAGE,
                            "profile '%s' names [services %s], which is not in %s", profile->name,
                            services, file->path.text);
    if (services != NULL)
        url =
            flow_aws_config_get(file->config, FLOW_AWS_SERVICES, services, service, "endpoint_url");
    *ret_url = url != NULL && *url != '\0' ? url : flow_aws_profile_get(profile, "endpoint_url");
    return FLOW_OK;
}
