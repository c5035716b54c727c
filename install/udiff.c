// SPDX-License-Identifier: MIT
#include "udiff.h"

#include <stdlib.h>

#include "arena.h"

enum { CONTEXT_LINES = 3, MAX_CELLS = 4 * 1024 * 1024 };

struct lines {
	struct str *at; // each with its line end
	size_t n, cap;
};

// One line of the result: ' ' in both, '-' in the old text only, '+' in the new one only.
struct edit {
	char sign;
	struct str line;
};

struct script {
	struct edit *at;
	size_t n, cap;
};

static struct lines split(struct str text)
{
	struct lines l = {0};
	while (text.n) {
		size_t n = 0;
		while (n < text.n && text.p[n] != '\n')
			n++;
		n += n < text.n;
		l.at = mem_reserve(l.at, &l.cap, l.n + 1, sizeof *l.at);
		l.at[l.n++] = (struct str){text.p, n};
		text = str_from(text, n);
	}
	return l;
}

static void push(struct script *s, char sign, struct str line)
{
	s->at = mem_reserve(s->at, &s->cap, s->n + 1, sizeof *s->at);
	s->at[s->n++] = (struct edit){sign, line};
}

// The part between the equal beginning and end: by the longest common subsequence, and where that
// would take more than 16 MB simply old lines, then new ones.
static void compare(
	struct script *s, const struct str *a, size_t na, const struct str *b, size_t nb)
{
	size_t width = nb + 1, i = 0, k = 0;
	bool is_small = (na + 1) <= MAX_CELLS / width;
	uint32_t *best = is_small ? mem_alloc((na + 1) * width * sizeof *best) : NULL;
	for (size_t x = na; is_small && x-- > 0;)
		for (size_t y = nb; y-- > 0;) {
			uint32_t skip_a = best[(x + 1) * width + y],
				 skip_b = best[x * width + y + 1];
			best[x * width + y] = str_eq(a[x], b[y]) ? best[(x + 1) * width + y + 1] + 1
					      : skip_a > skip_b  ? skip_a
								 : skip_b;
		}
	while (i < na || k < nb) {
		if (is_small && i < na && k < nb && str_eq(a[i], b[k])) {
			push(s, ' ', a[i++]);
			k++;
		} else if (i < na &&
			   (k == nb || !is_small ||
				   best[(i + 1) * width + k] >= best[i * width + k + 1])) {
			push(s, '-', a[i++]);
		} else {
			push(s, '+', b[k++]);
		}
	}
	free(best);
}

static struct script make_script(const struct lines *a, const struct lines *b)
{
	struct script s = {0};
	size_t head = 0, tail = 0, n = a->n < b->n ? a->n : b->n;
	while (head < n && str_eq(a->at[head], b->at[head]))
		push(&s, ' ', a->at[head++]);
	while (tail < n - head && str_eq(a->at[a->n - tail - 1], b->at[b->n - tail - 1]))
		tail++;
	compare(&s, a->at + head, a->n - head - tail, b->at + head, b->n - head - tail);
	for (; tail; tail--)
		push(&s, ' ', a->at[a->n - tail]);
	return s;
}

// Where the hunk that begins with the change at `i` ends: behind it no change for twice the
// context.
static size_t hunk_end(const struct script *s, size_t i)
{
	size_t end = i;
	for (; i < s->n && i <= end + (size_t)2 * CONTEXT_LINES; i++)
		if (s->at[i].sign != ' ')
			end = i;
	end += 1 + CONTEXT_LINES;
	return end < s->n ? end : s->n;
}

static void write_range(struct buf *out, char sign, size_t before, size_t n)
{
	// A range without lines is named by the line before it.
	buf_printf(out, " %c%zu", sign, n ? before + 1 : before);
	if (n != 1)
		buf_printf(out, ",%zu", n);
}

static void write_hunk(struct buf *out, const struct script *s, size_t start, size_t end,
	size_t n_old, size_t n_new)
{
	size_t cut = 0, put = 0;
	for (size_t i = start; i < end; i++) {
		cut += s->at[i].sign != '+';
		put += s->at[i].sign != '-';
	}
	buf_addz(out, "@@");
	write_range(out, '-', n_old, cut);
	write_range(out, '+', n_new, put);
	buf_addz(out, " @@\n");
	for (size_t i = start; i < end; i++) {
		struct str line = s->at[i].line;
		buf_addc(out, s->at[i].sign);
		buf_add(out, line);
		if (!str_ends(line, "\n"))
			buf_addz(out, "\n\\ No newline at end of file\n");
	}
}

void udiff_write(
	struct buf *out, struct str old_name, struct str old, struct str new_name, struct str new)
{
	if (str_eq(old, new))
		return;
	struct lines a = split(old), b = split(new);
	struct script s = make_script(&a, &b);
	buf_printf(out, "--- %.*s\n+++ %.*s\n", STR_ARG(old_name), STR_ARG(new_name));
	size_t n_old = 0, n_new = 0, done = 0; // lines of either text before script line `done`
	for (size_t i = 0; i < s.n; i++) {
		if (s.at[i].sign == ' ')
			continue;
		size_t start = i - done > CONTEXT_LINES ? i - CONTEXT_LINES : done;
		n_old += start - done; // all of them in both texts
		n_new += start - done;
		size_t end = hunk_end(&s, i);
		write_hunk(out, &s, start, end, n_old, n_new);
		for (size_t k = start; k < end; k++) {
			n_old += s.at[k].sign != '+';
			n_new += s.at[k].sign != '-';
		}
		done = end;
		i = end - 1;
	}
	free(s.at);
	free(a.at);
	free(b.at);
}
