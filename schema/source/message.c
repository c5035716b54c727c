// SPDX-License-Identifier: MIT
// `message`: the usage that is paid for, and the content blocks.
#include "message.h"

#include <string.h>

#include "clock.h"
#include "decimal.h"

void message_string(struct scan *s, struct reading *r, size_t max_bytes, struct str *out)
{
	struct str raw;
	if (scan_string(s, &raw))
		*out = scan_decode(r->arena, raw, max_bytes);
}

void message_time(struct scan *s, struct reading *r, int64_t *out_ms)
{
	struct str raw;
	(void)r;
	if (scan_string(s, &raw))
		(void)clock_parse_iso(raw, out_ms);
}

void message_count(struct scan *s, struct reading *r, int64_t max, int64_t *out)
{
	struct str raw;
	enum scan_type type = scan_peek(s);
	if (type == SCAN_NUMBER && scan_number(s, &raw)) {
		if (!str_int(raw, 0, max, out))
			r->out->n_bad_numbers++;
	} else if (type != SCAN_NONE) {
		(void)scan_skip(s);
		r->out->n_bad_numbers += type != SCAN_NULL;
	}
}

void message_usd(struct scan *s, struct reading *r, int64_t *out_pico)
{
	struct str raw;
	enum scan_type type = scan_peek(s);
	if (type == SCAN_NUMBER && scan_number(s, &raw)) {
		if (decimal_parse(raw, 12, TRANSCRIPT_MAX_USD_PICO, out_pico) == DECIMAL_BAD)
			r->out->n_bad_numbers++;
	} else if (type != SCAN_NONE) {
		(void)scan_skip(s);
		r->out->n_bad_numbers += type != SCAN_NULL;
	}
}

static void tok(struct scan *s, struct reading *r, int64_t *out)
{
	message_count(s, r, TRANSCRIPT_MAX_TOK, out);
}

static void cache_creation(struct scan *s, struct reading *r, struct line_usage *u)
{
	struct scan_list list = {0};
	struct str key;
	while (scan_key(s, &list, &key)) {
		if (str_is(key, "ephemeral_5m_input_tokens"))
			tok(s, r, &u->cache_5m_tok);
		else if (str_is(key, "ephemeral_1h_input_tokens"))
			tok(s, r, &u->cache_1h_tok);
		else
			(void)scan_skip(s);
	}
}

static void server_tool_use(struct scan *s, struct reading *r, struct line_usage *u)
{
	struct scan_list list = {0};
	struct str key;
	while (scan_key(s, &list, &key)) {
		if (str_is(key, "web_search_requests"))
			tok(s, r, &u->n_web_search);
		else if (str_is(key, "web_fetch_requests"))
			tok(s, r, &u->n_web_fetch);
		else
			(void)scan_skip(s);
	}
}

static void output_details(struct scan *s, struct reading *r, struct line_usage *u)
{
	struct scan_list list = {0};
	struct str key;
	while (scan_key(s, &list, &key)) {
		if (str_is(key, "thinking_tokens"))
			tok(s, r, &u->thinking_tok);
		else
			(void)scan_skip(s);
	}
}

static void clear_usage(struct line_usage *u)
{
	*u = (struct line_usage){.input_tok = -1,
		.output_tok = -1,
		.thinking_tok = -1,
		.cache_write_tok = -1,
		.cache_5m_tok = -1,
		.cache_1h_tok = -1,
		.cache_read_tok = -1,
		.n_web_search = -1,
		.n_web_fetch = -1};
}

// One member of a usage object, which a step of `iterations` has too.
static bool usage_member(struct scan *s, struct reading *r, struct str key, struct line_usage *u)
{
	if (str_is(key, "input_tokens"))
		tok(s, r, &u->input_tok);
	else if (str_is(key, "output_tokens"))
		tok(s, r, &u->output_tok);
	else if (str_is(key, "cache_creation_input_tokens"))
		tok(s, r, &u->cache_write_tok);
	else if (str_is(key, "cache_read_input_tokens"))
		tok(s, r, &u->cache_read_tok);
	else if (str_is(key, "cache_creation"))
		cache_creation(s, r, u);
	else if (str_is(key, "server_tool_use"))
		server_tool_use(s, r, u);
	else if (str_is(key, "output_tokens_details"))
		output_details(s, r, u);
	else if (str_is(key, "service_tier"))
		message_string(s, r, 64, &u->service_tier);
	else if (str_is(key, "speed"))
		message_string(s, r, 64, &u->speed);
	else if (str_is(key, "inference_geo"))
		message_string(s, r, 64, &u->geo);
	else
		return false;
	return true;
}

static int64_t known(int64_t v)
{
	return v > 0 ? v : 0;
}

// Four sums of a response, to tell whether its top level already holds its compaction steps.
struct sums {
	int64_t input, output, write, read;
};

static void add(struct sums *t, const struct line_usage *u)
{
	int64_t split = known(u->cache_5m_tok) + known(u->cache_1h_tok);
	t->input += known(u->input_tok);
	t->output += known(u->output_tok);
	t->write += known(u->cache_write_tok) > split ? known(u->cache_write_tok) : split;
	t->read += known(u->cache_read_tok);
}

// The API's documents say that `compaction` steps stand outside the top-level counts; one recorded
// response contradicts it, so they are left out when messages + compactions equal the top level.
static void drop_counted_compactions(struct line *l, const struct sums *messages)
{
	struct sums all = *messages, top = {0};
	size_t n = 0, n_compactions = 0;
	for (size_t i = 0; i < l->n_steps; i++) {
		if (l->steps[i].is_advisor)
			continue;
		add(&all, &l->steps[i].usage);
		n_compactions++;
	}
	add(&top, &l->usage);
	if (!n_compactions || memcmp(&all, &top, sizeof all) != 0)
		return;
	for (size_t i = 0; i < l->n_steps; i++)
		if (l->steps[i].is_advisor)
			l->steps[n++] = l->steps[i];
	l->n_steps = n;
}

// `iterations`: message and fallback_message steps are in the top level already; advisor_message
// and compaction steps are not (platform documents of both).
static void iterations(struct scan *s, struct reading *r, struct sums *messages)
{
	struct scan_list list = {0};
	r->out->n_steps = 0;
	while (scan_item(s, &list)) {
		struct scan_list members = {0};
		struct line_step step = {0};
		struct str key, type = STR_NONE;
		clear_usage(&step.usage);
		while (scan_key(s, &members, &key)) {
			if (str_is(key, "type"))
				message_string(s, r, 64, &type);
			else if (str_is(key, "model"))
				message_string(s, r, 256, &step.model);
			else if (!usage_member(s, r, key, &step.usage))
				(void)scan_skip(s);
		}
		step.is_advisor = str_is(type, "advisor_message");
		if (str_is(type, "message") || str_is(type, "fallback_message"))
			add(messages, &step.usage);
		else if ((step.is_advisor || str_is(type, "compaction")) &&
			 r->out->n_steps < LINE_MAX_STEPS)
			r->out->steps[r->out->n_steps++] = step;
	}
}

static void usage(struct scan *s, struct reading *r)
{
	struct line_usage *u = &r->out->usage;
	struct scan_list list = {0};
	struct sums messages = {0};
	struct str key;
	clear_usage(u);
	r->out->n_steps = 0;
	u->is_present = scan_peek(s) == SCAN_OBJECT;
	while (scan_key(s, &list, &key)) {
		if (str_is(key, "iterations"))
			iterations(s, r, &messages);
		else if (!usage_member(s, r, key, u))
			(void)scan_skip(s);
	}
	drop_counted_compactions(r->out, &messages);
}

static void diagnostics(struct scan *s, struct reading *r)
{
	struct scan_list list = {0}, inner = {0};
	struct str key;
	while (scan_key(s, &list, &key)) {
		if (!str_is(key, "cache_miss_reason")) {
			(void)scan_skip(s);
			continue;
		}
		while (scan_key(s, &inner, &key)) {
			if (str_is(key, "type"))
				message_string(s, r, 64, &r->out->cache_miss_reason);
			else
				(void)scan_skip(s);
		}
	}
}

// A tool's input: what it names, and a hash that does not depend on the order of the members.
static void tool_input(struct scan *s, struct reading *r, struct line_tool_use *t)
{
	struct scan_list list = {0};
	struct str key;
	const char *begin = s->p;
	uint64_t sum = 0;
	while (scan_key(s, &list, &key)) {
		const char *value = s->p;
		struct str *out = NULL;
		size_t max = 1024;
		if (str_is(key, "file_path") || str_is(key, "notebook_path") ||
			str_is(key, "subagent_type") || str_is(key, "skill"))
			out = &t->target;
		else if (str_is(key, "command")) {
			out = &t->command;
			max = 65536;
		}
		if (out && scan_peek(s) == SCAN_STRING)
			message_string(s, r, max, out);
		else
			(void)scan_skip(s);
		if (!s->is_bad) {
			struct hash_key member = {r->key.k0, r->key.k1 ^ hash_fast(key)};
			sum += hash_sip(member, (struct str){value, (size_t)(s->p - value)});
		}
	}
	t->input_bytes = s->is_bad ? 0 : (int64_t)(s->p - begin);
	t->input_hash = sum;
}

// The text of the next block that has one; STR_NONE: there is none.
static struct str next_text(struct scan *s, struct scan_list *list)
{
	struct str key, text = STR_NONE;
	while (!text.p && scan_item(s, list)) {
		struct scan_list members = {0};
		while (scan_key(s, &members, &key)) {
			if (str_is(key, "text"))
				(void)scan_string(s, &text);
			else
				(void)scan_skip(s);
		}
	}
	return text;
}

// The text of a tool's result; of blocks the first. `content` is a value that was scanned before.
static struct str result_text(struct str content)
{
	if (content.p[0] == '"')
		return (struct str){content.p + 1, content.n - 2};
	struct scan s = scan_begin(content);
	struct scan_list list = {0};
	return next_text(&s, &list);
}

static struct str head(struct str s, size_t n)
{
	return (struct str){s.p, s.n < n ? s.n : n};
}

static void finish_result(struct reading *r, struct line_tool_result *t, struct str content)
{
	struct str text = result_text(content);
	t->result_bytes = (int64_t)(text.p ? text.n : content.n);
	t->result_hash = hash_sip(r->key, head(text.p ? text : content, 4096));
	t->text_raw = text;
	if (t->is_error) {
		struct str rest, line = str_split(scan_decode(r->arena, head(text, 1024), 1024),
					 '\n', &rest);
		t->error_hash = hash_sip(r->key, line);
	}
}

// One block; `type` may stand behind what it tells apart, so all kinds are read at once.
static void content_block(struct scan *s, struct reading *r)
{
	struct scan_list list = {0};
	struct line_tool_use use = {0};
	struct line_tool_result result = {0};
	struct str key, type = STR_NONE, content = STR_NONE;
	while (scan_key(s, &list, &key)) {
		if (str_is(key, "type"))
			message_string(s, r, 64, &type);
		else if (str_is(key, "id"))
			message_string(s, r, 256, &use.id);
		else if (str_is(key, "name"))
			message_string(s, r, 256, &use.name);
		else if (str_is(key, "input"))
			tool_input(s, r, &use);
		else if (str_is(key, "tool_use_id"))
			message_string(s, r, 256, &result.id);
		else if (str_is(key, "is_error"))
			(void)scan_bool(s, &result.is_error);
		else if (str_is(key, "content"))
			content = scan_skip(s);
		else
			(void)scan_skip(s);
	}
	struct line *l = r->out;
	if (str_is(type, "tool_use") && l->n_tool_uses < LINE_MAX_BLOCKS)
		l->tool_uses[l->n_tool_uses++] = use;
	if (str_is(type, "tool_result")) {
		r->has_tool_result = true;
		if (content.p)
			finish_result(r, &result, content);
		if (l->n_tool_results < LINE_MAX_BLOCKS)
			l->tool_results[l->n_tool_results++] = result;
	}
}

static void content(struct scan *s, struct reading *r)
{
	struct scan_list list = {0};
	const char *begin;
	(void)scan_peek(s);
	begin = s->p;
	r->out->n_tool_uses = r->out->n_tool_results = 0;
	if (scan_peek(s) == SCAN_ARRAY)
		while (scan_item(s, &list))
			content_block(s, r);
	else
		(void)scan_skip(s);
	if (!s->is_bad)
		r->content = (struct str){begin, (size_t)(s->p - begin)};
}

void message_read(struct scan *s, struct reading *r)
{
	struct line *l = r->out;
	struct scan_list list = {0};
	struct str key;
	while (scan_key(s, &list, &key)) {
		if (str_is(key, "id"))
			message_string(s, r, 256, &l->message);
		else if (str_is(key, "model"))
			message_string(s, r, 256, &l->model);
		else if (str_is(key, "stop_reason"))
			message_string(s, r, 64, &l->stop_reason);
		else if (str_is(key, "usage"))
			usage(s, r);
		else if (str_is(key, "content"))
			content(s, r);
		else if (str_is(key, "diagnostics"))
			diagnostics(s, r);
		else
			(void)scan_skip(s);
	}
}

// Sums the text and thinking blocks of an answer that was cut off.
static int64_t streamed_chars(struct str content)
{
	struct scan s = scan_begin(content);
	struct scan_list list = {0};
	int64_t n = 0;
	while (scan_item(&s, &list)) {
		struct scan_list members = {0};
		struct str key, text;
		while (scan_key(&s, &members, &key)) {
			if (!str_is(key, "text") && !str_is(key, "thinking"))
				(void)scan_skip(&s);
			else if (scan_string(&s, &text))
				n += scan_utf16_units(text);
		}
	}
	return n;
}

// Text that the client wrote in the user's name (claude-code.md 2.5, rule 3).
static bool is_envelope(struct str text)
{
	static const char *prefixes[] = {"<command-name>", "<command-message>",
		"<local-command-stdout>", "<local-command-caveat>", "<task-notification",
		"<teammate-message", "<bash-input>", "<bash-stdout>", "<bash-stderr>",
		"<ide_opened_file>", "<ide_selection>", "<system-reminder>",
		"[Request interrupted by user"};
	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
		if (str_starts(text, prefixes[i]))
			return true;
	return false;
}

// Likewise of a user's line, whose words stand behind what an editor tells of its files, in blocks.
static struct str user_text(struct arena *a, struct str content)
{
	struct scan s = scan_begin(content);
	struct scan_list list = {0};
	for (struct str text; (text = next_text(&s, &list)).p;)
		if (!str_starts(scan_decode(a, head(text, 64), 16), "<ide_"))
			return text;
	return result_text(content);
}

void message_finish(struct reading *r)
{
	struct line *l = r->out;
	if (l->is_aborted && r->content.p)
		l->aborted_chars = streamed_chars(r->content);
	if (l->type == LINE_USER && r->content.p && !r->has_tool_result)
		l->text_raw = user_text(r->arena, r->content);
	if (!l->text_raw.p)
		return;
	struct str begin = scan_decode(r->arena, head(l->text_raw, 256), 64);
	l->is_prompt =
		!l->is_meta && !l->is_compact_summary && !l->is_sidechain && !is_envelope(begin);
	l->prompt_chars = scan_utf16_units(l->text_raw);
	l->prompt_hash = hash_sip(r->key, l->text_raw);
}
