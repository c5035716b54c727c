// SPDX-License-Identifier: MIT
#include "observe.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "charge.h"
#include "clock.h"
#include "git.h"
#include "worktree.h"

bool observe_run(struct ingest *in, struct str event, struct err *e)
{
	sqlite3_stmt *s = store_sql(&in->store,
		"INSERT INTO hook_run VALUES (:event, 1, :now)"
		" ON CONFLICT DO UPDATE SET runs = runs + 1, last_ms = excluded.last_ms",
		e);
	struct str known = event.n <= 64 ? event : STR("(long name)");
	if (!s)
		return false;
	store_bind(s, "ti", known, clock_now_ms());
	return store_run(&in->store, s, e);
}

static bool word_id(struct ingest *in, struct str text, int64_t *out, struct err *e)
{
	return store_word_of(&in->store, text, out, e);
}

// A pull request that the branch's config names: checked out by gh, or noted by an editor.
static bool write_config_hint(struct ingest *in, struct session *session, const struct worktree *t,
	const struct git_head *h, const struct git_config *c, struct err *e)
{
	int64_t session_id, branch;
	int64_t number = c->merge_number       ? c->merge_number
			 : c->editor_pr.number ? c->editor_pr.number
					       : c->pull_request;
	if (!number || !h->branch.n)
		return true;
	const struct pr_repo *repo = c->merge_number && c->head.host.n ? &c->head : &c->repo;
	struct str name =
		repo->host.n
			? str_of(arena_printf(&in->arena, "%.*s/%.*s/%.*s", STR_ARG(repo->host),
				  STR_ARG(repo->owner), STR_ARG(repo->repo)))
			: STR_NONE;
	const char *verb = c->merge_number ? "checkout" : "branch";
	struct str uuid = str_of(arena_printf(&in->arena, "config:%.*s:%.*s:%lld",
		STR_ARG(session->uid), STR_ARG(h->branch), (long long)number));
	sqlite3_stmt *s = store_sql(&in->store,
		"INSERT INTO pr_hint(uuid, session_id, at_ms, source, verb, repo, number, "
		"branch_id, project_id, on_branch_id)"
		" VALUES (:uuid, :session, :at, 'config', :verb, :repo, :number, :branch, "
		":project, :branch) ON CONFLICT DO NOTHING",
		e);
	if (!s || !store_session(&in->store, session, &session_id, e) ||
		!word_id(in, h->branch, &branch, e))
		return false;
	store_bind(s, "tiiztiii", uuid, session_id, clock_now_ms(), verb, name, number, branch,
		t->project_id);
	return store_run(&in->store, s, e) &&
	       (sqlite3_changes(in->store.db) == 0 ||
		       charge_renew_claim(&in->store, t->project_id, branch, e));
}

bool observe_git(struct ingest *in, struct str session_uid, struct str cwd, struct err *e)
{
	struct git_place g;
	struct git_head h;
	struct git_config c = {0};
	struct worktree t;
	struct session *session = catalog_session(&in->catalog, session_uid);
	int64_t session_id;
	if (ingest_is_ignored(in, cwd))
		return true;
	if (!session || ingest_is_forgotten(in, session_uid) || !cwd.n || cwd.p[0] != '/' ||
		!git_find(&in->arena, cwd, &g) || !git_read_head(&in->arena, &g, &h))
		return true;
	(void)git_read_config(&in->arena, &g, h.branch, &c);
	return store_session(&in->store, session, &session_id, e) &&
	       worktree_find(&in->store, &g, &c, &t, e) &&
	       worktree_read_moves(&in->store, &g, &t, e) &&
	       worktree_note_head(&in->store, &t, session_id, &h, e) &&
	       write_config_hint(in, session, &t, &h, &c, e);
}

static bool is_set(const char *name)
{
	const char *v = getenv(name);
	return v && *v;
}

static const char *billing(void)
{
	return is_set("CLAUDE_CODE_USE_BEDROCK")   ? "bedrock"
	       : is_set("CLAUDE_CODE_USE_VERTEX")  ? "vertex"
	       : is_set("CLAUDE_CODE_USE_FOUNDRY") ? "foundry"
	       : is_set("ANTHROPIC_API_KEY")       ? "api-key"
	       : is_set("ANTHROPIC_AUTH_TOKEN")    ? "auth-token"
	       : is_set("CLAUDE_CODE_OAUTH_TOKEN") ? "oauth-token"
						   : NULL;
}

struct ci {
	const char *name, *mark, *number, *branch;
};

static const struct ci *find_ci(void)
{
	static const struct ci known[] = {
		{"github", "GITHUB_ACTIONS", NULL, "GITHUB_HEAD_REF"}, // number: of GITHUB_REF
		{"gitlab", "GITLAB_CI", "CI_MERGE_REQUEST_IID", "CI_COMMIT_REF_NAME"},
		{"bitbucket", "BITBUCKET_BUILD_NUMBER", "BITBUCKET_PR_ID", "BITBUCKET_BRANCH"},
		{"azure", "TF_BUILD", "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER",
			"BUILD_SOURCEBRANCHNAME"},
		{"circleci", "CIRCLECI", "CIRCLE_PR_NUMBER", "CIRCLE_BRANCH"},
		{"buildkite", "BUILDKITE", "BUILDKITE_PULL_REQUEST", "BUILDKITE_BRANCH"},
		{"jenkins", "JENKINS_URL", "CHANGE_ID", "BRANCH_NAME"},
		{"ci", "CI", NULL, NULL},
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (is_set(known[i].mark))
			return &known[i];
	return NULL;
}

static int64_t ci_number(const struct ci *ci)
{
	struct str text = str_of(ci->number ? getenv(ci->number) : NULL), rest;
	int64_t n;
	if (!text.n && str_is(str_of(ci->name), "github")) {
		struct str ref = str_of(getenv("GITHUB_REF")); // refs/pull/N/merge
		if (str_starts(ref, "refs/pull/"))
			text = str_split(str_from(ref, 10), '/', &rest);
	}
	return str_int(text, 1, INT32_MAX, &n) ? n : 0;
}

void observe_environment(struct ingest *in, struct str session_uid)
{
	struct session *s = catalog_session(&in->catalog, session_uid);
	const struct ci *ci = find_ci();
	if (!s || ingest_is_forgotten(in, session_uid))
		return;
	s->billing = catalog_word(&in->catalog, str_of(billing()));
	if (ci) {
		struct str branch = str_of(ci->branch ? getenv(ci->branch) : NULL);
		s->ci = catalog_word(&in->catalog, str_of(ci->name));
		s->ci_pr_number = ci_number(ci);
		if (git_is_branch_name(branch))
			s->ci_branch = catalog_word(&in->catalog, branch);
	}
	if (s->billing || s->ci)
		catalog_change_session(&in->catalog, s);
}
