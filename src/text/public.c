#include <stddef.h>
#include <string.h>

#include "base/cleanup.h"
#include "text/names.h"

/* What a front end built under that name shows to everybody. CONTRACTS 7.2. */
static const char *const public_prefixes[] = {
    "VITE_",   "NEXT_PUBLIC_", "REACT_APP_",   "NUXT_ENV_",      "NUXT_PUBLIC_", "GATSBY_",
    "PUBLIC_", "VUE_APP_",     "REDWOOD_ENV_", "SANITY_STUDIO_", "EXPO_PUBLIC_",
};

/* Words that make a name sound like a secret's. */
static const char *const secret_words[] = {"SECRET", "KEY",  "TOKEN",       "PASSWORD", "PASSWD",
                                           "PWD",    "PASS", "CREDENTIALS", "PRIVATE",  "AUTH",
                                           "DSN",    "JWT",  "PASSPHRASE"};

const char *flow_name_public_prefix(const char *key)
{
    size_t i;

    for (i = 0; i < FLOW_COUNT(public_prefixes); i++)
        if (strncmp(key, public_prefixes[i], strlen(public_prefixes[i])) == 0)
            return public_prefixes[i];
    return NULL;
}

static bool word_equals(const char *word, size_t len, const char *wanted)
{
    size_t i;

    if (strlen(wanted) != len)
        return false;
    for (i = 0; i < len; i++)
        if ((word[i] >= 'a' && word[i] <= 'z' ? word[i] - 'a' + 'A' : word[i]) != wanted[i])
            return false;
    return true;
}

bool flow_name_sounds_secret(const char *key)
{
    const char *word, *end;
    size_t i;

    if (flow_name_public_prefix(key) != NULL)
        return false;
    for (word = key; *word != '\0'; word = *end != '\0' ? end + 1 : end) {
        end = word + strcspn(word, "_-.");
        for (i = 0; i < FLOW_COUNT(secret_words); i++)
            if (word_equals(word, (size_t)(end - word), secret_words[i]))
                return true;
    }
    return false;
}
