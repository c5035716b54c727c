// SPDX-License-Identifier: MIT
#include "anonymise.h"

#include <stdlib.h>
#include <string.h>

#include "ledger.h"

enum treatment {
	KEEP,  // from a list of ccl's own, or a time
	HASH,  // a name
	KNOWN, // Claude Code's own words stay, others are names
	LIST,  // the same for words with commas between
	MODEL, // what has a builtin price is known
};

// What a column holds; two of one kind have equal hashes where they name the same.
static const struct {
	const char *name, *kind;
	enum treatment treatment;
} known_columns[] = {
	{"id", "turn", HASH},
	{"day", NULL, KEEP},
	{"session", "session", HASH},
	{"project", "project", HASH},
	{"root", "root", HASH},
	{"repo", "repo", HASH},
	{"branch", "branch", HASH},
	{"branch_root", "root", HASH},
	{"pr_repo", "repo", HASH},
	{"role", NULL, KEEP},
	{"reason", NULL, KEEP},
	{"agent", "agent", KNOWN},
	{"agent_type", "agent_type", KNOWN},
	{"skill", "skill", HASH},
	{"model", "model", MODEL},
	{"priced_as", "model", MODEL},
	{"prompt", "prompt", HASH},
	{"version", "version", KNOWN},
	{"entrypoint", "entrypoint", KNOWN},
	{"stop_reason", "stop_reason", KNOWN},
	{"tools", "tool", LIST},
};

// Tools, types of agents, entry points and stop reasons that Claude Code and its API have; all
// others were named by somebody.
static const char *const known_words[] = {"Agent", "AskUserQuestion", "Bash", "BashOutput",
	"CronCreate", "CronDelete", "CronList", "Edit", "EnterPlanMode", "EnterWorktree",
	"ExitPlanMode", "ExitWorktree", "Explore", "Glob", "Grep", "KillBash", "KillShell", "LS",
	"LSP", "ListMcpResourcesTool", "Monitor", "MultiEdit", "NotebookEdit", "NotebookRead",
	"Plan", "Read", "ReadMcpResourceTool", "SendMessage", "Skill", "SlashCommand",
	"StructuredOutput", "Task", "TaskCreate", "TaskGet", "TaskList", "TaskOutput", "TaskStop",
	"TaskUpdate", "TodoRead", "TodoWrite", "ToolSearch", "WebFetch", "WebSearch", "Write",
	"acompact", "aprompt_suggestion", "aside_question", "claude-code-guide", "claude-desktop",
	"claude-vscode", "cli", "end_turn", "general-purpose", "main", "max_tokens",
	"model_context_window_exceeded", "output-style-setup", "pause_turn", "refusal", "sdk-cli",
	"sdk-py", "sdk-ts", "statusline-setup", "stop_sequence", "tool_use", "unknown"};

static bool is_known(struct str word)
{
	for (size_t i = 0; i < sizeof known_words / sizeof *known_words; i++)
		if (str_is(word, known_words[i]))
			return true;
	return false;
}

// 2.1.330, which no host or path looks like.
static bool is_version(struct str word)
{
	for (size_t i = 0; i < word.n; i++)
		if ((word.p[i] < '0' || word.p[i] > '9') && word.p[i] != '.')
			return false;
	return word.n > 0;
}

static void add_hash(struct buf *out, struct hash_key key, const char *kind, struct str word)
{
	struct buf b = {0};
	buf_printf(&b, "export %s ", kind);
	buf_add(&b, word);
	buf_printf(out, "%016llx", (unsigned long long)hash_sip(key, buf_str(&b)));
	buf_free(&b);
}

static void add_list(struct buf *out, struct hash_key key, const char *kind, struct str words)
{
	struct str rest = words;
	while (rest.p) {
		struct str word = str_split(rest, ',', &rest);
		if (is_known(word)) {
			buf_add(out, word);
		} else {
			if (str_starts(word, "mcp__"))
				buf_addz(out, "mcp__");
			add_hash(out, key, kind, word);
		}
		if (rest.p)
			buf_addc(out, ',');
	}
}

static void treat(struct hash_key key, struct arena *a, const char *kind, enum treatment treatment,
	struct str model, struct cell *c)
{
	AUTO(buf_free) struct buf b = {0};
	switch (treatment) {
	case KEEP: return;
	case HASH: add_hash(&b, key, kind, c->s); break;
	case LIST: add_list(&b, key, kind, c->s); break;
	case KNOWN:
		if (is_known(c->s) || is_version(c->s))
			return;
		add_hash(&b, key, kind, c->s);
		break;
	case MODEL:
		if (model.p)
			buf_add(&b, model);
		else
			add_hash(&b, key, kind, c->s);
		break;
	}
	c->s = arena_str(a, buf_str(&b));
}

static struct str public_model(const struct anonymiser *names, const struct report_column *columns,
	size_t n_columns, const struct cell *cells)
{
	for (size_t c = 0; c < n_columns; c++)
		for (size_t i = 0; strcmp(columns[c].name, "priced_as") == 0 &&
				   cells[c].kind == CELL_TEXT && i < names->n_models;
			i++)
			if (str_eq(names->models[i], cells[c].s))
				return cells[c].s;
	return STR_NONE;
}

bool anonymise_open(sqlite3 *db, struct arena *a, struct anonymiser *out, struct err *e)
{
	sqlite3_stmt *s = NULL;
	int rc = SQLITE_ERROR;
	if (!ledger_hash_key(db, &out->key, e))
		return false;
	if (sqlite3_prepare_v2(db, "SELECT DISTINCT model FROM price WHERE source = 'builtin'", -1,
		    &s, NULL) == SQLITE_OK)
		while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
			out->models = mem_reserve(out->models, &out->cap_models, out->n_models + 1,
				sizeof *out->models);
			out->models[out->n_models++] =
				arena_str(a, str_of((const char *)sqlite3_column_text(s, 0)));
		}
	(void)sqlite3_finalize(s);
	return rc == SQLITE_DONE || ledger_fail(db, "reading the prices", e);
}

void anonymise_close(struct anonymiser *names)
{
	free(names->models);
	*names = (struct anonymiser){0};
}

void anonymise_row(const struct anonymiser *names, struct arena *a,
	const struct report_column *columns, size_t n_columns, struct cell *cells)
{
	struct str model = public_model(names, columns, n_columns, cells);
	for (size_t c = 0; c < n_columns; c++) {
		size_t i = 0, n = sizeof known_columns / sizeof *known_columns;
		if (cells[c].kind != CELL_TEXT)
			continue;
		while (i < n && strcmp(columns[c].name, known_columns[i].name) != 0)
			i++;
		if (i < n)
			treat(names->key, a, known_columns[i].kind, known_columns[i].treatment,
				model, &cells[c]);
		else
			cells[c] = (struct cell){.kind = CELL_NULL};
	}
}
