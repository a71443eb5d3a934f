#include "cmd/complete.h"

#include <string.h>

#include "cmd/words.h"

struct words_line {
    struct output *out;
    bool more;
};

static void add_word(void *context, const char *word)
{
    struct words_line *line = context;

    if (line->more)
        out_text(line->out, " ");
    line->more = true;
    out_text(line->out, word);
}

void complete_words(struct output *out, const char *label)
{
    struct words_line line = {.out = out};

    (void)words_each(label, NULL, add_word, &line);
}

void complete_quoted(struct output *out, const char *text, const char *apostrophe)
{
    for (; *text != '\0'; text++)
        if (*text == '\'')
            out_text(out, apostrophe);
        else
            out_bytes(out, text, 1);
}

const char *complete_operand(const struct command *command)
{
    const char *operand = command->operands;

    return strncmp(operand, "-- ", 3) == 0 ? operand + 3 : operand;
}
