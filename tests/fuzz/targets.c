// SPDX-License-Identifier: MIT
#include "targets.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "answer.h"
#include "batch.h"
#include "git.h"
#include "input.h"
#include "line_facts.h"
#include "payload.h"
#include "scan_walk.h"
#include "settings.h"
#include "shell.h"
#include "status.h"

static volatile uint64_t sink; // what was read, so that reading it is not left out

static void touch(struct str s)
{
	uint64_t sum = 0;
	assert(s.p || !s.n);
	for (size_t i = 0; i < s.n; i++)
		sum += (unsigned char)s.p[i];
	sink += sum;
}

// Walking and skipping take the same texts.
static void run_scan(struct str input)
{
	struct arena a = {0};
	struct buf walk = {0};
	size_t depth = 0;
	for (size_t i = 0; i < input.n; i++)
		depth += input.p[i] == '{' || input.p[i] == '[';
	if (depth < SCAN_MAX_DEPTH) // below it brackets are only counted, and the walk is recursive
		assert(walk_text(&a, input, &walk) == skips_text(input));
	else
		(void)skips_text(input);
	touch(scan_decode(&a, input.n && memchr(input.p, '\\', input.n) ? STR_NONE : input, 100));
	buf_free(&walk);
	arena_free(&a);
}

static void check_usage(const struct line_usage *u)
{
	const int64_t counts[] = {u->input_tok, u->output_tok, u->thinking_tok, u->cache_write_tok,
		u->cache_5m_tok, u->cache_1h_tok, u->cache_read_tok, u->n_web_search,
		u->n_web_fetch};
	for (size_t i = 0; u->is_present && i < sizeof counts / sizeof *counts; i++)
		assert(counts[i] >= -1 && counts[i] <= TRANSCRIPT_MAX_TOK);
}

// A line, and what the hook makes of its records.
static void run_line(struct str input)
{
	static struct line l;
	struct arena a = {0};
	struct catalog catalog = {0};
	struct batch batch = {0};
	struct buf facts = {0};
	struct line_damage damage = {0};
	struct reader r = {.catalog = &catalog, .batch = &batch, .key = {1, 2}};
	struct str rest = input;
	size_t before = rest.n + 1;
	while (transcript_next(&rest, r.key, &a, &l, &damage)) {
		assert(rest.n < before);
		before = rest.n;
		check_usage(&l.usage);
		assert(l.n_steps <= LINE_MAX_STEPS && l.n_tool_uses <= LINE_MAX_BLOCKS &&
			l.n_tool_results <= LINE_MAX_BLOCKS);
		assert(l.pr_number >= 0 && l.pr_number <= INT32_MAX);
		facts_of(&facts, &l, true);
		batch_add_line(&r, &l, 0);
	}
	assert(rest.n == 0);
	sink += batch_rows(&batch);
	buf_free(&facts);
	batch_free(&batch);
	catalog_free(&catalog);
	arena_free(&a);
}

static void run_payload(struct str input)
{
	struct arena a = {0};
	struct payload p;
	struct agent_meta m;
	if (payload_read(&a, input, &p)) {
		const struct str all[] = {p.event, p.session, p.transcript_path,
			p.agent_transcript_path, p.agent, p.agent_type, p.cwd, p.prompt};
		assert(p.event.n > 0);
		for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
			touch(all[i]);
			assert(!all[i].p ||
				(all[i].p[all[i].n] == '\0' && strlen(all[i].p) == all[i].n));
		}
	}
	if (payload_read_meta(&a, input, &m))
		assert(m.depth >= -1 && m.depth <= 1000);
	arena_free(&a);
}

static void run_status(struct str input)
{
	struct arena a = {0};
	struct status p;
	if (status_read(&a, input, &p)) {
		const struct str all[] = {p.session, p.transcript_path, p.cwd, p.model_id,
			p.model_name, p.version, p.cost, p.pr_url, status_pr_key(&a, &p, NULL)};
		const int64_t numbers[] = {p.cost_pico, p.window_tok, p.context_bp, p.context_tok,
			p.cache_hit_bp, p.pr_number};
		for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
			touch(all[i]);
			assert(!all[i].p || strlen(all[i].p) == all[i].n);
		}
		for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
			assert(numbers[i] >= -1);
		for (size_t i = 0; i < N_STATUS_LIMITS; i++)
			assert(p.limits[i].used_bp >= -1 && p.limits[i].resets_ms >= -1);
		assert((p.cost_pico >= 0) == (p.cost.n > 0));
	}
	(void)input_is_whole(input);
	arena_free(&a);
}

static void walk_settings(struct arena *a, struct str value, int depth)
{
	struct settings_item it = {0}, found;
	touch(settings_string(a, value));
	sink += settings_is_true(value) + settings_find(value, "hooks", &found) +
		settings_count(value);
	while (depth < 20 && settings_next(value, &it)) {
		touch(it.key);
		touch(settings_extent(&it));
		touch(settings_string(a, it.key));
		assert(it.value.p >= value.p && it.value.p + it.value.n <= value.p + value.n);
		walk_settings(a, it.value, depth + 1);
	}
}

static void run_settings(struct str input)
{
	struct arena a = {0};
	struct err e = {.code = ERR_NONE};
	struct str root = STR_NONE;
	size_t line, column;
	bool is_ok = settings_check(STR("settings.json"), input, &root, &e);
	assert(is_ok || (e.code != ERR_NONE && e.text[0] && !strchr(e.text, '\n')));
	if (is_ok) {
		walk_settings(&a, root, 0);
		assert(root.p >= input.p && root.p + root.n <= input.p + input.n);
		assert(skips_text(root));
	} else if (input.n < 2000) {
		walk_settings(&a, settings_body(input), 0); // means nothing, but stays inside
	}
	if (input.n) {
		settings_place(input, input.p + input.n - 1, &line, &column);
		assert(line >= 1 && column >= 1);
	}
	sink += settings_is_blank(input);
	arena_free(&a);
}

static char git_dir[64];

static void remove_git_dir(void)
{
	char path[96];
	(void)snprintf(path, sizeof path, "%s/config", git_dir);
	(void)unlink(path);
	(void)rmdir(git_dir);
}

static bool write_git_config(struct str input)
{
	char path[96];
	if (!git_dir[0]) {
		(void)snprintf(git_dir, sizeof git_dir, "/tmp/ccl-fuzz-XXXXXX");
		if (!mkdtemp(git_dir))
			return false;
		(void)atexit(remove_git_dir);
	}
	(void)snprintf(path, sizeof path, "%s/config", git_dir);
	FILE *f = fopen(path, "wb");
	if (!f)
		return false;
	size_t n = fwrite(input.p, 1, input.n, f);
	return fclose(f) == 0 && n == input.n;
}

static bool is_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == '@' || s.p[i] == ':')
			return false;
	return true;
}

static void check_repo(const struct pr_repo *r)
{
	touch(r->host);
	touch(r->owner);
	touch(r->repo);
	assert(is_name(r->host) && is_name(r->owner) && is_name(r->repo));
}

static void run_git_config(struct str input)
{
	struct arena a = {0};
	struct git_config c;
	if (!write_git_config(input))
		abort();
	struct git_place place = {
		.root = str_of(git_dir), .git_dir = str_of(git_dir), .common_dir = str_of(git_dir)};
	if (git_read_config(&a, &place, STR("main"), &c)) {
		check_repo(&c.repo);
		check_repo(&c.base);
		check_repo(&c.head);
		touch(c.default_branch);
		touch(c.merge);
		assert(!c.merge.n || git_is_branch_name(c.merge));
		assert(c.merge_number >= 0 && c.pull_request >= 0 && c.editor_pr.number >= 0);
	}
	arena_free(&a);
}

static void run_reflog(struct str input)
{
	struct git_move m;
	struct str rest = input;
	size_t before = rest.n + 1;
	while (git_next_move(&rest, &m)) {
		assert(rest.n < before);
		before = rest.n;
		touch(m.from);
		touch(m.to);
		assert(!m.from.n || git_is_branch_name(m.from));
		assert(!m.to.n || git_is_branch_name(m.to));
		size_t n = strlen(m.old_sha);
		assert((n == 40 || n == 64) && strlen(m.new_sha) >= 40);
		assert(m.pr_number >= 0 && m.pr_number <= INT32_MAX);
	}
	touch(rest);
	if (git_is_branch_name(input))
		assert(input.n && input.n <= GIT_NAME_MAX_BYTES && input.p[0] != '-');
}

static void run_remote(struct str input)
{
	struct arena a = {0};
	struct pr_repo repo;
	struct pr_ref ref;
	struct str rest = input;
	if (pr_remote_parse(&a, input, &repo))
		check_repo(&repo);
	if (pr_url_parse(&a, input, &ref)) {
		assert(ref.number >= 1 && ref.number <= INT32_MAX && ref.host.n);
		assert(is_name(ref.host) && is_name(ref.owner) && is_name(ref.repo));
	}
	for (size_t n = 0; pr_url_find(&a, rest, &ref, &rest); n++) {
		assert(n < input.n && ref.number >= 1);
		touch(rest);
	}
	arena_free(&a);
}

static void run_shell(struct str input)
{
	struct arena a = {0};
	struct shell_cmd cmd;
	struct shell_pr pr;
	shell_first(input, &cmd);
	touch(cmd.program);
	touch(cmd.sub);
	assert(cmd.program.n <= 64 && cmd.sub.n <= 32 && is_name(cmd.program));
	struct shell_walk walk = shell_walk_begin(&a, input);
	for (size_t n = 0; shell_next_pr(&walk, &pr); n++) {
		assert(n <= input.n && pr.number >= 0);
		assert(pr.is_push == (pr.verb == SHELL_PR_NONE));
		touch(pr.repo);
	}
	arena_free(&a);
}

static void run_forge(struct str input)
{
	struct arena a = {0};
	struct err e = {.code = ERR_NONE};
	struct forge_repo r;
	struct answer_pr *prs;
	struct answer_comment *comments;
	size_t n, n_bad;
	bool is_gitlab = str_has(input, "iid");
	if (!forge_repo_parse(&a, is_gitlab ? STR("gitlab.com/g/p") : STR("github.com/a/b"), &r))
		abort();
	if (answer_read_list(&a, &r, input, &prs, &n, &n_bad, &e))
		for (size_t i = 0; i < n; i++) {
			touch(prs[i].repo);
			touch(prs[i].head_repo);
			touch(prs[i].title);
			assert(prs[i].number >= 1 && prs[i].number <= INT32_MAX && prs[i].state);
			assert(git_is_branch_name(prs[i].head_ref));
			assert(git_is_branch_name(prs[i].base_ref));
			assert(prs[i].title.n <= ANSWER_TITLE_BYTES && prs[i].created_ms >= 0);
		}
	else
		assert(e.code == ERR_FORMAT && e.text[0]);
	if (answer_read_comments(&a, &r, input, "<!-- m -->", &comments, &n, &e))
		for (size_t i = 0; i < n; i++) {
			touch(comments[i].author);
			assert(comments[i].id > 0);
		}
	touch(answer_read_login(&a, &r, input));
	arena_free(&a);
}

#define JSON_BYTES "\"\\{}[],:0-.eu\x01\xff "

const struct target targets[] = {
	{"scan", run_scan, JSON_BYTES},
	{"line", run_line, JSON_BYTES},
	{"payload", run_payload, JSON_BYTES},
	{"status", run_status, JSON_BYTES},
	{"settings", run_settings, JSON_BYTES "\n\t/"},
	{"git_config", run_git_config, "[]\"\\=.#;\n\t /:@"},
	{"reflog", run_reflog, "0f <>\t\n:/+-("},
	{"remote", run_remote, ":/@.%-?#+~0"},
	{"forge", run_forge, JSON_BYTES},
	{"shell", run_shell, "'\"\\$()`{}|&;<>\n #=-"},
};
const size_t n_targets = sizeof targets / sizeof *targets;

#ifdef FUZZ_TARGET
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	FUZZ_TARGET((struct str){(const char *)data, n});
	return 0;
}
#endif
