// SPDX-License-Identifier: MIT
#include "spend.h"

#include <stdio.h>
#include <stdlib.h>

#include "arena.h"
#include "ledger.h"
#include "report_def.h"
#include "rowset.h"
#include "spend_cell.h"
#include "sqlfn.h"
#include "table_function.h"
#include "zone.h"

enum { MAX_SORTED = 8 };

enum { // arguments
	ARG_SINCE_MS,
	ARG_UNTIL_MS,
	ARG_PROJECT,
	ARG_BRANCH,
	ARG_MODEL,
	ARG_SESSION,
	ARG_BREAKDOWN,
	ARG_BY,
	ARG_COST,
};

// The cells that were read last: some reports ask for the same ones twice.
struct known {
	struct arena arena; // strings of the filter
	bool is_read;
	struct spend_filter filter;
	unsigned version; // of the ledger's contents
	struct spend_cells cells;
	struct blocks blocks; // if filter.blocks points to them
};

struct sums {
	// the key of a group: the columns named that are no measures, those to sort by first
	size_t n_dims, n_sorted;
	enum spend_column dims[SPEND_TURNS];
	struct rowset groups; // its numbers begin with the key
	// where a group has the dimensions named, the time of one of its cells, and the measures
	size_t where[SPEND_N_COLUMNS], at_ms;
	const int64_t **rows; // all groups, in order
};

static void free_known(void *shared)
{
	struct known *k = shared;
	arena_free(&k->arena);
	free(k->cells.all);
	free(k->blocks.all);
	free(k);
}

// By the number of a dimension groups sort as by itself, NULL first. An hour's does not.
static bool can_sort(const sqlite3_index_info *info)
{
	for (int i = 0; i < info->nOrderBy; i++) {
		int column = info->aOrderBy[i].iColumn;
		if (column < 0 || column >= SPEND_TURNS || column == SPEND_HOUR ||
			info->aOrderBy[i].desc)
			return false;
	}
	return info->nOrderBy > 0 && info->nOrderBy <= MAX_SORTED;
}

// What the plan says to read_sums(): the columns that the
// statement names, then those to sort by, in hexadecimal. SQLite's own sort of a GROUP BY takes as
// long as the rest of a report.
static char *describe(sqlite3_index_info *info)
{
	char *z = sqlite3_mprintf("%llx", (unsigned long long)info->colUsed);
	info->orderByConsumed = can_sort(info);
	for (int i = 0; z && info->orderByConsumed && i < info->nOrderBy; i++) {
		char *longer = sqlite3_mprintf("%s %x", z, (unsigned)info->aOrderBy[i].iColumn);
		sqlite3_free(z);
		z = longer;
	}
	return z;
}

static void clear(void *state)
{
	struct sums *s = state;
	rowset_free(&s->groups);
	free(s->rows);
	*s = (struct sums){0};
}

static bool same(struct str a, struct str b)
{
	return !a.p == !b.p && str_eq(a, b);
}

// What describe() wrote begins with the columns that are named.
static unsigned long long named(const char *plan)
{
	return strtoull(plan, NULL, 16) & ((1ull << SPEND_N_COLUMNS) - 1);
}

static const unsigned long long CHARGED = 1ull << SPEND_CHARGED_PROJECT_ID |
					  1ull << SPEND_BRANCH_ID | 1ull << SPEND_REPO_ID |
					  1ull << SPEND_NUMBER;
static const unsigned long long BY_CHARGED =
	1ull << SPEND_BY_PROJECT_ID | 1ull << SPEND_BY_BRANCH_ID;
static const unsigned long long PARTS = (1ull << SPEND_FIRST_MS) - (1ull << SPEND_INPUT_COST);
static const unsigned long long CALLS =
	1ull << SPEND_CALLS | 1ull << SPEND_LARGEST_RESULT | 1ull << SPEND_LARGEST_NAME_ID;
static const unsigned long long INSTANTS =
	1ull << SPEND_TURN_ID | 1ull << SPEND_AT_MS | 1ull << SPEND_HOUR | 1ull << SPEND_DAY |
	1ull << SPEND_WEEK | 1ull << SPEND_MONTH | 1ull << SPEND_BLOCK;

static bool is_by_charge(unsigned long long columns)
{
	const unsigned long long known = CHARGED | 1ull << SPEND_CHARGE_ID |
					 1ull << SPEND_SESSION_ID | 1ull << SPEND_CLASS_ID |
					 1ull << SPEND_MODEL_ID | 1ull << SPEND_SPLIT;
	const unsigned long long measures =
		~((1ull << SPEND_TURNS) - 1) & ~(1ull << SPEND_UNKNOWN) & ~CALLS;
	return (columns & ~(known | measures)) == 0;
}

// The client's figures take long; where no money is named nobody sees them.
static enum report_cost cost_of(const char *plan, sqlite3_value *v)
{
	const unsigned long long money = 1ull << SPEND_COST | 1ull << SPEND_UNPRICED;
	enum report_cost cost = (enum report_cost)table_int(v, COST_AUTO);
	return cost == COST_REPORTED && !(named(plan) & money) ? COST_CALCULATED : cost;
}

// Nothing but the model is limited: such a filter may be asked for by charge.
static bool is_whole(const struct spend_filter *f)
{
	return f->since_ms <= 0 && f->until_ms >= LEDGER_NO_END_MS && !f->project.p &&
	       !f->branch.p && !f->session.p;
}

// The cells that were read for `has` are those for `f`, too.
static bool serves(const struct spend_filter *has, const struct spend_filter *f)
{
	return f->since_ms == has->since_ms && f->until_ms == has->until_ms &&
	       same(f->project, has->project) && same(f->branch, has->branch) &&
	       same(f->model, has->model) && same(f->session, has->session) &&
	       f->is_by_charge == has->is_by_charge && f->has_prompt == has->has_prompt &&
	       f->has_calls == has->has_calls && f->is_coarse == has->is_coarse &&
	       (has->has_charge || !f->has_charge) && (has->has_parts || !f->has_parts) &&
	       f->cost == has->cost && f->blocks == has->blocks;
}

static bool read_cells(
	sqlite3 *db, struct known *k, const char *plan, sqlite3_value *const *args, struct err *e)
{
	unsigned version = 0;
	unsigned long long columns = named(plan);
	unsigned long long charged =
		CHARGED | (table_int(args[ARG_BY], 0) & BY_BRANCH ? BY_CHARGED : 0);
	bool is_by_block = (columns >> SPEND_BLOCK & 1) != 0;
	struct spend_filter f = {.since_ms = table_int(args[ARG_SINCE_MS], 0),
		.until_ms = table_int(args[ARG_UNTIL_MS], LEDGER_NO_END_MS),
		.project = table_text(args[ARG_PROJECT]),
		.branch = table_text(args[ARG_BRANCH]),
		.model = table_text(args[ARG_MODEL]),
		.session = table_text(args[ARG_SESSION]),
		.is_by_charge = is_by_charge(columns),
		.has_charge = (columns & charged) != 0,
		.has_prompt = (columns >> SPEND_PROMPT_ID & 1) != 0,
		.has_calls = (columns & CALLS) != 0,
		.cost = cost_of(plan, args[ARG_COST]),
		.is_coarse = (columns & INSTANTS) == 0,
		.has_parts = (columns & PARTS) != 0,
		.blocks = is_by_block ? &k->blocks : NULL};
	f.is_by_charge = f.is_by_charge && is_whole(&f);
	(void)sqlite3_file_control(db, "main", SQLITE_FCNTL_DATA_VERSION, &version);
	if (k->is_read && version == k->version && serves(&k->filter, &f))
		return true;
	k->is_read = false;
	if (is_by_block && !block_read(db, &k->blocks, e))
		return false;
	if (!spend_read(db, &f, &k->cells, e))
		return false;
	arena_reset(&k->arena);
	struct str *texts[] = {&f.project, &f.branch, &f.model, &f.session};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (texts[i]->p)
			*texts[i] = arena_str(&k->arena, *texts[i]);
	k->filter = f;
	k->version = version;
	k->is_read = true;
	return true;
}

// Texts of time are grouped by a number that differs wherever they do.
static int64_t time_key(enum spend_column column, int64_t at_ms)
{
	struct zone_time t = zone_local(at_ms);
	if (column == SPEND_HOUR)
		return (t.day_number * 24 + t.hour) * 4096 + t.offset_s / 60;
	if (column == SPEND_MONTH)
		return t.year * 12 + t.month;
	return column == SPEND_DAY ? t.day_number : t.day_number - (t.day_number + 3) % 7;
}

// What columns depend on besides the cell.
struct split {
	const struct blocks *blocks;
	bool is_breakdown;
	unsigned by; // of enum report_by
};

static int64_t by_key(const struct spend_cell *cell, enum spend_column column, unsigned by)
{
	if (column == SPEND_BY_PROJECT_ID && by & BY_PROJECT)
		return cell->v[by & BY_BRANCH ? SPEND_CHARGED_PROJECT_ID : SPEND_PROJECT_ID];
	if (column == SPEND_BY_BRANCH_ID && by & BY_BRANCH)
		return cell->v[SPEND_BRANCH_ID];
	if (column == SPEND_BY_AGENT_ID && by & BY_AGENT)
		return cell->v[SPEND_AGENT_ID];
	return SPEND_NULL;
}

static int64_t key_of(const struct spend_cell *cell, enum spend_column column, struct split split)
{
	if (column >= SPEND_HOUR && column <= SPEND_MONTH)
		return time_key(column, cell->v[SPEND_AT_MS]);
	if (column == SPEND_BLOCK) {
		// it may begin within the quarter hour of a cell, but not behind its first turn
		const struct block *b = block_find(split.blocks, cell->v[SPEND_FIRST_MS]);
		return b ? b->start_ms : SPEND_NULL;
	}
	if (column == SPEND_SPLIT)
		return split.is_breakdown ? cell->v[SPEND_MODEL_ID] : SPEND_NULL;
	if (column >= SPEND_BY_PROJECT_ID && column <= SPEND_BY_AGENT_ID)
		return by_key(cell, column, split.by);
	return cell->v[column];
}

static void add_dim(struct sums *s, enum spend_column column)
{
	s->where[column] = s->n_dims;
	s->dims[s->n_dims++] = column;
}

// Takes what describe() wrote.
static void lay_out(struct sums *s, const char *plan)
{
	char *at;
	unsigned long long used = strtoull(plan, &at, 16), sorted = 0;
	while (*at) {
		enum spend_column column = (enum spend_column)strtoul(at, &at, 16);
		if (!(sorted >> column & 1))
			add_dim(s, column);
		sorted |= 1ull << column;
	}
	s->n_sorted = s->n_dims;
	for (int i = 0; i < SPEND_TURNS; i++)
		if ((used & ~sorted) >> i & 1)
			add_dim(s, (enum spend_column)i);
	size_t n = s->n_dims;
	s->groups.n_key = n;
	s->at_ms = n++;
	for (int i = SPEND_TURNS; i < SPEND_N_COLUMNS; i++)
		s->where[i] = n++;
	s->groups.n_columns = n;
}

static bool group(const struct known *k, struct sums *s, struct split split, struct err *e)
{
	int64_t key[SPEND_TURNS];
	for (size_t i = 0; i < k->cells.n; i++) {
		bool is_new;
		const struct spend_cell *cell = &k->cells.all[i];
		const int64_t *measures = &cell->v[SPEND_TURNS];
		for (size_t d = 0; d < s->n_dims; d++)
			key[d] = key_of(cell, s->dims[d], split);
		int64_t *row = rowset_get(&s->groups, key, &is_new);
		int64_t *to = row + s->where[SPEND_TURNS];
		row[s->at_ms] = cell->v[SPEND_AT_MS];
		if (is_new)
			memcpy(to, measures, (SPEND_N_COLUMNS - SPEND_TURNS) * sizeof *to);
		else if (!spend_add(to, measures))
			return err_set(e, ERR_FORMAT, "integer overflow: the sum is too large");
	}
	s->rows = rowset_sorted(&s->groups, s->n_sorted);
	return true;
}

static bool read_sums(
	struct table_rows *rows, const char *plan, sqlite3_value *const *args, struct err *e)
{
	struct sums *s = rows->state;
	struct known *k = rows->shared;
	struct split split = {&k->blocks, table_int(args[ARG_BREAKDOWN], 0) != 0,
		(unsigned)table_int(args[ARG_BY], 0)};
	clear(s);
	lay_out(s, plan);
	bool ok = read_cells(rows->db, k, plan, args, e) && group(k, s, split, e);
	rows->n = s->groups.n;
	return ok;
}

static void column(sqlite3_context *ctx, const struct table_rows *rows, int i)
{
	const struct sums *s = rows->state;
	const int64_t *row = s->rows[rows->at];
	if (i >= SPEND_HOUR && i <= SPEND_MONTH)
		sqlfn_local_text(ctx, row[s->at_ms], (enum local_unit)(i - SPEND_HOUR));
	else if (row[s->where[i]] != SPEND_NULL)
		sqlite3_result_int64(ctx, row[s->where[i]]);
}

bool spend_register(sqlite3 *db, struct err *e)
{
	static const struct table_function def = {.name = "spend_sum",
		.columns = "turn_id, at_ms, hour, day, week, month, block, origin_id, class_id, "
			   "charge_id, model_id, split, session_id, agent_id, project_id, "
			   "charged_project_id, branch_id, repo_id, number, prompt_id, "
			   "by_project_id, by_branch_id, by_agent_id, turns, input, output, "
			   "cache_write_5m, cache_write_1h, cache_read, web_searches, cost, "
			   "unpriced, unknown, calls, input_cost, output_cost, cache_write_cost, "
			   "cache_read_cost, search_cost, cache_saved, cache_extra, first_ms, "
			   "last_ms, largest_result, largest_name_id",
		.arguments = "since_ms, until_ms, in_project, in_branch, of_model, of_session, "
			     "breakdown, by_what, of_cost",
		// never the inner table of a join that may have it outside
		.cost = 1e7,
		.n_rows = 2000,
		.state_bytes = sizeof(struct sums),
		.plan = describe,
		.read = read_sums,
		.column = column,
		.clear = clear};
	return table_function_register(db, &def, mem_alloc(sizeof(struct known)), free_known, e);
}
