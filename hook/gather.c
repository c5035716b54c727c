// SPDX-License-Identifier: MIT
// One line -> facts of the batch.
#include "gather.h"

#include <string.h>

#include "path.h"
#include "pr_url.h"

static bool is_ignored(const struct reader *r, struct str cwd)
{
	for (size_t i = 0; i < r->n_ignored; i++)
		if (path_is_inside(cwd, r->ignored[i]))
			return true;
	return false;
}

// Keeps an added fact of a session or marks nothing if it is known already.
static void set_word(struct reader *r, struct session *s, struct word **to, struct word *w)
{
	if (w && *to != w) {
		*to = w;
		catalog_change_session(r->catalog, s);
	}
}

static void set_text(struct reader *r, struct session *s, struct str *to, struct str text)
{
	if (text.n && !str_eq(*to, text)) {
		*to = arena_str(&r->catalog->arena, text);
		catalog_change_session(r->catalog, s);
	}
}

static void check_forgotten(const struct reader *r, struct session *s)
{
	uint64_t hash = r->n_forgotten ? hash_sip(r->key, s->uid) : 0;
	for (size_t i = 0; i < r->n_forgotten; i++)
		s->is_forgotten |= r->forgotten[i] == hash;
	s->is_checked = true;
}

static struct session *session_of(struct reader *r, const struct line *l)
{
	struct session *s = catalog_session(r->catalog, l->session);
	struct catalog *c = r->catalog;
	if (!s)
		return NULL;
	if (!s->is_checked)
		check_forgotten(r, s);
	if (s->is_forgotten)
		return NULL;
	if (r->config_dir.n && !s->config_dir)
		set_word(r, s, &s->config_dir, catalog_word(c, r->config_dir));
	if (l->entrypoint.p && !s->entrypoint)
		set_word(r, s, &s->entrypoint, catalog_word(c, l->entrypoint));
	if (l->session_kind.p && !s->kind)
		set_word(r, s, &s->kind, catalog_word(c, l->session_kind));
	if (l->team.p && !s->team)
		set_word(r, s, &s->team, catalog_word(c, l->team));
	if (l->agent_name.p && !s->agent_name)
		set_word(r, s, &s->agent_name, catalog_word(c, l->agent_name));
	bool is_foreign = l->request_session.n && !str_eq(l->request_session, l->session);
	if (is_foreign && !s->request_session.n)
		set_text(r, s, &s->request_session, l->request_session);
	if (l->cwd.n && l->at_ms >= 0 && (s->first_cwd_ms < 0 || l->at_ms < s->first_cwd_ms)) {
		s->first_cwd_ms = l->at_ms;
		catalog_change_session(r->catalog, s);
		set_text(r, s, &s->first_cwd, l->cwd);
	}
	return s;
}

static struct agent *agent_of(struct reader *r, const struct line *l, struct session *s)
{
	static const char *overhead[] = {"acompact", "aprompt_suggestion", "aside_question",
		"aextract_memories", "asession_memory"};
	struct agent *a = catalog_agent(r->catalog, s, l->agent);
	if (!a)
		return NULL;
	if (l->attr_agent.n && !a->attr_type) {
		a->attr_type = catalog_word(r->catalog, l->attr_agent);
		catalog_change_agent(r->catalog, a);
	}
	for (size_t i = 0; i < sizeof overhead / sizeof *overhead && !a->overhead; i++) {
		size_t n = strlen(overhead[i]);
		if (str_starts(a->uid, overhead[i]) && a->uid.n > n && a->uid.p[n] == '-') {
			a->overhead = catalog_word(r->catalog, str_of(overhead[i]));
			catalog_change_agent(r->catalog, a);
		}
	}
	return a;
}

static struct origin *origin_of(
	struct reader *r, const struct line *l, struct session *s, struct agent *a)
{
	struct catalog *c = r->catalog;
	bool has_branch = l->git_branch.n && !str_is(l->git_branch, "HEAD");
	struct origin key = {
		.session = s,
		.agent = a,
		.workdir = catalog_workdir(c, s, l->cwd),
		.branch = has_branch ? catalog_word(c, l->git_branch) : NULL,
		.version = catalog_word(c, l->version),
		.entrypoint = catalog_word(c, l->entrypoint),
		.effort = catalog_word(c, l->effort),
		.skill = catalog_word(c, l->attr_skill),
		.plugin = catalog_word(c, l->attr_plugin),
		.attr_agent = catalog_word(c, l->attr_agent),
		.mcp_server = catalog_word(c, l->attr_mcp_server),
		.mcp_tool = catalog_word(c, l->attr_mcp_tool),
		.slug = catalog_word(c, l->slug),
	};
	return catalog_origin(c, &key);
}

static struct word *word_or_null(struct catalog *c, struct str s)
{
	return s.n ? catalog_word(c, s) : NULL;
}

static int64_t above_tok(int64_t prompt_tok)
{
	return prompt_tok > 200000 ? 200000 : prompt_tok > 100000 ? 100000 : 0;
}

static int64_t known(int64_t v)
{
	return v > 0 ? v : 0;
}

static void add_steps(struct reader *r, const struct line *l, struct sighting *s)
{
	for (size_t i = 0; i < l->n_steps; i++) {
		const struct line_usage *u = &l->steps[i].usage;
		struct step *t = &s->steps[s->n_steps++];
		int64_t write = known(u->cache_write_tok), w1 = known(u->cache_1h_tok),
			w5 = known(u->cache_5m_tok);
		t->is_advisor = l->steps[i].is_advisor;
		t->input = known(u->input_tok);
		t->output = known(u->output_tok);
		t->write_1h = w1;
		t->write_5m = write - w1 > w5 ? write - w1 : w5;
		t->read = known(u->cache_read_tok);
		struct model_name *model = l->steps[i].model.n
						   ? catalog_model(r->catalog, l->steps[i].model)
						   : s->parts.model;
		struct price_class key = s->parts;
		key.model = model;
		key.partner = s->parts.model != model ? s->parts.model : NULL;
		key.above_tok = above_tok(t->input + t->write_1h + t->write_5m + t->read);
		t->class = catalog_class(r->catalog, &key);
		if (model != s->parts.model)
			s->parts.partner = model;
	}
}

// An assistant line with a usage that counts. NULL: there is none (synthetic, error, no usage).
static struct sighting *add_turn(
	struct reader *r, const struct line *l, struct session *s, struct agent *a)
{
	const struct line_usage *u = &l->usage;
	struct catalog *c = r->catalog;
	struct str key = l->message.n ? l->message : l->request.n ? l->request : l->uuid;
	if (!u->is_present || l->is_api_error || str_is(l->model, "<synthetic>") || !l->model.n ||
		!key.n || l->at_ms < 0)
		return NULL;
	struct sighting seen = {
		.key = key,
		.request = l->request.n ? l->request : STR_NONE,
		.uuid = l->uuid,
		.origin = origin_of(r, l, s, a),
		.prompt = r->prompt,
		.at_ms = l->at_ms,
		.is_sidechain = l->is_sidechain,
		.is_foreign = l->request_session.n && !str_eq(l->request_session, l->session),
		.is_output_final = l->stop_reason.n > 0,
		.aborted_chars = l->aborted_chars,
		.cost_pico = l->cost_pico,
		.tok = {u->input_tok, u->output_tok, u->thinking_tok, u->cache_write_tok,
			u->cache_5m_tok, u->cache_1h_tok, u->cache_read_tok, u->n_web_search,
			u->n_web_fetch},
		.parts = {.model = catalog_model(c, l->model),
			.requested = word_or_null(c, l->requested_model),
			.tier = word_or_null(c, u->service_tier),
			.speed = word_or_null(c, u->speed),
			.geo = word_or_null(c, u->geo)},
		.stop = word_or_null(c, l->stop_reason),
		.cache_miss = word_or_null(c, l->cache_miss_reason),
	};
	add_steps(r, l, &seen);
	return gather_sighting(r->batch, &seen);
}

static void add_calls(struct reader *r, const struct line *l, struct sighting *turn)
{
	for (size_t i = 0; i < l->n_tool_uses; i++) {
		const struct line_tool_use *t = &l->tool_uses[i];
		if (!t->id.n || !turn)
			continue;
		struct call *c =
			gather_call(r->batch, turn->origin->session, hash_sip(r->key, t->id));
		c->turn = turn;
		c->at_ms = l->at_ms;
		c->name = word_or_null(r->catalog, t->name);
		c->input_bytes = t->input_bytes;
		c->input_hash = t->input_hash;
		if (t->command.n)
			gather_command(r, l, t, c);
		else
			c->target = word_or_null(r->catalog, t->target);
	}
}

static void add_results(struct reader *r, const struct line *l, struct session *s)
{
	for (size_t i = 0; i < l->n_tool_results; i++) {
		const struct line_tool_result *t = &l->tool_results[i];
		if (!t->id.n)
			continue;
		struct call *c = gather_call(r->batch, s, hash_sip(r->key, t->id));
		c->result_bytes = t->result_bytes;
		c->result_hash = t->result_hash;
		c->error_hash = t->error_hash;
		c->agent = r->agent;
		c->at_ms = c->at_ms < 0 ? l->at_ms : c->at_ms;
		if (l->n_tool_results > 1)
			continue; // toolUseResult could be of any of them
		c->lines_added = l->lines_added;
		c->lines_removed = l->lines_removed;
		if (l->result_agent.n)
			c->started = catalog_agent(r->catalog, s, l->result_agent);
		// what gh, glab and git push print is short and names the URL
		bool may_name = c->names_pr || !c->turn;
		if (may_name && t->text_raw.n && t->text_raw.n <= 16384 &&
			str_has(t->text_raw, "://"))
			c->result_raw = arena_str(&r->batch->arena, t->text_raw);
	}
}

static void add_prompt(
	struct reader *r, const struct line *l, struct session *s, int64_t offset_bytes)
{
	// Only words begin a prompt: a tool's result after a message typed meanwhile does not end
	// it.
	bool has_words = l->text_raw.p && !l->is_meta;
	if (!has_words && r->prompt)
		return;
	struct str uid = l->prompt.n ? l->prompt : l->is_prompt ? l->uuid : STR_NONE;
	struct prompt *p = catalog_prompt(r->catalog, uid);
	if (!p)
		return;
	r->prompt = p;
	if (!has_words || l->is_sidechain || !l->uuid.n)
		return;
	bool is_machine = str_is(l->prompt_source, "system") ||
			  (l->origin_kind.n && !str_is(l->origin_kind, "human"));
	bool is_prompt = l->is_prompt && !is_machine;
	// A fork gives its own prompt's id to the prompts that it copies: the last one is meant. Of
	// one line the first time counts: one without a time may get a later one when read again.
	bool is_later_meant = is_prompt && !str_eq(l->uuid, p->uuid);
	bool is_nearer =
		is_later_meant ? l->at_ms > p->at_ms : l->at_ms >= 0 && l->at_ms < p->at_ms;
	bool is_better = !p->uuid.n || (is_prompt && !p->is_prompt) ||
			 (is_prompt == p->is_prompt && is_nearer) ||
			 (is_prompt == p->is_prompt && l->at_ms == p->at_ms &&
				 str_cmp(s->uid, p->session->uid) < 0);
	if (!is_better)
		return;
	p->uuid = arena_str(&r->catalog->arena, l->uuid);
	p->session = s;
	p->at_ms = l->at_ms;
	p->is_prompt = is_prompt;
	p->source = word_or_null(
		r->catalog, l->type == LINE_ATTACHMENT ? STR("queued") : l->prompt_source);
	p->origin = word_or_null(r->catalog, l->origin_kind.n ? l->origin_kind : l->turn_origin);
	p->mode = word_or_null(r->catalog, l->permission_mode);
	p->chars = l->prompt_chars;
	p->text_hash = l->prompt_hash;
	p->file = r->file;
	p->offset_bytes = offset_bytes;
	catalog_change_prompt(r->catalog, p);
}

static void add_hint(struct reader *r, const struct line *l, struct session *s, const char *source,
	const char *verb)
{
	struct arena *a = &r->batch->arena;
	struct hint *h = LIST_ADD(&r->batch->hints);
	struct agent *agent = catalog_agent(r->catalog, s, l->agent);
	struct str id = l->uuid.n ? l->uuid : l->pr_url.n ? l->pr_url : l->session;
	bool has_branch = l->git_branch.n && !str_is(l->git_branch, "HEAD");
	*h = (struct hint){.session = s,
		.agent = agent,
		.at_ms = l->at_ms,
		.source = source,
		.verb = verb,
		.number = l->pr_number,
		.workdir = l->cwd.n ? catalog_workdir(r->catalog, s, l->cwd) : NULL,
		.prompt = r->prompt,
		.branch = word_or_null(r->catalog, l->push_branch.n ? l->push_branch
						   : has_branch     ? l->git_branch
								    : STR_NONE)};
	if (l->type == LINE_USER && l->n_tool_results == 1 && l->tool_results[0].id.n)
		h->call_hash = hash_sip(r->key, l->tool_results[0].id);
	// a pr-link is repeated on every resume: one row per session and URL, dated by the first
	h->uuid = l->uuid.n ? str_of(arena_printf(a, "%s:%.*s", source, STR_ARG(id)))
			    : str_of(arena_printf(
				      a, "%s:%.*s:%.*s", source, STR_ARG(l->session), STR_ARG(id)));
	struct pr_ref ref;
	if (l->pr_url.n && pr_url_parse(a, l->pr_url, &ref)) {
		h->repo = str_of(arena_printf(a, "%.*s/%.*s/%.*s", STR_ARG(ref.host),
			STR_ARG(ref.owner), STR_ARG(ref.repo)));
		h->number = ref.number;
	}
}

static void add_conversation(
	struct reader *r, const struct line *l, struct session *s, int64_t offset_bytes)
{
	struct agent *a = agent_of(r, l, s);
	r->agent = a;
	if (l->type == LINE_ASSISTANT) {
		add_calls(r, l, add_turn(r, l, s, a));
		if (l->request_ref.n)
			*LIST_ADD(&r->batch->requests) = (struct request){
				.key_hash = hash_sip(r->key, l->request_ref), .is_answered = true};
		r->is_open_ended = !l->stop_reason.n || str_is(l->stop_reason, "tool_use");
		return;
	}
	if (l->type == LINE_USER || l->text_raw.p)
		add_prompt(r, l, s, offset_bytes);
	if (l->type != LINE_USER)
		return;
	r->is_open_ended = true;
	add_results(r, l, s);
	if (l->git_action == GIT_PR_CREATED || l->git_action == GIT_PR_MERGED)
		add_hint(r, l, s, "gitOperation",
			l->git_action == GIT_PR_CREATED ? "created" : "merged");
	if (l->git_action == GIT_PUSHED)
		add_hint(r, l, s, "gitOperation", "pushed");
}

static void add_failure(struct reader *r, const struct line *l, struct session *s)
{
	struct arena *a = &r->batch->arena;
	if (!l->uuid.n)
		return;
	*LIST_ADD(&r->batch->errors) = (struct api_error){.uuid = arena_str(a, l->uuid),
		.session = s,
		.agent = catalog_agent(r->catalog, s, l->agent),
		.at_ms = l->at_ms,
		.status = l->api_status,
		.retry_attempt = l->retry_attempt,
		.error = word_or_null(r->catalog, l->api_error)};
}

static void add_system(struct reader *r, const struct line *l, struct session *s)
{
	if (str_is(l->subtype, "compact_boundary") && l->uuid.n)
		*LIST_ADD(&r->batch->compactions) =
			(struct compaction){.uuid = arena_str(&r->batch->arena, l->uuid),
				.session = s,
				.at_ms = l->at_ms,
				.pre_tok = l->pre_tok,
				.post_tok = l->post_tok,
				.trigger = word_or_null(r->catalog, l->trigger)};
	if (str_is(l->subtype, "api_error"))
		add_failure(r, l, s);
}

static void add_title(
	struct reader *r, const struct line *l, struct session *s, int64_t offset_bytes)
{
	bool is_custom = l->type == LINE_CUSTOM_TITLE;
	if (s->is_custom_title && !is_custom)
		return;
	catalog_change_session(r->catalog, s);
	s->is_custom_title = is_custom;
	s->title_file = r->file;
	s->title_offset_bytes = offset_bytes;
}

static void add_worktree(struct reader *r, const struct line *l, struct session *s)
{
	s->has_new_place = true;
	set_text(r, s, &s->original_cwd, l->worktree_original_cwd);
	set_text(r, s, &s->worktree_path, l->worktree_path);
	set_word(r, s, &s->worktree_branch, word_or_null(r->catalog, l->worktree_branch));
}

void batch_add_line(struct reader *r, const struct line *l, int64_t offset_bytes)
{
	// lines that name no folder (titles, the client's meter) follow the one named last
	if (l->cwd.n)
		r->is_ignoring = is_ignored(r, l->cwd);
	if (l->type == LINE_OTHER || r->is_ignoring)
		return;
	struct session *s = session_of(r, l);
	if (!s)
		return;
	if (l->is_api_error)
		add_failure(r, l, s);
	if (l->quota_type.n && l->uuid.n)
		*LIST_ADD(&r->batch->quotas) =
			(struct quota){.uuid = arena_str(&r->batch->arena, l->uuid),
				.session = s,
				.at_ms = l->at_ms,
				.resets_ms = l->quota_resets_ms,
				.type = word_or_null(r->catalog, l->quota_type),
				.status = word_or_null(r->catalog, l->quota_status),
				.is_overage = l->is_overage};
	switch (l->type) {
	case LINE_ASSISTANT:
	case LINE_USER:
	case LINE_ATTACHMENT: add_conversation(r, l, s, offset_bytes); break;
	case LINE_SYSTEM: add_system(r, l, s); break;
	case LINE_TITLE:
	case LINE_CUSTOM_TITLE: add_title(r, l, s, offset_bytes); break;
	case LINE_WORKTREE_STATE: add_worktree(r, l, s); break;
	case LINE_PR_LINK: add_hint(r, l, s, "pr-link", "created"); break;
	case LINE_COST_STATE:
		if (l->start_ms >= 0 && l->raw.n <= 65536)
			*LIST_ADD(&r->batch->states) = (struct cost_state){
				s, l->start_ms, l->state_tok, arena_str(&r->batch->arena, l->raw)};
		break;
	case LINE_API_REQUEST:
		if (l->api_request.n)
			*LIST_ADD(&r->batch->requests) =
				(struct request){hash_sip(r->key, l->api_request), false, s,
					catalog_agent(r->catalog, s, l->agent), l->at_ms,
					word_or_null(r->catalog, l->query_source),
					catalog_model(r->catalog, l->request_model)};
		break;
	case LINE_AGENT_NAME: // session_of has taken it
	case LINE_OTHER: break;
	}
}
