// SPDX-License-Identifier: MIT
// The syntax of each host, and what a name from the ledger must not do in it.
#include "bar.h"
#include "text.h"

static const char *const colors[] = {
	[LEVEL_NONE] = NULL,
	[LEVEL_GOOD] = "#859900",
	[LEVEL_WARN] = "#b58900",
	[LEVEL_BAD] = "#dc322f",
};

typedef void add_fn(struct buf *out, struct str s);

static void add_same(struct buf *out, struct str s)
{
	buf_add(out, s);
}

// `from`, a byte, becomes `to`.
static void add_replaced(struct buf *out, struct str s, char from, const char *to)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == from)
			buf_addz(out, to);
		else
			buf_addc(out, s.p[i]);
	}
}

static void join(const struct bar *b, const char *separator, add_fn *add, struct buf *out)
{
	for (size_t i = 0; i < b->n_parts; i++) {
		buf_addz(out, i ? separator : "");
		add(out, b->parts[i].text);
	}
}

static void write_plain(const struct bar *b, struct str self, struct buf *out)
{
	(void)self;
	join(b, " | ", add_same, out);
	buf_addc(out, '\n');
}

// -- SwiftBar, xbar, Argos: what stands behind a bar are parameters

static void add_item_text(struct buf *out, struct str s)
{
	add_replaced(out, s, '|', "\xc2\xa6"); // broken bar
}

static bool is_quotable(struct str path)
{
	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] == '"' || path.p[i] == '\'' || path.p[i] == '|' ||
			(unsigned char)path.p[i] < ' ')
			return false;
	return path.n > 0;
}

enum menu { MENU_SWIFTBAR, MENU_XBAR, MENU_ARGOS };

static void write_menu(const struct bar *b, struct str self, enum menu menu, struct buf *out)
{
	// names are shown as they are: no markup, no emoji
	const char *raw = menu == MENU_ARGOS
				  ? " emojize=false useMarkup=false ansi=false unescape=false"
			  : menu == MENU_XBAR ? " emojize=false ansi=false"
					      : " emojize=false symbolize=false ansi=false";
	struct str path = is_quotable(self) ? self : STR("ccl");
	join(b, " \xc2\xb7 ", add_item_text, out);
	buf_printf(out, " |%s", raw);
	if (colors[b->level])
		buf_printf(out, " color=%s", colors[b->level]);
	buf_addz(out, "\n---\n");
	for (size_t i = 0; i < b->n_lines; i++) {
		const char *color = colors[b->lines[i].level];
		add_item_text(out, b->lines[i].text);
		buf_printf(out, " |%s", raw);
		if (color)
			buf_printf(out, " color=%s", color);
		buf_addc(out, '\n');
	}
	buf_addz(out, "---\n");
	if (b->pr_url.n)
		buf_printf(out, "Pull request #%lld | href=%.*s\n", (long long)b->place.pr_number,
			STR_ARG(b->pr_url));
	if (menu == MENU_ARGOS)
		buf_printf(out,
			"Open the dashboard | bash=\"'%.*s' serve --open\" terminal=false\n",
			STR_ARG(path));
	else
		buf_printf(out,
			"Open the dashboard | %s=\"%.*s\" param1=serve param2=--open "
			"terminal=false\n",
			menu == MENU_XBAR ? "shell" : "bash", STR_ARG(path));
	buf_addz(out, "Refresh | refresh=true\n");
}

static void write_swiftbar(const struct bar *b, struct str self, struct buf *out)
{
	write_menu(b, self, MENU_SWIFTBAR, out);
}

static void write_xbar(const struct bar *b, struct str self, struct buf *out)
{
	write_menu(b, self, MENU_XBAR, out);
}

static void write_argos(const struct bar *b, struct str self, struct buf *out)
{
	write_menu(b, self, MENU_ARGOS, out);
}

// -- waybar: JSON whose strings are Pango markup

static void add_pango(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '&')
			buf_addz(out, "&amp;");
		else if (s.p[i] == '<')
			buf_addz(out, "&lt;");
		else if (s.p[i] == '>')
			buf_addz(out, "&gt;");
		else
			buf_addc(out, s.p[i]);
	}
}

static const char *level_name(enum level level)
{
	static const char *const names[] = {[LEVEL_NONE] = "ok",
		[LEVEL_GOOD] = "ok",
		[LEVEL_WARN] = "warn",
		[LEVEL_BAD] = "critical"};
	return names[level];
}

static void write_waybar(const struct bar *b, struct str self, struct buf *out)
{
	AUTO(buf_free) struct buf text = {0};
	AUTO(buf_free) struct buf tooltip = {0};
	int64_t pct = b->has_budget           ? b->budget.used_pct
		      : b->limit_used_bp >= 0 ? b->limit_used_bp / 100
					      : 0;
	(void)self;
	join(b, " | ", add_pango, &text);
	for (size_t i = 0; i < b->n_lines; i++) {
		buf_addz(&tooltip, i ? "\n" : "");
		add_pango(&tooltip, b->lines[i].text);
	}
	buf_addz(out, "{\"text\":");
	text_add_json(out, buf_str(&text));
	buf_addz(out, ",\"tooltip\":");
	text_add_json(out, buf_str(&tooltip));
	buf_printf(out, ",\"class\":\"%s\",\"percentage\":%lld}\n",
		b->today.pico < 0 ? "none" : level_name(b->level),
		(long long)(pct < 100 ? pct : 100));
}

// -- polybar: tags in %{...}, which nothing can quote

static void add_polybar(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '%' || i + 1 == s.n || s.p[i + 1] != '{')
			buf_addc(out, s.p[i]);
}

static void write_polybar(const struct bar *b, struct str self, struct buf *out)
{
	struct str path = is_quotable(self) ? self : STR("ccl");
	buf_addz(out, "%{A1:'");
	add_replaced(out, path, ':', "\\:");
	buf_addz(out, "' serve --open &:}");
	for (size_t i = 0; i < b->n_parts; i++) {
		const char *color = colors[b->parts[i].level];
		buf_addz(out, i ? " | " : "");
		if (color)
			buf_printf(out, "%%{F%s}", color);
		add_polybar(out, b->parts[i].text);
		if (color)
			buf_addz(out, "%{F-}");
	}
	buf_addz(out, "%{A}\n");
}

// -- i3blocks: full text, short text, colour, a line each

static void write_i3blocks(const struct bar *b, struct str self, struct buf *out)
{
	(void)self;
	join(b, " | ", add_same, out);
	buf_addc(out, '\n');
	if (b->n_parts)
		buf_add(out, b->parts[0].text);
	buf_addc(out, '\n');
	if (colors[b->level])
		buf_printf(out, "%s\n", colors[b->level]);
}

// -- tmux: styles in #[...], and a # of one's own is two

static void add_tmux(struct buf *out, struct str s)
{
	add_replaced(out, s, '#', "##");
}

static void write_tmux(const struct bar *b, struct str self, struct buf *out)
{
	static const char *const names[] = {[LEVEL_NONE] = NULL,
		[LEVEL_GOOD] = "green",
		[LEVEL_WARN] = "yellow",
		[LEVEL_BAD] = "red"};
	(void)self;
	for (size_t i = 0; i < b->n_parts; i++) {
		const char *color = names[b->parts[i].level];
		buf_addz(out, i ? " | " : "");
		if (color)
			buf_printf(out, "#[fg=%s]", color);
		add_tmux(out, b->parts[i].text);
		if (color)
			buf_addz(out, "#[default]");
	}
	buf_addc(out, '\n');
}

const struct bar_host bar_hosts[] = {
	{"plain", write_plain},
	{"swiftbar", write_swiftbar},
	{"xbar", write_xbar},
	{"argos", write_argos},
	{"waybar", write_waybar},
	{"polybar", write_polybar},
	{"i3blocks", write_i3blocks},
	{"tmux", write_tmux},
	{"json", bar_write_json},
};
const size_t n_bar_hosts = sizeof bar_hosts / sizeof *bar_hosts;
