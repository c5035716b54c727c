// SPDX-License-Identifier: MIT
// What a Bash call runs, and which pull requests it names.
#include "gather.h"
#include "path.h"
#include "shell.h"

static const char *verb_name(const struct shell_pr *p)
{
	if (p->is_push)
		return "pushed";
	switch (p->verb) {
	case SHELL_PR_NONE: break;
	case SHELL_PR_CREATE: return "create";
	case SHELL_PR_VIEW: return "view";
	case SHELL_PR_CHECKOUT: return "checkout";
	case SHELL_PR_REVIEW: return "review";
	case SHELL_PR_DIFF: return "diff";
	case SHELL_PR_MERGE: return p->is_later ? "auto-merge" : "merge";
	case SHELL_PR_COMMENT: return "comment";
	case SHELL_PR_CHECKS: return "checks";
	case SHELL_PR_CLOSE: return "close";
	case SHELL_PR_REOPEN: return "reopen";
	case SHELL_PR_EDIT: return "edit";
	case SHELL_PR_READY: return "ready";
	}
	return p->is_switch ? "switch" : NULL;
}

// Where a command runs that stands behind `cd DIR &&`, which is mostly a subfolder, and sometimes
// another working tree.
static struct workdir *workdir_of(
	struct reader *r, const struct line *l, struct session *session, struct str dir)
{
	struct arena *a = &r->batch->arena;
	struct str path = l->cwd;
	if (!l->cwd.n)
		return NULL;
	if (dir.n)
		path = path_clean(a, dir.p[0] == '/' ? dir : path_join(a, l->cwd, dir));
	return catalog_workdir(r->catalog, session, path);
}

static struct word *word_or_none(struct reader *r, struct str text)
{
	return text.n ? catalog_word(r->catalog, text) : NULL;
}

void gather_command(
	struct reader *r, const struct line *l, const struct line_tool_use *t, struct call *c)
{
	struct arena *a = &r->batch->arena;
	struct shell_cmd cmd;
	shell_first(t->command, &cmd);
	if (cmd.program.n && cmd.sub.n)
		c->target =
			catalog_word(r->catalog, str_of(arena_printf(a, "%.*s %.*s",
							 STR_ARG(cmd.program), STR_ARG(cmd.sub))));
	else if (cmd.program.n)
		c->target = catalog_word(r->catalog, cmd.program);
	if (!str_has(t->command, "pr") && !str_has(t->command, "mr") && !str_has(t->command, "git"))
		return;
	struct shell_walk walk = shell_walk_begin(a, t->command);
	struct shell_pr pr;
	bool has_branch = l->git_branch.n && !str_is(l->git_branch, "HEAD");
	for (int n = 0; n < 16 && shell_next_pr(&walk, &pr); n++) {
		const char *verb = verb_name(&pr);
		if (!verb)
			continue;
		c->names_pr |= !pr.is_switch;
		*LIST_ADD(&r->batch->hints) = (struct hint){
			.uuid = str_of(arena_printf(a, "command:%.*s:%d", STR_ARG(t->id), n)),
			.session = c->session,
			.agent = catalog_agent(r->catalog, c->session, l->agent),
			.at_ms = l->at_ms,
			.number = pr.number,
			.source = "command",
			.verb = verb,
			.repo = arena_str(a, pr.repo),
			.workdir = workdir_of(r, l, c->session, pr.dir),
			.head = word_or_none(r, pr.head),
			.base = word_or_none(r, pr.base),
			.prompt = r->prompt,
			.branch = has_branch ? catalog_word(r->catalog, l->git_branch) : NULL,
			.call_hash = c->key_hash,
		};
	}
}
