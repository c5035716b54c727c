// SPDX-License-Identifier: MIT
#include "anonymise.h"

#include <string.h>

enum treatment {
	KEEP,  // from a list of ccl's own, or a time
	HASH,  // a name
	KNOWN, // Claude Code's own words stay, others are names
	LIST,  // the same for words with commas between
	MODEL, // the id that it is priced by stays
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
	struct str priced_as, struct cell *c)
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
		if (priced_as.p)
			buf_add(&b, priced_as);
		else
			add_hash(&b, key, kind, c->s);
		break;
	}
	c->s = arena_str(a, buf_str(&b));
}

// An id of Anthropic's with a price, however it was named here; a price can be the user's own.
static struct str public_model(
	const struct report_column *columns, size_t n_columns, const struct cell *cells)
{
	struct str model = STR_NONE;
	bool has_price = false;
	for (size_t c = 0; c < n_columns; c++) {
		if (strcmp(columns[c].name, "priced_as") == 0 && cells[c].kind == CELL_TEXT)
			model = cells[c].s;
		if (strcmp(columns[c].name, "unpriced") == 0)
			has_price = cells[c].kind == CELL_INT && cells[c].i == 0;
	}
	return has_price && str_starts(model, "claude-") ? model : STR_NONE;
}

void anonymise_row(struct hash_key key, struct arena *a, const struct report_column *columns,
	size_t n_columns, struct cell *cells)
{
	struct str model = public_model(columns, n_columns, cells);
	for (size_t c = 0; c < n_columns; c++) {
		size_t i = 0, n = sizeof known_columns / sizeof *known_columns;
		if (cells[c].kind != CELL_TEXT)
			continue;
		while (i < n && strcmp(columns[c].name, known_columns[i].name) != 0)
			i++;
		if (i < n)
			treat(key, a, known_columns[i].kind, known_columns[i].treatment, model,
				&cells[c]);
		else
			cells[c] = (struct cell){.kind = CELL_NULL};
	}
}
