// SPDX-License-Identifier: MIT
#include "git.h"

#include <string.h>

#include "git_file.h"

// 9999-12-31
static const int64_t last_second = INT64_C(253402300799);

static struct str branch_or_none(struct str s)
{
	return git_is_branch_name(s) && !git_is_sha(s) ? s : STR_NONE;
}

// "A to B" behind a prefix; neither can hold a blank.
static void set_names(struct str s, struct git_move *out)
{
	struct str rest, word, from = str_split(s, ' ', &rest);
	word = str_split(rest, ' ', &rest);
	if (!str_is(word, "to"))
		return;
	out->from = branch_or_none(from);
	out->to = branch_or_none(rest);
}

static void set_renamed(struct str s, struct git_move *out)
{
	struct str rest, word, from = str_split(s, ' ', &rest);
	word = str_split(rest, ' ', &rest);
	if (!str_is(word, "to"))
		return;
	out->from = git_branch_of_ref(from);
	out->to = git_branch_of_ref(rest);
}

static bool cut(struct str *s, const char *prefix)
{
	if (!str_starts(*s, prefix))
		return false;
	*s = str_from(*s, strlen(prefix));
	return true;
}

// The digits in front of `end` in the rest of a subject.
static int64_t number_before(struct str s, const char *end)
{
	size_t n = 0;
	int64_t number = 0;
	while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	if (str_starts(str_from(s, n), end))
		(void)str_int((struct str){s.p, n}, 1, INT32_MAX, &number);
	return number;
}

// "... (#N)" at the end, which GitHub, GitLab and Gitea append to a squashed commit; only the last
// one, since backports and reverts carry others. Bitbucket: "... (pull request #N)".
static int64_t number_at_end(struct str s)
{
	int64_t number = 0;
	if (!str_ends(s, ")"))
		return 0;
	size_t i = s.n - 1;
	while (i > 0 && s.p[i - 1] >= '0' && s.p[i - 1] <= '9')
		i--;
	struct str before = {s.p, i}, digits = {s.p + i, s.n - 1 - i};
	if (str_ends(before, " (#") || str_ends(before, " (pull request #"))
		(void)str_int(digits, 1, INT32_MAX, &number);
	return number;
}

// The wordings of GitHub, Azure and GitLab, and of all at a squash (attribution.md 2.2, R and S).
static int64_t find_number(struct str subject)
{
	struct str s = subject;
	if (cut(&s, "Merge pull request #"))
		return number_before(s, " ");
	if (cut(&s, "Merged PR "))
		return number_before(s, ":");
	for (size_t i = 0; i < subject.n; i++) {
		s = str_from(subject, i);
		if (!cut(&s, "See merge request "))
			continue;
		while (s.n && s.p[0] != '!' && s.p[0] != ' ')
			s = str_from(s, 1);
		return cut(&s, "!") ? number_before(s, "") : 0;
	}
	return number_at_end(subject);
}

// The branch that such a subject names: "Merge pull request #N from OWNER/BRANCH" (GitHub, Gitea),
// "Merged in BRANCH (pull request #N)" (Bitbucket).
static struct str find_merged(struct str subject)
{
	struct str s = subject, rest, word;
	if (cut(&s, "Merged in "))
		return branch_or_none(str_split(s, ' ', &rest));
	if (!cut(&s, "Merge pull request #"))
		return STR_NONE;
	(void)str_split(s, ' ', &rest);
	if (!cut(&rest, "from "))
		return STR_NONE;
	word = str_split(rest, ' ', &rest);
	(void)str_split(word, '/', &rest);
	return branch_or_none(rest);
}

// A rebase names itself after the command that began it: "rebase (start)", "rebase -i (finish)",
// "pull --rebase origin main (start)". The older apply backend wrote "rebase: checkout X" and
// "rebase finished".
static bool set_rebase(struct str action, struct str detail, struct git_move *out)
{
	bool is_old = str_is(action, "rebase") && str_starts(detail, "checkout ");
	if (is_old || (str_ends(action, " (start)") && str_starts(detail, "checkout "))) {
		out->kind = GIT_MOVE_REBASE_START;
		return true;
	}
	bool is_end = str_ends(action, " (finish)") || str_ends(action, " (abort)") ||
		      str_is(action, "rebase finished");
	if (!is_end || !cut(&detail, "returning to "))
		return false;
	out->kind = GIT_MOVE_REBASE_FINISH;
	out->to = git_branch_of_ref(detail);
	return true;
}

static bool is_action(struct str action, const char *word)
{
	return str_is(action, word) || (str_starts(action, word) && action.p[strlen(word)] == ' ');
}

// Messages as git writes them (builtin/checkout.c, commit.c, merge.c, clone.c, reset.c,
// sequencer.c).
static void set_message(struct str message, struct git_move *out)
{
	const struct {
		const char *action;
		enum git_move_kind kind;
		bool has_subject;
	} kinds[] = {
		{"commit (amend)", GIT_MOVE_AMEND, true},
		{"commit (merge)", GIT_MOVE_MERGE, true},
		{"commit (cherry-pick)", GIT_MOVE_CHERRY_PICK, false},
		{"cherry-pick", GIT_MOVE_CHERRY_PICK, false},
		{"commit", GIT_MOVE_COMMIT, true},
		{"revert", GIT_MOVE_REVERT, false},
		{"am", GIT_MOVE_COMMIT, true},
		{"merge", GIT_MOVE_MERGE, false},
		{"pull", GIT_MOVE_PULL, false},
		{"clone", GIT_MOVE_CLONE, false},
	};
	struct str detail = message;
	if (cut(&detail, "checkout: moving from ")) {
		out->kind = GIT_MOVE_CHECKOUT;
		set_names(detail, out);
	} else if (cut(&detail, "Branch: renamed ")) {
		out->kind = GIT_MOVE_RENAME;
		set_renamed(detail, out);
	} else if (cut(&detail, "branch: Created from ")) {
		out->kind = GIT_MOVE_BIRTH;
		out->from = branch_or_none(detail);
	} else if (cut(&detail, "reset: moving to ")) {
		out->kind = GIT_MOVE_RESET;
	}
	if (out->kind != GIT_MOVE_OTHER)
		return;
	size_t n = 0;
	while (n < message.n && message.p[n] != ':')
		n++;
	struct str action = {message.p, n};
	detail = str_trim(str_from(message, n + 1));
	if (set_rebase(action, detail, out))
		return;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (!is_action(action, kinds[i].action))
			continue;
		if (str_ends(action, ")") && str_starts(action, "pull ") && str_has(action, " ("))
			return; // a step of its rebase: "pull --rebase origin main (pick)"
		out->kind = kinds[i].kind;
		if (kinds[i].has_subject)
			out->pr_number = find_number(detail);
		if (out->pr_number)
			out->from = find_merged(detail);
		if (cut(&action, "merge ")) // what was merged
			out->from = branch_or_none(action);
		return;
	}
}

// "OLD NEW Name <mail> SECONDS ZONE\tMESSAGE". The name may hold anything but a newline.
static bool read_line(struct str line, struct git_move *out)
{
	struct str message, rest, head = str_split(line, '\t', &message);
	struct git_move m = {.kind = GIT_MOVE_OTHER};
	struct str old_sha = str_split(head, ' ', &rest), new_sha = str_split(rest, ' ', &rest);
	if (!git_is_sha(old_sha) || !git_is_sha(new_sha))
		return false;
	size_t i = rest.n;
	while (i > 0 && rest.p[i - 1] != '>')
		i--;
	if (i == 0)
		return false;
	struct str zone, seconds = str_split(str_trim(str_from(rest, i)), ' ', &zone);
	if (!str_int(seconds, 0, last_second, &m.at_ms))
		return false;
	m.at_ms *= 1000;
	memcpy(m.old_sha, old_sha.p, old_sha.n);
	memcpy(m.new_sha, new_sha.p, new_sha.n);
	set_message(str_trim(message), &m);
	*out = m;
	return true;
}

bool git_next_move(struct str *rest, struct git_move *out)
{
	const char *end;
	while (rest->n && (end = memchr(rest->p, '\n', rest->n)) != NULL) {
		struct str line = {rest->p, (size_t)(end - rest->p)};
		*rest = str_from(*rest, line.n + 1);
		if (read_line(line, out))
			return true;
	}
	return false;
}
