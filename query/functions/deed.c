// SPDX-License-Identifier: MIT
// In the spirit of codeburn's activities, which are guessed from the words of the prompt, too. The
// ledger has no words, so what those tell (features, ideas) is not told apart here.
#include "deed.h"

#include <stddef.h>

#include "shell.h"

static const char tests[] =
	"pytest py.test ctest jest vitest mocha ava karma cypress playwright rspec phpunit tox nox "
	"nextest";
static const char builds[] =
	"make gmake ninja cmake meson gcc g++ clang clang++ cc c++ ld rustc javac kotlinc swiftc "
	"tsc webpack vite rollup esbuild bazel docker docker-compose podman kubectl helm terraform "
	"tofu ansible-playbook serverless vercel netlify flyctl heroku gcloud aws az pip pip3 pipx "
	"uv poetry conda brew apt apt-get dnf yum apk systemctl";
static const char build_subcommands[] =
	"build compile install i add ci publish deploy package bundle release dist";
static const char lookers[] =
	"cat bat ls eza tree rg grep egrep fgrep ag find fd head tail sed awk cut sort uniq wc "
	"less more stat file du df pwd which type diff cmp jq yq echo printf env date nl xxd od";
static const char git_lookers[] =
	"log diff show status blame grep branch remote rev-parse rev-list ls-files ls-tree "
	"describe shortlog reflog cat-file config";

static enum deed kind_of_command(struct str command)
{
	struct str sub, program = str_split(command, ' ', &sub);
	if (shell_is_among(program, tests) || str_starts(sub, "test") ||
		shell_is_among(sub, "check spec e2e nextest"))
		return DEED_TEST;
	if (str_is(program, "git"))
		return shell_is_among(sub, git_lookers) ? DEED_READ : DEED_GIT;
	if (shell_is_among(program, "gh glab jj hg svn"))
		return DEED_GIT;
	if (shell_is_among(program, builds) || shell_is_among(sub, build_subcommands))
		return DEED_BUILD;
	return shell_is_among(program, lookers) ? DEED_READ : DEED_SHELL;
}

enum deed deed_of(struct str tool, struct str target)
{
	static const struct {
		const char *tools;
		enum deed kind;
	} kinds[] = {
		{"Edit MultiEdit NotebookEdit", DEED_EDIT},
		{"Write", DEED_WRITE},
		{"Read Grep Glob LS NotebookRead LSP", DEED_READ},
		{"WebSearch WebFetch", DEED_WEB},
		{"Agent Task", DEED_AGENT},
		{"EnterPlanMode ExitPlanMode exit_plan_mode", DEED_PLAN},
		{"TodoWrite TodoRead TaskCreate TaskUpdate TaskGet TaskList", DEED_TODO},
	};
	if (str_is(tool, "Bash") || str_is(tool, "PowerShell"))
		return kind_of_command(target);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (shell_is_among(tool, kinds[i].tools))
			return kinds[i].kind;
	return DEED_OTHER;
}

// Its last component, cut off *path.
static struct str cut_name(struct str *path)
{
	size_t n = path->n;
	while (n > 0 && path->p[n - 1] != '/')
		n--;
	struct str name = str_from(*path, n);
	path->n = n > 0 ? n - 1 : 0;
	return name;
}

bool deed_is_test_file(struct str path)
{
	struct str name = cut_name(&path), folder = cut_name(&path), above = cut_name(&path);
	static const char folders[] = "test tests spec specs __tests__ e2e";
	return str_starts(name, "test_") || str_has(name, "_test.") || str_has(name, ".test.") ||
	       str_has(name, "_spec.") || str_has(name, ".spec.") ||
	       shell_is_among(folder, folders) || shell_is_among(above, folders);
}

bool deed_is_document(struct str path)
{
	static const char *const ends[] = {".md", ".mdx", ".rst", ".adoc", ".txt"};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (str_ends(path, ends[i]))
			return true;
	return false;
}

// Many files, no new one, and about as many lines taken away as added.
static bool is_refactoring(const struct deeds *w)
{
	return w->files >= 3 && !w->calls[DEED_WRITE] && w->removed > 0 &&
	       w->removed >= w->added - w->added / 4;
}

static const char *edit_activity(const struct deeds *w, int64_t edits)
{
	if (w->test_edits == edits)
		return "testing";
	if (w->document_edits == edits)
		return "documentation";
	if (w->fixes)
		return "debugging";
	return is_refactoring(w) ? "refactoring" : "coding";
}

const char *deeds_activity(const struct deeds *w)
{
	int64_t calls = 0, edits = w->calls[DEED_EDIT] + w->calls[DEED_WRITE];
	for (int i = 0; i < DEED_N; i++)
		calls += w->calls[i];
	if (w->is_plan_mode || w->calls[DEED_PLAN])
		return "planning";
	if (!calls)
		return "conversation";
	if (w->calls[DEED_AGENT] && !w->main_edits)
		return "delegation";
	if (edits)
		return edit_activity(w, edits);
	static const struct {
		enum deed kind;
		const char *activity;
	} rest[] = {{DEED_TEST, "testing"}, {DEED_BUILD, "build"}, {DEED_GIT, "git"},
		{DEED_WEB, "research"}, {DEED_READ, "exploration"}, {DEED_TODO, "planning"}};
	for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
		if (w->calls[rest[i].kind])
			return rest[i].activity;
	return "general";
}
