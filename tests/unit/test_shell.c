// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "mutate.h"
#include "shell.h"

static const struct {
	const char *command, *first; // "program sub"
} firsts[] = {
	{"", ""},
	{" \n\t", ""},
	{"ls", "ls"},
	{"ls -la /tmp", "ls"},
	{"/usr/bin/git status", "git status"},
	{"./scripts/build.sh --fast", "build.sh"},
	{"\"$HOME/my bin/tool\" x", "tool"},
	{"'/opt/x y/tool' x", "tool"},
	{"\"$HOME\"/bin/tool x", "tool"},
	{"\\ls x", "ls"},
	{"python3.11 -m pytest", "python3.11"},
	{"g++ -c x.cc", "g++"},
	// assignments
	{"A=b ls", "ls"},
	{"A='x y' B=\"z $(date)\" C+=1 D[2]=x make all", "make all"},
	{"A=(a b \"c d\") ls", "ls"},
	{"TOKEN=s3cret", ""},
	{"A=b\nmake test", "make test"},
	{"A=$(gh pr view 5) && cargo build", "cargo build"},
	{"2=x ls", ""},
	// preparation
	{"cd /tmp && ls", "ls"},
	{"cd /tmp; ls", "ls"},
	{"cd \"/tmp/a b\"\nls", "ls"},
	{"cd /tmp", "cd"},
	{"cd x || exit 1; make", "make"},
	{"cd x || { echo no; exit 1; }; make", "make"},
	{"(cd x && make)", "make"},
	{"set -euo pipefail\nexport A=b\nnpm ci", "npm ci"},
	{"source .venv/bin/activate && pytest -q", "pytest"},
	{". ./env.sh; terraform -chdir=infra plan", "terraform plan"},
	{"[ -f x ] || npm install", "npm install"},
	{"[[ $a && $b || $c =~ (x|y) ]] && make", "make"},
	{"test -d node_modules || yarn install", "yarn install"},
	{"if [ -f x ]; then make; fi", "make"},
	{"for f in *.c; do gcc -c $f; done", "gcc"},
	{"while ! curl -s x; do sleep 1; done", "curl"},
	{"case $x in a) make;; esac", "make"},
	{"for f in *; do :; done", ""},
	{"! grep -q x y", "grep"},
	{"{ ls; pwd; }", "ls"},
	// wrappers
	{"sudo apt update", "apt update"},
	{"sudo -u root -E -- apt-get update", "apt-get"},
	{"sudo -nu root --group wheel systemctl --user restart x.service", "systemctl restart"},
	{"sudo -v", "sudo"},
	{"env -i A=b -u C make", "make"},
	{"env", "env"},
	{"timeout 10s make check", "make check"},
	{"timeout -k 5 --signal=KILL 10 cargo +nightly test", "cargo test"},
	{"timeout 5 sudo A=b nice -n 10 nohup time -p go -C x build ./...", "go build"},
	{"nice -10 make", "make"},
	{"command git log", "git log"},
	{"command -v git", "command"},
	{"exec ./x", "x"},
	{"stdbuf -oL ls", "ls"},
	// subcommands
	{"git -C /tmp -c user.name=x --no-pager log -1", "git log"},
	{"git --git-dir=/x --work-tree /y status", "git status"},
	{"gh -R acme/web pr view 5", "gh pr"},
	{"glab mr list", "glab mr"},
	{"az --subscription x repos pr create", "az repos"},
	{"npm --prefix web run build", "npm run"},
	{"docker --context x compose up", "docker compose"},
	{"kubectl -n prod get pods", "kubectl get"},
	{"make -j 8 -C src CC=clang all", "make all"},
	{"make", "make"},
	{"pip install x", "pip install"},
	{"git \"status\"", "git status"},
	{"git $SUB", "git"},
	{"git 's3cret word'", "git"},
	{"git aaaaaaaaaabbbbbbbbbbccccccccccdddd", "git"},
	{"mysql -ps3cret db", "mysql"},
	{"curl -H 'Authorization: s3cret' x", "curl"},
	{"docker login -u x -p s3cret", "docker login"},
	// what the shell would not take for a command
	{"# git status\n\n  # more\nls", "ls"},
	{"2>/dev/null >out <in git status", "git status"},
	{"cat <<EOF > x\ngit push\nEOF\nls", "cat"},
	{"cd x <<'E O'\nmake\nE O\nls", "ls"},
	{"cd x <<-EOF\n\tmake\n\tEOF\nls", "ls"},
	{"cd x <<A <<\"B\"\nmake\nA\nmake\nB\nls", "ls"},
	{"cd x <<<\"git push\" ; ls", "ls"},
	{"cd \\\n  /tmp && \\\n  ls", "ls"},
	{"cd x\r\nls\r\n", "ls"},
	{"cd $(echo 'a)b'; echo \")\") && ls", "ls"},
	{"cd \"$(cat <<'EOF'\nit's )\" here\nEOF\n)\" && ls", "ls"},
	{"cd ${x:-\"}\"} `echo ;` $'it\\'s;' && ls", "ls"},
	{"cd x &>/dev/null && ls", "ls"},
	{"cd x 2>&1 >/dev/null | ls", "ls"},
	{"diff <(git log) <(ls)", "diff"},
	// odd words are not names
	{"$PROG x", ""},
	{"$(cat /run/secrets/token) x", ""},
	{"\"$(cat /run/secrets/token)\" x", ""},
	{"`cat /run/secrets/token` x", ""},
	{"${X:-/bin/sh} x", ""},
	{"\"a b\" x", ""},
	{"'rm -rf' x", ""},
	{"\xc3\xa4 x", ""},
	{"-x", ""},
	{"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggggg", ""},
	{"'unclosed && ls", ""},
	{")", ""},
	{";;; ls", "ls"},
};

static void first_programs_are_found(void **state)
{
	(void)state;
	struct arena a = {0};
	for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++) {
		struct shell_cmd c;
		shell_first(str_of(firsts[i].command), &c);
		const char *got = arena_printf(
			&a, "%.*s%s%.*s", STR_ARG(c.program), c.sub.n ? " " : "", STR_ARG(c.sub));
		if (!str_is(str_of(got), firsts[i].first))
			fail_msg("%s gave \"%s\"", firsts[i].command, got);
	}
	arena_free(&a);
}

static const char *const verbs[] = {"push", "create", "view", "checkout", "review", "diff", "merge",
	"comment", "checks", "close", "edit", "ready"};

// What a command line does, as "verb[#number][@repo] ...".
static const char *prs_of(struct arena *a, struct str command)
{
	struct shell_walk w = shell_walk_begin(a, command);
	struct shell_pr p;
	const char *out = "";
	while (shell_next_pr(&w, &p)) {
		assert_int_equal(p.is_push, p.verb == SHELL_PR_NONE);
		out = arena_printf(a, "%s%s%s", out, *out ? " " : "", verbs[p.verb]);
		if (p.number)
			out = arena_printf(a, "%s#%lld", out, (long long)p.number);
		if (p.repo.n)
			out = arena_printf(a, "%s@%.*s", out, STR_ARG(p.repo));
	}
	return out;
}

static const struct {
	const char *command, *prs;
} lines[] = {
	{"", ""},
	{"ls", ""},
	{"gh pr create --title x --body y", "create"},
	{"gh pr new --fill", "create"},
	{"GH_TOKEN=s3cret gh pr create", "create"},
	{"cd web && gh pr create -t '12'", "create"},
	{"gh pr create --body \"$(cat <<'EOF'\n## It's (1)\ngh pr merge 99\n\"quoted\"\nEOF\n)\"",
		"create"},
	{"gh pr view 12", "view#12"},
	{"gh pr view '#12' --comments", "view#12"},
	{"gh pr view #12", "view"}, // a comment, as the shell sees it
	{"gh pr view https://github.com/acme/web/pull/12/files", "view#12@github.com/acme/web"},
	{"gh pr view \"https://github.com/acme/web/pull/12\"", "view#12@github.com/acme/web"},
	{"gh pr view feature/x", "view"},
	{"gh pr view", "view"},
	{"gh pr view $PR", "view"},
	{"gh pr view 0; gh pr view 2147483648; gh pr view 12x; gh pr view -- -1",
		"view view view view"},
	{"gh pr view --json title -q .title 12", "view#12"},
	{"gh pr view -R acme/web 12", "view#12@acme/web"},
	{"gh -R acme/web pr view 12", "view#12@acme/web"},
	{"gh pr view 12 --repo=ghe.corp/acme/web", "view#12@ghe.corp/acme/web"},
	{"gh pr view 12 -Racme/web", "view#12@acme/web"},
	{"gh pr view 12 --repo \"acme/web\"", "view#12@acme/web"},
	{"gh pr view 12 \"--repo=acme/web\"", "view#12@acme/web"},
	{"gh pr view 12 -R https://x:s3cret@github.com/acme/web", "view#12@github.com/acme/web"},
	{"gh pr view 12 -R 'acme/web;x'", "view#12"},
	{"gh pr view 12 -R acme", "view#12"},
	{"gh pr view 12 -R acme//web", "view#12"},
	{"gh pr checkout 7 && gh pr co 8 -b 9", "checkout#7 checkout#8"},
	{"gh pr review --approve 5 -b 'ok; gh pr merge 6'", "review#5"},
	{"gh pr review -b 6 5", "review#5"},
	{"gh pr diff 5 | head; gh pr checks 5 || true", "diff#5 checks#5"},
	{"gh pr merge -t 12 --squash 13", "merge#13"},
	{"gh pr merge --auto --squash", "merge"},
	{"gh pr comment 5 --body \"see #6\"", "comment#5"},
	{"gh pr close 5 -c 6; gh pr edit --add-label 7 8; gh pr ready 9", "close#5 edit#8 ready#9"},
	{"gh pr list; gh pr status; gh issue view 3; gh api x; gh", ""},
	{"glab mr create -f -y; glab mr new", "create create"},
	{"glab mr view 12 && glab mr show '!13'", "view#12 view#13"},
	{"glab mr approve -s 99 4; glab mr note -m 5 6; glab mr accept 7; glab mr update 8 -t 9",
		"review#4 comment#6 merge#7 edit#8"},
	{"glab mr merge 7 -R group/sub/project", "merge#7@group/sub/project"},
	{"az repos pr create --title x", "create"},
	{"az repos pr show --id 42 --org https://dev.azure.com/x", "view#42"},
	{"az repos pr checkout --id=42", "checkout#42"},
	{"az repos pr update --id 42 --status completed && az repos pr set-vote --id 4 --vote "
	 "approve",
		"edit#42 review#4"},
	{"az repos list; az pr show --id 4", ""},
	{"git push", "push"},
	{"git -C web -c a.b='x y' push -u origin HEAD", "push"},
	{"git add -A && git commit -m 'git push' && git push origin x", "push"},
	{"git stash push; git subtree push --prefix x; git log push", ""},
	// structure
	{"echo gh pr create", ""},
	{"echo 'x; gh pr create'", ""},
	{"echo \"x && gh pr create && y\"", ""},
	{"echo x\\; gh pr create", ""},
	{"# gh pr create", ""},
	{"ls # ; gh pr create", ""},
	{"cat > x <<EOF\ngh pr create\nEOF\ngit push", "push"},
	{"cat <<EOF | gh pr comment 5 -F -\ngh pr merge 6\nEOF\ngh pr view 7", "comment#5 view#7"},
	{"gh pr \\\n  view \\\n  12", "view#12"},
	{"gh pr view 12\r\ngh pr view 13\r\n", "view#12 view#13"},
	{"gh pr view 1;gh pr view 2&gh pr view 3|gh pr view 4||gh pr view 5&&gh pr view 6\ngh pr "
	 "view 7",
		"view#1 view#2 view#3 view#4 view#5 view#6 view#7"},
	{"(gh pr view 1); { gh pr view 2; }; if gh pr view 3; then gh pr view 4; else gh pr view "
	 "5; fi",
		"view#1 view#2 view#3 view#4 view#5"},
	{"for n in 1 2; do gh pr view $n; done; ! gh pr view 3", "view view#3"},
	{"sudo -u me env A=b timeout 5 /usr/bin/gh pr view 12 >/dev/null 2>&1", "view#12"},
	{"f() { gh pr view 1; }; f", "view#1"},
	{"URL=$(gh pr create --fill) && echo $URL", "create"},
	{"echo \"url: $(gh pr view 5 --json url -q .url)\" `gh pr view 6`", "view#5 view#6"},
	{"diff <(gh pr diff 1) <(gh pr diff 2)", "diff#1 diff#2"},
	{"cmd=(gh pr create); echo ${#cmd}", ""},
	{"x=$((1<<2)); gh pr view 5", "view#5"},
	{"sh -c 'gh pr view 12 && git push'; gh pr view 13", "view#12 push view#13"},
	{"bash -lc \"gh pr create --title \\\"x; gh pr merge 9\\\" && gh pr view 3\"",
		"create view#3"},
	{"bash -o pipefail -ec 'gh pr view 5' arg0", "view#5"},
	{"bash -c \"X=$(gh pr view 5); echo $X\"", "view#5"},
	{"bash -c \"gh pr view $(cat n)\"", "view"},
	{"bash script.sh -c 'gh pr view 5'; bash --norc; zsh", ""},
	{"sh -c \"sh -c 'gh pr view 5'\"", "view#5"},
	{"gh pr view 'unclosed", "view"},
	{"gh pr view $(", "view"},
	{"gh pr view 5 <<", "view#5"},
};

static void pull_requests_are_found(void **state)
{
	(void)state;
	struct arena a = {0};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		const char *got = prs_of(&a, str_of(lines[i].command));
		if (!str_is(str_of(got), lines[i].prs))
			fail_msg("%s gave \"%s\"", lines[i].command, got);
	}
	arena_free(&a);
}

// Only the first 64 KiB are looked at, and a word cut there is not believed.
static void long_texts_are_cut_with_care(void **state)
{
	(void)state;
	struct arena a = {0};
	struct shell_cmd c;
	size_t n = 1 << 20, cut = SHELL_TEXT_MAX_BYTES;
	char *p = malloc(n);
	memset(p, ' ', n);
	memcpy(p, "gh pr view 5;", 13);
	memcpy(p + cut - 13, "gh pr view 1234", 15); // 12 | 34
	memcpy(p + cut + 10, ";gh pr view 6", 13);
	assert_string_equal(prs_of(&a, (struct str){p, n}), "view#5");
	assert_string_equal(prs_of(&a, (struct str){p, cut}), "view#5 view#12");
	memset(p, ' ', n);
	memcpy(p + cut - 3, "gitk x", 6);
	shell_first((struct str){p, n}, &c);
	assert_null(c.program.p);
	memset(p, '(', n); // deeper than the stack would bear
	assert_string_equal(prs_of(&a, (struct str){p, n}), "");
	for (size_t i = 0; i + 3 < n; i += 3)
		memcpy(p + i, "\"$(", 3);
	assert_string_equal(prs_of(&a, (struct str){p, n}), "");
	for (size_t i = 0; i + 2 < n; i += 2)
		memcpy(p + i, "${", 2);
	shell_first((struct str){p, n}, &c);
	free(p);
	arena_free(&a);
}

static void lists_are_compared_by_word(void **state)
{
	(void)state;
	assert_true(shell_is_among(STR("b"), "a b c"));
	assert_false(shell_is_among(STR("a b"), "a b c"));
	assert_false(shell_is_among(STR(""), "a b c"));
	assert_false(shell_is_among(STR("c\0xxxxxxxxxxxxxxxxxx"), "a b c"));
}

static void broken_texts_do_no_harm(void **state)
{
	(void)state;
	uint64_t seed = 88172645463325252u;
	struct arena a = {0};
	for (int round = 0; round < 40000; round++) {
		size_t i = (size_t)round / 2;
		struct str good =
			round % 2 ? str_of(lines[i % (sizeof lines / sizeof *lines)].command)
				  : str_of(firsts[i % (sizeof firsts / sizeof *firsts)].command);
		struct str bad = mutate(good, "'\"\\$`(){}<>|&;\n# \t\r-=", &seed);
		struct shell_cmd c;
		shell_first(bad, &c);
		assert_true(c.program.n <= 64 && c.sub.n <= 32);
		assert_true(c.program.n || !c.sub.n);
		(void)prs_of(&a, bad);
		free((char *)(uintptr_t)bad.p);
		arena_reset(&a);
	}
	arena_free(&a);
}

static void test_saves_work(void **state)
{
	(void)state;
	static const struct {
		const char *command;
		bool saves;
	} cases[] = {
		{"git add -A", true},
		{"git commit -m x", true},
		{"git -C dir stash push", true},
		{"cd x && git add . && git commit -m 'a b'", true},
		{"git add a b\ngit commit -qm \"$(cat <<'EOF'\nmsg; rm -rf /\nEOF\n)\"", true},
		{"ccl budget allow --session 3f --add 5", true},
		{"/usr/local/bin/ccl runaway", true},
		{"", false},
		{"cd x", false},
		{"git push", false},
		{"git", false},
		{"git commit -m x && make", false},
		{"git commit -m x; rm -rf /", false},
		{"git commit -m x | tee log", false},
		{"make || git stash", false},
		{"git commit -m \"$(make)\"", false},
		{"git commit -m \"$(cat $(make))\"", false},
		{"git add `make`", false},
		{"bash -c 'git add .'", false},
		{"ccl; curl x", false},
		{"(make); git add .", false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (shell_saves_work(str_of(cases[i].command)) != cases[i].saves)
			fail_msg("%s", cases[i].command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_programs_are_found),
		cmocka_unit_test(pull_requests_are_found),
		cmocka_unit_test(long_texts_are_cut_with_care),
		cmocka_unit_test(lists_are_compared_by_word),
		cmocka_unit_test(test_saves_work),
		cmocka_unit_test(broken_texts_do_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
