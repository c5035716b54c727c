// SPDX-License-Identifier: MIT
#include "usage.h"

enum { MAX_DEPTH = 8 };

// One word of the line and where it stands.
struct word {
	struct str text;
	size_t place;        // of a positional
	struct str option;   // whose value it is; STR_NONE: it is a positional
	bool is_option;      // the name of one
	bool is_alternative; // to the word before it
};

struct line {
	const char *at;
	size_t place;            // of the next positional
	size_t start[MAX_DEPTH]; // place where each bracket begins
	size_t depth;
	struct word last;
	bool has_bar;        // since the last word
	bool is_after_blank; // the mark that is read
};

static bool is_part(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '=' || c == '/';
}

// "a|b" is another word in the same place; "a B | c" another form from the bracket on.
static void read_mark(struct line *l, char c)
{
	if (c == '[' && l->depth + 1 < MAX_DEPTH) {
		l->start[++l->depth] = l->place;
	} else if (c == ']' && l->depth) {
		size_t start = l->start[l->depth--];
		// "branch [NAME]|project": in the place of branch
		if (l->at[1] == '|' && start)
			l->last.place = start - 1;
	} else if (c == '|') {
		l->has_bar = !l->is_after_blank;
		if (l->is_after_blank)
			l->place = l->start[l->depth];
	}
}

static bool takes_value(struct str option)
{
	for (size_t i = 0; i < N_OPTIONS; i++)
		if (option_defs[i].value && str_is(str_from(option, 2), option_defs[i].name))
			return true;
	return false;
}

static bool next_word(struct line *l, struct word *out)
{
	while (*l->at && !is_part(*l->at)) {
		if (*l->at != ' ' && *l->at != '"')
			read_mark(l, *l->at);
		l->is_after_blank = *l->at == ' ';
		l->at++;
	}
	struct word w = {.text = {l->at, 0}, .is_alternative = l->has_bar};
	while (is_part(*l->at))
		l->at++;
	w.text.n = (size_t)(l->at - w.text.p);
	l->is_after_blank = false;
	if (!w.text.n)
		return false;
	w.is_option = str_starts(w.text, "--");
	if (!w.is_option && w.is_alternative && l->last.option.n) {
		w.option = l->last.option;
	} else if (!w.is_option && l->last.is_option && !w.is_alternative &&
		   takes_value(l->last.text)) {
		w.option = str_from(l->last.text, 2);
	} else if (!w.is_option && w.is_alternative && !l->last.is_option) {
		w.place = l->last.place;
		l->place = w.place + 1;
	} else if (!w.is_option && !str_is(w.text, "...")) {
		w.place = l->place++;
	}
	l->has_bar = false;
	if (!str_is(w.text, "..."))
		l->last = w;
	*out = w;
	return true;
}

static void offer_word(struct offers *o, struct str text)
{
	if (text.p[0] >= 'a' && text.p[0] <= 'z')
		offer(o, text, "", STR(""));
	else
		offer_kind(o, text);
}

void usage_offer(struct offers *o, const char *usage, size_t n)
{
	struct line l = {.at = usage};
	struct word w, last = {0};
	struct str before = STR_NONE; // two forms may have the same in one place
	while (next_word(&l, &w)) {
		bool is_repeated = str_is(w.text, "...");
		if (is_repeated && last.text.n && last.place < n)
			offer_word(o, last.text);
		if (w.is_option || w.option.n || is_repeated)
			continue;
		last = w;
		if (w.place != n || str_eq(w.text, before))
			continue;
		offer_word(o, w.text);
		before = w.text;
	}
}

bool usage_offer_value(struct offers *o, const char *usage, const char *option)
{
	struct line l = {.at = usage};
	struct word w;
	bool is_said = false;
	while (next_word(&l, &w)) {
		if (!str_is(w.option, option))
			continue;
		is_said = true;
		offer_word(o, w.text);
	}
	return is_said;
}
