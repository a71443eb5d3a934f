#include <string.h>

#include "cmd/commands.h"
#include "cmd/complete.h"
#include "cmd/words.h"

static const struct option_spec completion_options[] = {
    {"words", 0, "LABEL", "print the words for STAGE, TARGET, FORMAT and so on instead", false},
    OPTION_END};

static const struct {
    const char *shell;
    void (*print)(struct output *out);
} shells[] = {{"bash", complete_bash}, {"zsh", complete_zsh}, {"fish", complete_fish}};

static void print_word(void *context, const char *word)
{
    struct output *out = context;

    out_text(out, word);
    out_text(out, "\n");
}

static enum flow_code print_words(struct call *call, const char *label, struct flow_err *err)
{
    if (words_kind(label) == WORDS_PROJECT && call_open_session(call, err))
        return err->code;
    if (!words_each(label, call->session, print_word, &call->out))
        return flow_err_set(err, FLOW_E_USAGE,
                            "--words takes STAGE, TARGET, COMMAND, FORMAT, "
                            "RULE, SHELL, STORE, TIER or TYPE");
    return FLOW_OK;
}

static enum flow_code run_completion(struct call *call, struct flow_err *err)
{
    const char *label = option_text(&call->options, "words");
    size_t i;

    if (label != NULL)
        return print_words(call, label, err);
    if (call->options.operand_count == 0)
        return flow_err_set(err, FLOW_E_USAGE, "completion needs SHELL: bash, zsh or fish");
    for (i = 0; i < FLOW_COUNT(shells); i++)
        if (strcmp(shells[i].shell, call->options.operands[0]) == 0) {
            shells[i].print(&call->out);
            return FLOW_OK;
        }
    return flow_err_set(err, FLOW_E_USAGE, "completion knows bash, zsh and fish");
}

const struct command command_completion = {
    .name = "completion",
    .operands = "[SHELL]",
    .group = GROUP_PROJECT,
    .summary = "Print the completion script of a shell",
    .description = "The script completes commands, options and their values; stages and targets "
                   "come out of the project's flowenv.ini. Nothing else is read for them, and no "
                   "service is asked.",
    .options = completion_options,
    .shared = SHARES_PROJECT,
    .examples = (const struct example[]){{"source <(flowenv completion bash)", "in ~/.bashrc"},
                                         {"flowenv completion fish | source", "in config.fish"},
                                         {NULL, NULL}},
    .max_operands = 1,
    .run = run_completion,
};
