// SPDX-License-Identifier: MIT
#include "observe.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "charge.h"
#include "clock.h"
#include "git.h"
#include "hash.h"
#include "worktree.h"

bool observe_run(struct ingest *in, struct str event, struct err *e)
{
	static const char *const steps[] = {
		"UPDATE hook_run SET runs = runs + 1, last_ms = ?2 WHERE event = ?1",
		"INSERT INTO hook_run VALUES (?1, 1, ?2)",
	};
	struct str known = event.n <= 64 ? event : STR("(long name)");
	for (size_t i = 0; i < 2; i++) { // the row is there but once: cheaper than an upsert
		sqlite3_stmt *s = store_sql(&in->store, steps[i], e);
		if (!s)
			return false;
		store_bind(s, "ti", known, clock_now_ms());
		if (!store_run(&in->store, s, e))
			return false;
		if (sqlite3_changes(in->store.db))
			break;
	}
	return true;
}

enum { CONFIG_AGE_MS = 2000 };

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

// Of the state that the config is in, the branch and the session: what is read for one of these
// does not do for another. 0: it was changed just now, and may be again within a tick of the disk's
// clock.
static uint64_t config_hash(
	struct ingest *in, const struct git_place *g, struct str branch, struct str session)
{
	struct stat st;
	const char *path = arena_printf(&in->arena, "%.*s/config", STR_ARG(g->common_dir));
	if (stat(path, &st) != 0 || (int64_t)st.st_mtime * 1000 > clock_now_ms() - CONFIG_AGE_MS)
		return 0;
	return hash_fast(str_of(arena_printf(&in->arena, "%llu %lld %lld.%ld %lld.%ld %.*s %.*s",
		(unsigned long long)st.st_ino, (long long)st.st_size, (long long)st.st_mtime,
		(long)st.st_mtim.tv_nsec, (long long)st.st_ctime, (long)st.st_ctim.tv_nsec,
		STR_ARG(branch), STR_ARG(session))));
}

// The row of a working tree whose config was read already: a large one takes longer to read than
// everything else here.
static bool find_read_tree(struct ingest *in, const struct git_place *g, uint64_t hash,
	struct worktree *out, bool *out_found, struct err *e)
{
	sqlite3_stmt *s = store_sql(&in->store,
		"SELECT id, project_id, default_branch_id, reflog_bytes, reflog_inode FROM "
		"worktree WHERE git_dir = :dir AND config_hash = :hash AND config_hash <> 0",
		e);
	if (!s)
		return false;
	store_bind(s, "th", g->git_dir, hash);
	if (!store_step(&in->store, s, out_found, e))
		return false;
	if (*out_found)
		*out = (struct worktree){.id = sqlite3_column_int64(s, 0),
			.project_id = sqlite3_column_int64(s, 1),
			.default_branch_id = sqlite3_column_int64(s, 2),
			.reflog_bytes = sqlite3_column_int64(s, 3),
			.reflog_inode = sqlite3_column_int64(s, 4)};
	(void)sqlite3_reset(s);
	return true;
}

static bool read_tree(struct ingest *in, struct session *session, const struct git_place *g,
	const struct git_head *h, uint64_t hash, struct worktree *out, struct err *e)
{
	struct git_config c = {0};
	(void)git_read_config(&in->arena, g, h->branch, &c);
	sqlite3_stmt *s =
		store_sql(&in->store, "UPDATE worktree SET config_hash = :hash WHERE id = :id", e);
	if (!s || !worktree_find(&in->store, g, &c, out, e))
		return false;
	store_bind(s, "hi", hash, out->id);
	return store_run(&in->store, s, e) && write_config_hint(in, session, out, h, &c, e);
}

bool observe_git(struct ingest *in, struct str session_uid, struct str cwd, struct err *e)
{
	struct git_place g;
	struct git_head h;
	struct worktree t;
	struct session *session = catalog_session(&in->catalog, session_uid);
	int64_t session_id;
	bool is_read;
	if (ingest_is_ignored(in, cwd))
		return true;
	if (!session || ingest_is_forgotten(in, session_uid) || !cwd.n || cwd.p[0] != '/' ||
		!git_find(&in->arena, cwd, &g) || !git_read_head(&in->arena, &g, &h))
		return true;
	uint64_t hash = config_hash(in, &g, h.branch, session_uid);
	return store_session(&in->store, session, &session_id, e) &&
	       find_read_tree(in, &g, hash, &t, &is_read, e) &&
	       (is_read || read_tree(in, session, &g, &h, hash, &t, e)) &&
	       worktree_read_moves(&in->store, &g, &t, e) &&
	       worktree_note_head(&in->store, &t, session_id, &h, e);
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
