// SPDX-License-Identifier: MIT
// In the spirit of codeburn's activities, which are guessed from the words of the prompt, too. The
// ledger has no words, so what those tell (features, ideas) is not told apart here.
#include "work_kind.h"

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

static enum work_kind kind_of_command(struct str command)
{
	struct str sub, program = str_split(command, ' ', &sub);
	if (shell_is_among(program, tests) || str_starts(sub, "test") ||
		shell_is_among(sub, "check spec e2e nextest"))
		return WORK_TEST;
	if (str_is(program, "git"))
		return shell_is_among(sub, git_lookers) ? WORK_READ : WORK_GIT;
	if (shell_is_among(program, "gh glab jj hg svn"))
		return WORK_GIT;
	if (shell_is_among(program, builds) || shell_is_among(sub, build_subcommands))
		return WORK_BUILD;
	return shell_is_among(program, lookers) ? WORK_READ : WORK_SHELL;
}

enum work_kind work_kind_of(struct str tool, struct str target)
{
	static const struct {
		const char *tools;
		enum work_kind kind;
	} kinds[] = {
		{"Edit MultiEdit NotebookEdit", WORK_EDIT},
		{"Write", WORK_WRITE},
		{"Read Grep Glob LS NotebookRead LSP", WORK_READ},
		{"WebSearch WebFetch", WORK_WEB},
		{"Agent Task", WORK_AGENT},
		{"EnterPlanMode ExitPlanMode exit_plan_mode", WORK_PLAN},
		{"TodoWrite TodoRead TaskCreate TaskUpdate TaskGet TaskList", WORK_TODO},
	};
	if (str_is(tool, "Bash") || str_is(tool, "PowerShell"))
		return kind_of_command(target);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (shell_is_among(tool, kinds[i].tools))
			return kinds[i].kind;
	return WORK_OTHER;
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

bool work_is_test_file(struct str path)
{
	struct str name = cut_name(&path), folder = cut_name(&path), above = cut_name(&path);
	static const char folders[] = "test tests spec specs __tests__ e2e";
	return str_starts(name, "test_") || str_has(name, "_test.") || str_has(name, ".test.") ||
	       str_has(name, "_spec.") || str_has(name, ".spec.") ||
	       shell_is_among(folder, folders) || shell_is_among(above, folders);
}

bool work_is_document(struct str path)
{
	static const char *const ends[] = {".md", ".mdx", ".rst", ".adoc", ".txt"};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (str_ends(path, ends[i]))
			return true;
	return false;
}

// Many files, no new one, and about as many lines taken away as added.
static bool is_refactoring(const struct work *w)
{
	return w->files >= 3 && !w->calls[WORK_WRITE] && w->removed > 0 &&
	       w->removed >= w->added - w->added / 4;
}

static const char *edit_activity(const struct work *w, int64_t edits)
{
	if (w->test_edits == edits)
		return "testing";
	if (w->document_edits == edits)
		return "documentation";
	if (w->fixes)
		return "debugging";
	return is_refactoring(w) ? "refactoring" : "coding";
}

const char *work_activity(const struct work *w)
{
	int64_t calls = 0, edits = w->calls[WORK_EDIT] + w->calls[WORK_WRITE];
	for (int i = 0; i < WORK_N_KINDS; i++)
		calls += w->calls[i];
	if (w->is_plan_mode || w->calls[WORK_PLAN])
		return "planning";
	if (!calls)
		return "conversation";
	if (w->calls[WORK_AGENT] && !w->main_edits)
		return "delegation";
	if (edits)
		return edit_activity(w, edits);
	static const struct {
		enum work_kind kind;
		const char *activity;
	} rest[] = {{WORK_TEST, "testing"}, {WORK_BUILD, "build"}, {WORK_GIT, "git"},
		{WORK_WEB, "research"}, {WORK_READ, "exploration"}, {WORK_TODO, "planning"}};
	for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
		if (w->calls[rest[i].kind])
			return rest[i].activity;
	return "general";
}
