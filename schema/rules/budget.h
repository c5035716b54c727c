// SPDX-License-Identifier: MIT
// Budgets: what the user set, what they were lifted by, and how much of each is spent. Read only;
// query/edit/budget_edit.h writes them.
#ifndef CCL_RULES_BUDGET_H
#define CCL_RULES_BUDGET_H

#include "arena.h"
#include "spent.h"

enum budget_scope { BUDGET_ALL, BUDGET_PROJECT, BUDGET_BRANCH, BUDGET_PR, BUDGET_SESSION };
enum budget_period { BUDGET_DAY, BUDGET_WEEK, BUDGET_MONTH, BUDGET_TOTAL };
enum budget_mode { BUDGET_OBSERVE, BUDGET_WARN, BUDGET_ENFORCE };
enum budget_level { BUDGET_OK, BUDGET_NEAR, BUDGET_OVER };

// As the tables have them: "all", "day", "warn", ...
const char *budget_scope_name(enum budget_scope scope);
const char *budget_period_name(enum budget_period period);
const char *budget_mode_name(enum budget_mode mode);
bool budget_scope_parse(struct str name, enum budget_scope *out);
bool budget_period_parse(struct str name, enum budget_period *out);
bool budget_mode_parse(struct str name, enum budget_mode *out);

struct budget {
	int64_t id;
	enum budget_scope scope;
	struct str target; // project, branch; "": all of it, or each one
	enum budget_period period;
	enum budget_mode mode;
	int64_t limit_pico;
};

// What is in force.
struct budgets {
	struct budget *p; // in the arena
	size_t n;
	int64_t near_pct; // from this share on a budget is near its end (setting budget.near, 80)
	int64_t off_until_ms; // `ccl budget off`: enforced and said again from then on; 0: not off
};
MUST_USE bool budget_list(sqlite3 *db, struct arena *a, struct budgets *out, struct err *e);

// The beginning of the period that holds now_ms in the process's zone, and of the next one. Of
// BUDGET_TOTAL: 0 and LEDGER_NO_END_MS.
void budget_period_bounds(
	enum budget_period period, int64_t now_ms, int64_t *out_since_ms, int64_t *out_until_ms);

// Where a session works now: what its newest turn is charged to.
struct budget_place {
	int64_t session_id; // row id
	struct str session; // its id
	int64_t project_id; // 0: none
	struct str project; // names of the project: last component, root, host/owner/name
	struct str root, repo;
	struct str branch;             // STR_NONE: none
	int64_t pr_repo_id, pr_number; // 0: no pull request
	struct str pr_repo;            // host/owner/name
};
// By the session's id. False with *e unset (ERR_NONE): the ledger has no turn of it.
bool budget_find_place(
	sqlite3 *db, struct arena *a, struct str session, struct budget_place *out, struct err *e);

// A budget that the session's work counts against, and how far it is used up.
struct budget_reading {
	const struct budget *budget;
	struct str target; // "owner/name#12", the project's name, the branch, the session id; "" of
			   // all
	int64_t limit_pico; // with what `ccl budget allow` added
	int64_t spent_pico;
	int64_t since_ms, until_ms; // the period
	enum budget_level level;
};

// All that apply to a place, in the order of the budgets. One whose spending nobody has counted yet
// (a new budget of all, of a project or branch, before the next hook) is left out.
MUST_USE bool budget_look(struct pricer *p, struct arena *a, const struct budgets *budgets,
	const struct budget_place *place, int64_t now_ms, struct budget_reading **out,
	size_t *out_n, struct err *e);

// What will have been spent by the end of the period, at the pace since its beginning; total: what
// is spent.
int64_t budget_projected_pico(const struct budget_reading *r, int64_t now_ms);

#endif
