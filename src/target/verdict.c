#include "target/verdict.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LINE_MAX_BYTES = 1024, LARGEST = 3 };

void flow_verdict_fault(struct flow_verdict *verdict, const char *format, ...)
{
    char line[LINE_MAX_BYTES];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (++verdict->fault_count <= FLOW_VERDICT_LINES)
        flow_str_addf(&verdict->faults, "%s\n", line);
}

void flow_verdict_remark(struct flow_verdict *verdict, const char *format, ...)
{
    char line[LINE_MAX_BYTES];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(line, sizeof line, format, args);
    va_end(args);
    flow_str_addf(&verdict->remarks, "%s\n", line);
}

void flow_verdict_done(struct flow_verdict *verdict)
{
    flow_str_done(&verdict->faults);
    flow_str_done(&verdict->remarks);
}

static size_t entry_bytes(const struct flow_entry *entry)
{
    return strlen(entry->key) + entry->value.len;
}

size_t flow_view_bytes(const struct flow_view *view)
{
    size_t total = 0;

    for (size_t i = 0; i < view->count; i++)
        total += entry_bytes(&view->entries[i]);
    return total;
}

/* The largest entries, largest first; returns how many there are. */
static size_t find_largest(const struct flow_view *view, const struct flow_entry *found[LARGEST])
{
    size_t count = 0;

    for (size_t i = 0; i < view->count; i++) {
        const struct flow_entry *entry = &view->entries[i];
        size_t at = count < LARGEST ? count++ : LARGEST;

        for (; at > 0 && entry_bytes(found[at - 1]) < entry_bytes(entry); at--)
            if (at < LARGEST)
                found[at] = found[at - 1];
        if (at < LARGEST)
            found[at] = entry;
    }
    return count;
}

void flow_verdict_check_total(struct flow_verdict *verdict, const struct flow_view *view,
                              size_t max, const char *service)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str list = FLOW_STR_INIT(LINE_MAX_BYTES / 2);
    const struct flow_entry *largest[LARGEST];
    size_t total = flow_view_bytes(view), count;

    if (total <= max)
        return;
    count = find_largest(view, largest);
    for (size_t i = 0; i < count; i++)
        flow_str_addf(&list, "%s %s (%zu)", i > 0 ? "," : "", largest[i]->key,
                      entry_bytes(largest[i]));
    flow_verdict_fault(verdict,
                       "names and values have %zu bytes in all, %zu more than the %zu that %s "
                       "takes; the largest are%s",
                       total, total - max, max, service, list.text);
}
