// SPDX-License-Identifier: MIT
#include "sink.h"

#include "text.h"

void sink_write(const struct sink_kind *kind, const struct result *r, struct sink_frame frame,
	struct buf *out)
{
	struct sink k = {.kind = kind, .out = out, .result = r, .frame = frame};
	kind->begin(&k);
	for (size_t i = 0; i < r->n_rows; i++, k.n_rows++)
		kind->row(&k, r->rows[i]);
	kind->end(&k, r->totals);
}

void sink_style(struct sink *k, const char *code)
{
	if (k->frame.is_color)
		buf_addz(k->out, code);
}

void sink_pad(struct buf *out, size_t n)
{
	for (; n; n--)
		buf_addc(out, ' ');
}

struct str sink_fold(struct str text, size_t cols, struct str *rest)
{
	size_t end = 0, blank = 0, used = 0;
	while (end < text.n && used < cols) {
		size_t next = end + 1;
		while (next < text.n && ((unsigned char)text.p[next] & 0xc0) == 0x80)
			next++;
		used += text_cols((struct str){text.p + end, next - end});
		if (used > cols)
			break;
		if (text.p[end] == ' ')
			blank = end;
		end = next;
	}
	if (end < text.n && text.p[end] != ' ' && blank)
		end = blank;
	*rest = str_trim(str_from(text, end));
	return (struct str){text.p, end};
}

void sink_title(struct sink *k)
{
	if (!k->frame.title)
		return;
	sink_style(k, STYLE_BOLD);
	buf_addz(k->out, k->frame.title);
	sink_style(k, STYLE_OFF);
	if (k->frame.context) {
		sink_style(k, STYLE_DIM);
		buf_addz(k->out, "  ");
		text_add_clean(k->out, str_of(k->frame.context));
		sink_style(k, STYLE_OFF);
	}
	buf_addz(k->out, "\n\n");
}

// At most as wide as the terminal; elsewhere a line may be as long as it is.
static void put_folded(struct sink *k, struct str text)
{
	for (struct str lines = text; lines.p;) {
		struct str rest = str_split(lines, '\n', &lines);
		while (rest.n) {
			struct str part = rest;
			if (k->frame.max_cols)
				part = sink_fold(rest, k->frame.max_cols, &rest);
			else
				rest = STR_NONE;
			text_add_clean(k->out, part);
			buf_addc(k->out, '\n');
		}
	}
}

void sink_note(struct sink *k, struct str text)
{
	buf_addc(k->out, '\n');
	sink_style(k, STYLE_DIM);
	put_folded(k, text);
	sink_style(k, STYLE_OFF);
}

void sink_empty(struct sink *k)
{
	put_folded(k, str_of(k->frame.empty));
	if (k->frame.footer)
		sink_note(k, str_of(k->frame.footer));
}
