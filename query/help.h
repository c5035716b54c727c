// SPDX-License-Identifier: MIT
// Help pages, from the tables of reports, commands and options.
#ifndef CCL_QUERY_HELP_H
#define CCL_QUERY_HELP_H

#include "command.h"

MUST_USE bool help_all(struct err *e);
MUST_USE bool help_report(const struct report_def *def, struct err *e);
// A line of a list: what does not fit into 80 columns is folded under its beginning.
void help_add_entry(struct buf *b, const char *name, size_t name_cols, const char *about);

MUST_USE bool help_command(const struct command_def *def, struct err *e);

#endif
