// SPDX-License-Identifier: MIT
// The command line: one table of options, of which every command takes some.
#ifndef CCL_QUERY_ARGS_H
#define CCL_QUERY_ARGS_H

#include "arena.h"
#include "err.h"
#include "report_def.h"

enum option {
	OPT_SINCE,
	OPT_UNTIL,
	OPT_PROJECT,
	OPT_BRANCH,
	OPT_MODEL,
	OPT_SESSION,
	OPT_BREAKDOWN,
	OPT_BY,
	OPT_COST,
	OPT_TIMEZONE,
	OPT_CURRENCY,
	OPT_RATE,
	OPT_COLUMNS,
	OPT_SORT,
	OPT_LIMIT,
	OPT_CHART,
	OPT_JSON,
	OPT_CSV,
	OPT_MD,
	OPT_TSV,
	OPT_NO_COLOR,
	OPT_CHECK,
	OPT_DRY_RUN,
	OPT_YES,
	OPT_REPO,
	OPT_OFFLINE,
	OPT_REFRESH,
	OPT_COMMENT,
	OPT_ROLE,
	OPT_TURN,
	OPT_GIT_TRAILER,
	OPT_STATUSLINE,
	OPT_SESSION_USD, // of `ccl budget set`, as the next ones
	OPT_BRANCH_USD,
	OPT_PROJECT_USD,
	OPT_DAY,
	OPT_WEEK,
	OPT_MONTH,
	OPT_PR,
	OPT_ENFORCE,
	OPT_OBSERVE,
	OPT_ADD,
	OPT_FOR,
	OPT_FORMAT,
	OPT_WIDTH,
	OPT_WITH,
	OPT_OUTPUT,
	OPT_ANONYMISE,
	OPT_SCHEMA,
	OPT_RESULT,
	OPT_HELP,
	N_OPTIONS,
};
#define OPT(o) (UINT64_C(1) << (o))
// What shapes any output, whatever the rows are.
#define OPTS_OUTPUT                                                                                \
	(OPT(OPT_COLUMNS) | OPT(OPT_SORT) | OPT(OPT_LIMIT) | OPT(OPT_JSON) | OPT(OPT_CSV) |        \
		OPT(OPT_MD) | OPT(OPT_TSV) | OPT(OPT_NO_COLOR) | OPT(OPT_HELP))

struct option_def {
	const char *name;   // without the dashes
	const char *letter; // of the short form, or NULL
	const char *value;  // what it is called in the help; NULL: a flag
	const char *about;
};
extern const struct option_def option_defs[N_OPTIONS];

enum { ARGS_MAX_POSITIONALS = 16, ARGS_MAX_PARAMS = 4 };

struct args {
	struct str values[N_OPTIONS]; // STR_NONE: not given; a flag that is: ""
	struct str positionals[ARGS_MAX_POSITIONALS];
	size_t n_positionals;
	struct str params[ARGS_MAX_PARAMS]; // options of the report's own, by its params
};

// The options that a report honours.
uint64_t args_options_of(const struct report_def *def);

// Reads argv[first..]. `options` are those that `command` takes; def (or NULL) adds its own. After
// `--` everything is positional. ERR_USAGE names what is wrong.
MUST_USE bool args_parse(int argc, char **argv, int first, const char *command, uint64_t options,
	const struct report_def *def, struct args *out, struct err *e);

// What rows are split by (enum report_by), by --by and --breakdown.
MUST_USE bool args_read_by(const struct args *a, unsigned *out, struct err *e);
const char *args_by_name(unsigned by); // the word of one of its bits; NULL: of none

bool args_has(const struct args *a, enum option o);

// The most similar of n names, or NULL if none is near.
const char *args_nearest(struct str word, const char *const *names, size_t n);

#endif
