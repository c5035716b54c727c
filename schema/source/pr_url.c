// SPDX-License-Identifier: MIT
#define _GNU_SOURCE // memmem: also in the BSDs and macOS without it
#include "pr_url.h"

#include <string.h>
#include <strings.h>

// More than any group nesting (GitLab allows 20); what lies behind in a page's path does not count.
enum { PARTS_MAX = 40, PART_MAX_BYTES = 255 };

struct place {
	char host_bytes[PART_MAX_BYTES + 1];
	struct str host; // in host_bytes: text full of addresses must not fill the arena
	struct str part[PARTS_MAX];
	size_t n;
	bool is_cut; // the path has more parts
};

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int hex_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_nocase(struct str s, const char *z)
{
	return s.n == strlen(z) && strncasecmp(s.p, z, s.n) == 0;
}

// Bytes that a browser would not leave in a URL, and those that mean something to a shell or
// terminal.
static bool has_odd_byte(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 127 || strchr("\\\"<>^`{|}", s.p[i]))
			return true;
	return false;
}

// One component of an owner or repository. Escapes may stand for blanks and letters of other
// scripts (Azure), not for what would change the path.
static bool is_part(struct str s)
{
	if (!s.n || s.n > PART_MAX_BYTES || s.p[0] == '-' || str_is(s, ".") || str_is(s, ".."))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c != '%') {
			if (!is_alnum(c) && (!c || !strchr("._~+-", c)))
				return false;
			continue;
		}
		if (s.n - i < 3 || hex_of(s.p[i + 1]) < 0 || hex_of(s.p[i + 2]) < 0)
			return false;
		int byte = hex_of(s.p[i + 1]) * 16 + hex_of(s.p[i + 2]);
		if (byte < ' ' || byte == 127 || strchr("./\\%", byte))
			return false;
		i += 2;
	}
	return true;
}

// What follows the last '@': user name and secret end here.
static struct str cut_user(struct str s)
{
	for (size_t i = s.n; i > 0; i--)
		if (s.p[i - 1] == '@')
			return str_from(s, i);
	return s;
}

static bool set_host(struct str s, struct place *out)
{
	if (!s.n || s.n > PART_MAX_BYTES || !is_alnum(s.p[0]))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!is_alnum(c) && c != '.' && c != '-' && c != '_')
			return false;
		out->host_bytes[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
	}
	out->host = (struct str){out->host_bytes, s.n};
	return true;
}

static void set_parts(struct str path, struct place *out)
{
	out->n = 0;
	out->is_cut = false;
	while (path.p) {
		struct str part = str_split(path, '/', &path);
		if (!part.n)
			continue;
		out->is_cut = out->n == PARTS_MAX;
		if (out->is_cut)
			return;
		out->part[out->n++] = part;
	}
}

// "[user[:secret]@]host[:port]/path" without the scheme.
static bool set_place(struct str s, struct place *out)
{
	size_t n = 0;
	while (n < s.n && s.p[n] != '/' && s.p[n] != '?' && s.p[n] != '#')
		n++;
	struct str port, host = str_split(cut_user((struct str){s.p, n}), ':', &port);
	int64_t unused;
	if (port.n && !str_int(port, 0, 65535, &unused))
		return false;
	if (!set_host(host, out))
		return false;
	set_parts(str_from(s, n), out);
	return true;
}

static struct str join(struct arena *a, const struct str *part, size_t n)
{
	size_t n_bytes = 0;
	for (size_t i = 0; i < n; i++)
		n_bytes += part[i].n + 1;
	char *p = arena_alloc(a, n_bytes + 1);
	size_t at = 0;
	for (size_t i = 0; i < n; i++) {
		if (i)
			p[at++] = '/';
		memcpy(p + at, part[i].p, part[i].n);
		at += part[i].n;
	}
	return (struct str){p, at};
}

static bool set_repo(struct arena *a, struct str host, const struct str *owner, size_t n,
	struct str repo, struct pr_repo *out)
{
	for (size_t i = 0; i < n; i++)
		if (!is_part(owner[i]))
			return false;
	if (!is_part(repo))
		return false;
	*out = (struct pr_repo){
		arena_str(a, host), n ? join(a, owner, n) : STR_NONE, arena_str(a, repo)};
	return true;
}

// ORG/PROJECT/_git/REPO, or ORG/_git/REPO for the repository named like its project. The older
// hosts ORG.visualstudio.com serve the same repositories. On a server of one's own the parts in
// front are whatever collection path it has.
static bool set_azure(struct arena *a, const struct place *from, size_t n_owner, struct str repo,
	struct pr_repo *out)
{
	struct str owner[PARTS_MAX + 2], host = from->host;
	size_t n = 0;
	bool is_cloud = str_is(host, "dev.azure.com");
	size_t skip = 0;
	if (str_ends(host, ".visualstudio.com")) {
		is_cloud = true;
		owner[n++] = (struct str){host.p, host.n - (sizeof ".visualstudio.com" - 1)};
		host = STR("dev.azure.com");
		skip = n_owner && is_nocase(from->part[0], "DefaultCollection");
	}
	for (size_t i = skip; i < n_owner; i++)
		owner[n++] = from->part[i];
	if (is_cloud && n == 1)
		owner[n++] = repo;
	return n && set_repo(a, host, owner, n, repo, out);
}

// Which parts of a page's path say what.
struct page {
	size_t owner, n_owner, repo, number;
	bool is_azure, is_user;
};

// A path within a repository is not the old form of a GitLab merge request.
static bool is_file_path(const struct str *part, size_t n)
{
	for (size_t i = 2; i < n; i++)
		if (str_is(part[i], "blob") || str_is(part[i], "tree") || str_is(part[i], "raw"))
			return true;
	return false;
}

// The shapes of attribution.md 2.3, with `k` the index of the word in front of the number. API
// addresses (/repos/O/R/pulls/N, /api/v4/projects/...) must not pass for pages.
static bool match_page(const struct str *part, size_t k, struct page *out)
{
	struct str word = part[k];
	if (k == 2 &&
		(str_is(word, "pull") || str_is(word, "pulls") || str_is(word, "pull-requests"))) {
		*out = (struct page){0, 1, 1, k + 1, false, false};
		return true;
	}
	if (k >= 4 && str_is(word, "pull-requests") && str_is(part[k - 2], "repos")) {
		bool is_user = str_is(part[k - 4], "users");
		*out = (struct page){k - 3, 1, k - 1, k + 1, false, is_user};
		return is_user || str_is(part[k - 4], "projects");
	}
	if (str_is(word, "merge_requests")) {
		size_t end = str_is(part[k - 1], "-") ? k - 1 : k;
		if (end < 2 || (end == k && (str_is(part[0], "api") || is_file_path(part, k))))
			return false;
		*out = (struct page){0, end - 1, end - 1, k + 1, false, false};
		return true;
	}
	if (k >= 2 && str_is(word, "pullrequest") && str_is(part[k - 2], "_git")) {
		*out = (struct page){0, k - 2, k - 1, k + 1, true, false};
		return true;
	}
	if (k >= 2 && str_is(word, "+") && str_is(part[0], "c")) {
		*out = (struct page){1, k - 2, k - 1, k + 1, false, false};
		return true;
	}
	return false;
}

static bool set_page(
	struct arena *a, const struct place *from, const struct page *at, struct pr_ref *out)
{
	int64_t number;
	struct pr_repo r;
	if (!str_int(from->part[at->number], 1, INT32_MAX, &number))
		return false;
	const struct str *owner = from->part + at->owner;
	struct str repo = from->part[at->repo], user;
	if (at->is_user) { // the clone address of a personal repository says ~NAME
		user = str_of(arena_printf(a, "~%.*s", STR_ARG(*owner)));
		owner = &user;
	}
	bool ok = at->is_azure ? set_azure(a, from, at->n_owner, repo, &r)
			       : set_repo(a, from->host, owner, at->n_owner, repo, &r);
	if (ok)
		*out = (struct pr_ref){r.host, r.owner, r.repo, number};
	return ok;
}

static bool cut_scheme(struct str *s, const char *scheme)
{
	size_t n = strlen(scheme);
	if (s->n < n || strncasecmp(s->p, scheme, n) != 0)
		return false;
	*s = str_from(*s, n);
	return true;
}

bool pr_url_parse(struct arena *a, struct str url, struct pr_ref *out)
{
	if (url.n > PR_URL_MAX_BYTES || has_odd_byte(url))
		return false;
	if (!cut_scheme(&url, "https://") && !cut_scheme(&url, "http://"))
		return false;
	for (size_t i = 0; i < url.n; i++)
		if (url.p[i] == '?' || url.p[i] == '#')
			url.n = i;
	struct place at;
	if (!set_place(url, &at))
		return false;
	struct page page;
	for (size_t k = 1; k + 1 < at.n; k++)
		if (match_page(at.part, k, &page) && set_page(a, &at, &page, out))
			return true;
	return false;
}

// Where a URL ends in running text. Brackets and quotes around it are common, within it they are
// not found on the pages we look for.
static bool ends_url(char c)
{
	return c <= ' ' || c >= 127 || strchr("\\\"'<>^`{|}()[]*,", c);
}

static bool is_before_url(struct str text, size_t at)
{
	return at == 0 || (!is_alnum(text.p[at - 1]) && !strchr("_+-./%@", text.p[at - 1]));
}

bool pr_url_find(struct arena *a, struct str text, struct pr_ref *out, struct str *rest)
{
	size_t from = 0;
	const char *mark;
	while (from < text.n && (mark = memmem(text.p + from, text.n - from, "://", 3)) != NULL) {
		size_t colon = (size_t)(mark - text.p), end = colon + 3;
		struct str before = {text.p + from, colon - from};
		size_t n = before.n >= 5 && strncasecmp(mark - 5, "https", 5) == 0  ? 5
			   : before.n >= 4 && strncasecmp(mark - 4, "http", 4) == 0 ? 4
										    : 0;
		while (end < text.n && !ends_url(text.p[end]))
			end++;
		from = end; // another URL within this one, in its query say, does not count
		if (!n || !is_before_url(text, colon - n))
			continue;
		struct str url = {text.p + colon - n, end - (colon - n)};
		while (url.n && strchr(".;:!?_~", url.p[url.n - 1]))
			url.n--;
		if (pr_url_parse(a, url, out)) {
			*rest = str_from(text, end);
			return true;
		}
	}
	*rest = STR_NONE;
	return false;
}

// Host names under which a forge answers ssh where port 22 is closed.
static struct str usual_host(struct str host)
{
	static const char *const names[][2] = {{"ssh.github.com", "github.com"},
		{"altssh.gitlab.com", "gitlab.com"}, {"altssh.bitbucket.org", "bitbucket.org"}};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_is(host, names[i][0]))
			return str_of(names[i][1]);
	return host;
}

// The scheme and authority of a remote, or its scp-like form user@host:path.
static bool set_remote_place(struct str s, struct place *out, bool *is_ssh)
{
	*is_ssh = cut_scheme(&s, "ssh://") || cut_scheme(&s, "git+ssh://") ||
		  cut_scheme(&s, "ssh+git://");
	if (*is_ssh || cut_scheme(&s, "https://") || cut_scheme(&s, "http://") ||
		cut_scheme(&s, "git://"))
		return set_place(s, out);
	struct str path, host = str_split(s, ':', &path);
	if (!path.p || memchr(host.p, '/', host.n) || str_starts(path, "//"))
		return false; // a local path, or a scheme that says nothing about a forge
	host = cut_user(host);
	if (host.n < 2 || is_nocase(host, "file")) // one letter is a Windows drive
		return false;
	*is_ssh = true;
	set_parts(path, out);
	return set_host(host, out);
}

bool pr_remote_parse(struct arena *a, struct str remote, struct pr_repo *out)
{
	struct str s = str_trim(remote);
	if (!s.n || s.n > PR_URL_MAX_BYTES || s.p[0] == '-' || has_odd_byte(s) || str_has(s, "::"))
		return false;
	struct place at;
	bool is_ssh;
	if (!set_remote_place(s, &at, &is_ssh) || at.is_cut || at.n < 2)
		return false;
	struct str *part = at.part, repo = part[at.n - 1];
	if (repo.n >= 4 && strncasecmp(repo.p + repo.n - 4, ".git", 4) == 0)
		repo.n -= 4;
	size_t n = at.n - 1;
	if (is_nocase(part[n - 1], "_git"))
		return set_azure(a, &at, n - 1, repo, out);
	if (is_ssh && n == 3 && str_is(part[0], "v3") && str_is(at.host, "vs-ssh.visualstudio.com"))
		return set_repo(a, STR("dev.azure.com"), part + 1, 2, repo, out);
	if (is_ssh && n == 3 && str_is(part[0], "v3") && str_starts(at.host, "ssh."))
		return set_repo(a, str_from(at.host, 4), part + 1, 2, repo, out);
	if (!is_ssh && n >= 2 &&
		str_is(part[n - 2], "scm")) // Bitbucket Server, perhaps below a path
		return set_repo(a, at.host, part + n - 1, 1, repo, out);
	return set_repo(a, usual_host(at.host), part, n, repo, out);
}
