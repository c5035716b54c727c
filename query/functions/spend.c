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
#include "zone.h"

static const char declaration[] =
	"CREATE TABLE spend_sum (turn_id, at_ms, hour, day, week, month, block, origin_id, "
	"class_id,"
	" charge_id, model_id, split, session_id, agent_id, project_id, charged_project_id,"
	" branch_id, repo_id, number, prompt_id, by_project_id, by_branch_id, by_agent_id, turns, "
	"input, output,"
	" cache_write_5m, cache_write_1h, cache_read, web_searches, cost, unpriced, unknown, calls,"
	" input_cost, output_cost, cache_write_cost, cache_read_cost, search_cost, cache_saved, "
	"cache_extra,"
	" first_ms, last_ms, largest_result, largest_name_id, since_ms HIDDEN, until_ms HIDDEN, "
	"in_project HIDDEN,"
	" in_branch HIDDEN, of_model HIDDEN, of_session HIDDEN, breakdown HIDDEN, by_what HIDDEN, "
	"of_cost HIDDEN)";

enum { MAX_SORTED = 8 };

enum { // arguments, in the order of the hidden columns
	ARG_SINCE_MS,
	ARG_UNTIL_MS,
	ARG_PROJECT,
	ARG_BRANCH,
	ARG_MODEL,
	ARG_SESSION,
	ARG_BREAKDOWN,
	ARG_BY,
	ARG_COST,
	N_ARGS,
};

// The cells that were read last: some reports ask for the same ones twice.
struct table {
	sqlite3_vtab base;
	sqlite3 *db;
	struct arena arena; // strings of the filter
	bool is_read;
	struct spend_filter filter;
	unsigned version; // of the ledger's contents
	struct spend_cells cells;
	struct blocks blocks; // if filter.blocks points to them
};

struct cursor {
	sqlite3_vtab_cursor base;
	// the key of a group: the columns named that are no measures, those to sort by first
	size_t n_dims, n_sorted;
	enum spend_column dims[SPEND_TURNS];
	struct rowset groups; // its numbers begin with the key
	// where a group has the dimensions named, the time of one of its cells, and the measures
	size_t where[SPEND_N_COLUMNS], at_ms;
	const int64_t **rows; // all groups, in order
	size_t at;            // the row that it stands on
};

static int connect(sqlite3 *db, void *data, int argc, const char *const *argv, sqlite3_vtab **out,
	char **error)
{
	(void)data;
	(void)argc;
	(void)argv;
	(void)error;
	int rc = sqlite3_declare_vtab(db, declaration);
	if (rc != SQLITE_OK)
		return rc;
	(void)sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
	struct table *t = mem_alloc(sizeof *t);
	t->db = db;
	*out = &t->base;
	return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *base)
{
	struct table *t = (struct table *)base;
	arena_free(&t->arena);
	free(t->cells.all);
	free(t->blocks.all);
	free(t);
	return SQLITE_OK;
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

// What the plan says to filter(), besides idxNum, the arguments given: the columns that the
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

static int best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
	(void)base;
	int at[N_ARGS], n = 0;
	for (int i = 0; i < N_ARGS; i++)
		at[i] = -1;
	for (int i = 0; i < info->nConstraint; i++) {
		int arg = info->aConstraint[i].iColumn - SPEND_N_COLUMNS;
		if (arg < 0 || info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ)
			continue;
		if (!info->aConstraint[i].usable)
			return SQLITE_CONSTRAINT;
		at[arg] = i;
	}
	for (int i = 0; i < N_ARGS; i++) {
		if (at[i] < 0)
			continue;
		info->aConstraintUsage[at[i]].argvIndex = ++n;
		info->aConstraintUsage[at[i]].omit = 1;
		info->idxNum |= 1 << i;
	}
	info->idxStr = describe(info);
	info->needToFreeIdxStr = 1;
	// never the inner table of a join that may have it outside
	info->estimatedCost = 1e7;
	info->estimatedRows = 2000;
	return info->idxStr ? SQLITE_OK : SQLITE_NOMEM;
}

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
	(void)base;
	struct cursor *c = mem_alloc(sizeof *c);
	*out = &c->base;
	return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
	struct cursor *c = (struct cursor *)base;
	rowset_free(&c->groups);
	free(c->rows);
	free(c);
	return SQLITE_OK;
}

static struct str text_of(sqlite3_value *v)
{
	const char *p = v ? (const char *)sqlite3_value_text(v) : NULL;
	return p ? (struct str){p, (size_t)sqlite3_value_bytes(v)} : STR_NONE;
}

static int64_t int_of(sqlite3_value *v, int64_t fallback)
{
	return v && sqlite3_value_type(v) != SQLITE_NULL ? sqlite3_value_int64(v) : fallback;
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
	enum report_cost cost = (enum report_cost)int_of(v, COST_AUTO);
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

static bool read_cells(struct table *t, const char *plan, sqlite3_value **args, struct err *e)
{
	unsigned version = 0;
	unsigned long long columns = named(plan);
	unsigned long long charged =
		CHARGED | (int_of(args[ARG_BY], 0) & BY_BRANCH ? BY_CHARGED : 0);
	bool is_by_block = (columns >> SPEND_BLOCK & 1) != 0;
	struct spend_filter f = {.since_ms = int_of(args[ARG_SINCE_MS], 0),
		.until_ms = int_of(args[ARG_UNTIL_MS], LEDGER_NO_END_MS),
		.project = text_of(args[ARG_PROJECT]),
		.branch = text_of(args[ARG_BRANCH]),
		.model = text_of(args[ARG_MODEL]),
		.session = text_of(args[ARG_SESSION]),
		.is_by_charge = is_by_charge(columns),
		.has_charge = (columns & charged) != 0,
		.has_prompt = (columns >> SPEND_PROMPT_ID & 1) != 0,
		.has_calls = (columns & CALLS) != 0,
		.cost = cost_of(plan, args[ARG_COST]),
		.is_coarse = (columns & INSTANTS) == 0,
		.has_parts = (columns & PARTS) != 0,
		.blocks = is_by_block ? &t->blocks : NULL};
	f.is_by_charge = f.is_by_charge && is_whole(&f);
	(void)sqlite3_file_control(t->db, "main", SQLITE_FCNTL_DATA_VERSION, &version);
	if (t->is_read && version == t->version && serves(&t->filter, &f))
		return true;
	t->is_read = false;
	if (is_by_block && !block_read(t->db, &t->blocks, e))
		return false;
	if (!spend_read(t->db, &f, &t->cells, e))
		return false;
	arena_reset(&t->arena);
	struct str *texts[] = {&f.project, &f.branch, &f.model, &f.session};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (texts[i]->p)
			*texts[i] = arena_str(&t->arena, *texts[i]);
	t->filter = f;
	t->version = version;
	t->is_read = true;
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

static void add_dim(struct cursor *c, enum spend_column column)
{
	c->where[column] = c->n_dims;
	c->dims[c->n_dims++] = column;
}

// Takes what describe() wrote.
static void lay_out(struct cursor *c, const char *plan)
{
	char *at;
	unsigned long long used = strtoull(plan, &at, 16), sorted = 0;
	c->n_dims = 0;
	while (*at) {
		enum spend_column column = (enum spend_column)strtoul(at, &at, 16);
		if (!(sorted >> column & 1))
			add_dim(c, column);
		sorted |= 1ull << column;
	}
	c->n_sorted = c->n_dims;
	for (int i = 0; i < SPEND_TURNS; i++)
		if ((used & ~sorted) >> i & 1)
			add_dim(c, (enum spend_column)i);
	size_t n = c->n_dims;
	rowset_free(&c->groups);
	c->groups.n_key = n;
	c->at_ms = n++;
	for (int i = SPEND_TURNS; i < SPEND_N_COLUMNS; i++)
		c->where[i] = n++;
	c->groups.n_columns = n;
	c->at = 0;
}

static bool group(const struct table *t, struct cursor *c, struct split split, struct err *e)
{
	int64_t key[SPEND_TURNS];
	for (size_t i = 0; i < t->cells.n; i++) {
		bool is_new;
		const struct spend_cell *cell = &t->cells.all[i];
		const int64_t *measures = &cell->v[SPEND_TURNS];
		for (size_t d = 0; d < c->n_dims; d++)
			key[d] = key_of(cell, c->dims[d], split);
		int64_t *row = rowset_get(&c->groups, key, &is_new);
		int64_t *to = row + c->where[SPEND_TURNS];
		row[c->at_ms] = cell->v[SPEND_AT_MS];
		if (is_new)
			memcpy(to, measures, (SPEND_N_COLUMNS - SPEND_TURNS) * sizeof *to);
		else if (!spend_add(to, measures))
			return err_set(e, ERR_FORMAT, "integer overflow: the sum is too large");
	}
	free(c->rows);
	c->rows = rowset_sorted(&c->groups, c->n_sorted);
	return true;
}

static int filter(
	sqlite3_vtab_cursor *base, int given, const char *plan, int argc, sqlite3_value **argv)
{
	struct cursor *c = (struct cursor *)base;
	struct table *t = (struct table *)base->pVtab;
	struct err e = {0};
	sqlite3_value *args[N_ARGS] = {0};
	for (int i = 0, n = 0; i < N_ARGS && n < argc; i++)
		if (given & 1 << i)
			args[i] = argv[n++];
	lay_out(c, plan);
	struct split split = {
		&t->blocks, int_of(args[ARG_BREAKDOWN], 0) != 0, (unsigned)int_of(args[ARG_BY], 0)};
	if (read_cells(t, plan, args, &e) && group(t, c, split, &e))
		return SQLITE_OK;
	int rc = sqlite3_errcode(t->db);
	sqlite3_free(base->pVtab->zErrMsg);
	base->pVtab->zErrMsg = sqlite3_mprintf("%s", e.text);
	return rc == SQLITE_OK || rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_ERROR : rc;
}

static int next(sqlite3_vtab_cursor *base)
{
	((struct cursor *)base)->at++;
	return SQLITE_OK;
}

static int is_end(sqlite3_vtab_cursor *base)
{
	const struct cursor *c = (const struct cursor *)base;
	return c->at >= c->groups.n;
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int i)
{
	const struct cursor *c = (const struct cursor *)base;
	const int64_t *row = c->rows[c->at];
	if (i >= SPEND_HOUR && i <= SPEND_MONTH)
		sqlfn_local_text(ctx, row[c->at_ms], (enum local_unit)(i - SPEND_HOUR));
	else if (i < SPEND_N_COLUMNS && row[c->where[i]] != SPEND_NULL)
		sqlite3_result_int64(ctx, row[c->where[i]]);
	return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
	*out = (sqlite3_int64)((struct cursor *)base)->at;
	return SQLITE_OK;
}

bool spend_register(sqlite3 *db, struct err *e)
{
	static const sqlite3_module module = {
		.xConnect = connect, // without xCreate: it exists by its name alone
		.xBestIndex = best_index,
		.xDisconnect = disconnect,
		.xOpen = open_cursor,
		.xClose = close_cursor,
		.xFilter = filter,
		.xNext = next,
		.xEof = is_end,
		.xColumn = column,
		.xRowid = rowid,
	};
	return sqlite3_create_module_v2(db, "spend_sum", &module, NULL, NULL) == SQLITE_OK ||
	       ledger_fail(db, "registering functions", e);
}
