// SPDX-License-Identifier: MIT
// `ccl statusline`: prints first, at once, whatever it was given and whatever state the ledger is
// in. It may be killed at any instant: it writes nothing, and ccl-hook gets what is new only
// afterwards.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "command.h"
#include "help.h"
#include "input.h"
#include "line.h"
#include "tell.h"
#include "with.h"

enum { STDIN_WAIT_MS = 300, MAX_COLS = 10000 };

struct run {
	struct arena *arena;
	const struct args *args;
	struct look look;
	struct status payload;
	struct buf input, others, out;
	bool has_payload;
};

static void free_run(struct run *r)
{
	look_close(&r->look);
	buf_free(&r->input);
	buf_free(&r->others);
	buf_free(&r->out);
}

static bool read_width(const struct args *args, int64_t *out_cols, struct err *e)
{
	struct str width = args->values[OPT_WIDTH];
	*out_cols = 0;
	if (!width.p)
		(void)str_int(str_of(getenv("COLUMNS")), 1, MAX_COLS, out_cols);
	return !width.p || str_int(width, 1, MAX_COLS, out_cols) ||
	       err_set(e, ERR_USAGE, "--width %.*s: not a number of columns", STR_ARG(width));
}

static bool is_color(const struct args *args)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	return !(no_color && *no_color) && !args_has(args, OPT_NO_COLOR) &&
	       !(term && strcmp(term, "dumb") == 0);
}

static struct str choose_template(struct run *r)
{
	struct str given = r->args->values[OPT_FORMAT];
	if (!given.p)
		given = look_setting(&r->look, "statusline.format");
	return given.n ? given : str_of(line_default);
}

static void draw(struct run *r, size_t max_cols)
{
	struct field_value values[N_FIELDS];
	struct segment segments[LINE_MAX_SEGMENTS];
	struct str template = choose_template(r);
	field_read(&r->look, &r->payload, line_fields(template), values);
	size_t n = line_expand(r->arena, template, values, segments);
	if (!n && !r->has_payload) {
		segments[0] = (struct segment){.text = STR("ccl: no data")};
		n = 1;
	}
	line_draw(&r->out, segments, n, max_cols, is_color(r->args));
	buf_addc(&r->out, '\n');
}

static void print(struct str s)
{
	while (s.n) {
		ssize_t n = write(STDOUT_FILENO, s.p, s.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break; // nobody listens any more
		s = str_from(s, (size_t)n);
	}
	(void)close(STDOUT_FILENO); // whoever waits for the line has it
}

bool command_statusline(struct command_call *call, struct err *e)
{
	AUTO(free_run)
	struct run r = {.arena = call->arena, .args = call->args, .payload = status_empty()};
	struct str with = call->args->values[OPT_WITH];
	struct with other = {.pid = 0};
	int64_t cols;
	if (!read_width(call->args, &cols, e))
		return false;
	(void)signal(SIGPIPE, SIG_IGN);
	if (!isatty(STDIN_FILENO))
		input_read(STDIN_FILENO, STDIN_WAIT_MS, &r.input);
	bool has_other = with.p && with_start(&other, with.p);
	r.has_payload = status_read(r.arena, buf_str(&r.input), &r.payload);
	look_open(&r.look, r.arena);
	draw(&r, (size_t)cols);
	if (has_other) {
		with_finish(&other, buf_str(&r.input), &r.others);
		if (r.others.n && r.others.p[r.others.n - 1] != '\n')
			buf_addc(&r.others, '\n');
	}
	buf_add(&r.others, buf_str(&r.out));
	print(buf_str(&r.others));
	bool is_new = input_is_whole(buf_str(&r.input)) && tell_is_new(&r.look, &r.payload);
	look_close(&r.look);
	if (is_new)
		tell_hook(r.arena, buf_str(&r.input));
	return true;
}

void command_statusline_fields(struct buf *out)
{
	buf_addz(out, "\nFields\n");
	for (size_t i = 0; i < N_FIELDS; i++) {
		char about[256];
		(void)snprintf(
			about, sizeof about, "%s: %s", field_defs[i].about, field_defs[i].example);
		help_add_entry(out, field_defs[i].name, 12, about);
	}
	buf_printf(out,
		"\nA template is made of segments between bars, with fields in braces; a "
		"backslash\n"
		"takes away what the next character means. A segment with a field that is not\n"
		"known is left out. What does not fit into the width goes by importance. Default:\n"
		"\n  %s\n",
		line_default);
}
