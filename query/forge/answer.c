// SPDX-License-Identifier: MIT
#include "answer.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "git.h"
#include "pr_url.h"

// An arena's memory is given back as a whole, so that many entries are one growing array.
struct entries {
	void *p;
	size_t n, cap;
};

static void *alloc(size_t n)
{
	return mem_alloc(n ? n : 1);
}

// The library calls memory that is out a syntax error; ours ends the process instead.
static void use_own_memory(void)
{
	json_set_alloc_funcs(alloc, free);
}

static void drop(json_t **j)
{
	json_decref(*j);
}

// Calls `take` for each entry of each array of the answer.
static bool each_entry(struct str json, void (*take)(void *context, const json_t *entry),
	void *context, struct err *e)
{
	json_error_t error;
	struct str rest = str_trim(json);
	use_own_memory();
	do {
		AUTO(drop)
		json_t *page = json_loadb(rest.p ? rest.p : "", rest.n,
			JSON_DISABLE_EOF_CHECK | JSON_ALLOW_NUL, &error);
		if (!page)
			return err_set(e, ERR_FORMAT, "answered with broken JSON (%s)",
				rest.n ? error.text : "nothing at all");
		if (!json_is_array(page))
			return err_set(e, ERR_FORMAT, "answered with JSON that is no list");
		size_t i;
		const json_t *entry;
		json_array_foreach(page, i, entry) take(context, entry);
		rest = str_trim(str_from(rest, (size_t)error.position));
	} while (rest.n);
	return true;
}

static struct str text_of(const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);
	return json_is_string(v) ? (struct str){json_string_value(v), json_string_length(v)}
				 : STR_NONE;
}

static bool is_true(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

static int64_t id_of(const json_t *object, const char *key, int64_t most)
{
	const json_t *v = json_object_get(object, key);
	json_int_t n = json_is_integer(v) ? json_integer_value(v) : 0;
	return n > 0 && n <= most ? (int64_t)n : 0;
}

// -1: null or absent. False: neither that nor a time.
static bool time_of(const json_t *object, const char *key, int64_t *out)
{
	const json_t *v = json_object_get(object, key);
	*out = -1;
	return !v || json_is_null(v) || clock_parse_iso(text_of(object, key), out);
}

static struct str branch_of(struct arena *a, const json_t *object, const char *key)
{
	struct str s = text_of(object, key);
	return s.n && git_is_branch_name(s) ? arena_str(a, s) : STR_NONE;
}

// How many bytes at p are a character that a title shall not have: control characters, and those
// that turn the direction of text. The library has checked that it is UTF-8.
static size_t sly_bytes(const unsigned char *p, size_t n)
{
	if (p[0] < 0x20 || p[0] == 0x7f)
		return 1;
	if (n >= 2 && p[0] == 0xc2 && p[1] < 0xa0)
		return 2;
	if (n >= 3 && p[0] == 0xe2 && p[1] == 0x80 &&
		(p[2] == 0x8e || p[2] == 0x8f || (p[2] >= 0xa8 && p[2] <= 0xae)))
		return 3;
	return n >= 3 && p[0] == 0xe2 && p[1] == 0x81 && p[2] >= 0xa0 && p[2] <= 0xaf ? 3 : 0;
}

static struct str title_of(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, ANSWER_TITLE_BYTES + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n;) {
		const unsigned char *c = (const unsigned char *)s.p + i;
		size_t sly = sly_bytes(c, s.n - i), size = 1;
		while (!sly && i + size < s.n && (c[size] & 0xc0) == 0x80)
			size++;
		if (n + size > ANSWER_TITLE_BYTES)
			break;
		if (!sly)
			memcpy(p + n, c, size);
		else if (n && p[n - 1] != ' ')
			p[n] = ' ';
		else
			size = 0;
		n += sly && size ? 1 : size;
		i += sly ? sly : size;
	}
	return str_trim((struct str){p, n});
}

struct list {
	struct arena *a;
	const struct forge_repo *r;
	struct entries prs;
	size_t n_bad;
};

// The page must be that of the number; of which repository is known. (One that was renamed answers
// under its new name.)
static bool set_repo(struct list *l, const json_t *entry, const char *key, struct answer_pr *pr)
{
	struct pr_ref ref;
	pr->repo = l->r->name;
	return pr_url_parse(l->a, text_of(entry, key), &ref) && ref.number == pr->number;
}

static struct str fork_of(struct list *l, const json_t *entry)
{
	struct forge_repo fork;
	struct str owner = text_of(json_object_get(entry, "headRepositoryOwner"), "login");
	struct str name = text_of(json_object_get(entry, "headRepository"), "name");
	if (!owner.n || !name.n || str_has(owner, "/") || str_has(name, "/"))
		return STR_NONE;
	struct str full = str_of(arena_printf(
		l->a, "%.*s/%.*s/%.*s", STR_ARG(l->r->host), STR_ARG(owner), STR_ARG(name)));
	return forge_repo_parse(l->a, full, &fork) ? full : STR_NONE;
}

static bool read_github(struct list *l, const json_t *entry, struct answer_pr *pr)
{
	struct str state = text_of(entry, "state");
	pr->number = id_of(entry, "number", INT32_MAX);
	pr->head_ref = branch_of(l->a, entry, "headRefName");
	pr->base_ref = branch_of(l->a, entry, "baseRefName");
	pr->state = str_is(state, "MERGED")     ? "merged"
		    : str_is(state, "CLOSED")   ? "closed"
		    : !str_is(state, "OPEN")    ? NULL
		    : is_true(entry, "isDraft") ? "draft"
						: "open";
	if (!set_repo(l, entry, "url", pr))
		return false;
	pr->head_repo = is_true(entry, "isCrossRepository") ? fork_of(l, entry) : pr->repo;
	return time_of(entry, "createdAt", &pr->created_ms) &&
	       time_of(entry, "mergedAt", &pr->merged_ms) &&
	       time_of(entry, "closedAt", &pr->closed_ms);
}

static bool read_gitlab(struct list *l, const json_t *entry, struct answer_pr *pr)
{
	struct str state = text_of(entry, "state");
	bool is_open = str_is(state, "opened") || str_is(state, "locked");
	int64_t from = id_of(entry, "source_project_id", INT64_MAX);
	pr->number = id_of(entry, "iid", INT32_MAX);
	pr->head_ref = branch_of(l->a, entry, "source_branch");
	pr->base_ref = branch_of(l->a, entry, "target_branch");
	pr->state = str_is(state, "merged")                                         ? "merged"
		    : str_is(state, "closed")                                       ? "closed"
		    : !is_open                                                      ? NULL
		    : is_true(entry, "draft") || is_true(entry, "work_in_progress") ? "draft"
										    : "open";
	if (!set_repo(l, entry, "web_url", pr))
		return false;
	// a list does not say what a fork is called
	if (from && from == id_of(entry, "target_project_id", INT64_MAX))
		pr->head_repo = pr->repo;
	return time_of(entry, "created_at", &pr->created_ms) &&
	       time_of(entry, "merged_at", &pr->merged_ms) &&
	       time_of(entry, "closed_at", &pr->closed_ms);
}

static void take_pr(void *context, const json_t *entry)
{
	struct list *l = context;
	struct answer_pr pr = {0};
	bool ok =
		json_is_object(entry) && (l->r->kind == FORGE_GITLAB ? read_gitlab(l, entry, &pr)
								     : read_github(l, entry, &pr));
	if (!ok || !pr.number || !pr.head_ref.n || !pr.base_ref.n || !pr.state ||
		pr.created_ms < 0) {
		l->n_bad++;
		return;
	}
	pr.title = title_of(l->a, text_of(entry, "title"));
	l->prs.p = mem_reserve(l->prs.p, &l->prs.cap, l->prs.n + 1, sizeof pr);
	((struct answer_pr *)l->prs.p)[l->prs.n++] = pr;
}

static void *in_arena(struct arena *a, struct entries *list, size_t size)
{
	void *p = arena_alloc(a, list->n * size + 1);
	if (list->n)
		memcpy(p, list->p, list->n * size);
	free(list->p);
	return p;
}

bool answer_read_list(struct arena *a, const struct forge_repo *r, struct str json,
	struct answer_pr **out, size_t *out_n, size_t *out_n_bad, struct err *e)
{
	struct list l = {.a = a, .r = r};
	if (!each_entry(json, take_pr, &l, e)) {
		free(l.prs.p);
		return false;
	}
	*out_n = l.prs.n;
	*out_n_bad = l.n_bad;
	*out = in_arena(a, &l.prs, sizeof **out);
	return true;
}

struct comments {
	struct arena *a;
	const char *marker;
	bool is_gitlab;
	struct entries found;
};

static void take_comment(void *context, const json_t *entry)
{
	struct comments *c = context;
	const json_t *user = json_object_get(entry, c->is_gitlab ? "author" : "user");
	struct answer_comment comment = {.id = id_of(entry, "id", INT64_MAX)};
	struct str rest, first = str_split(text_of(entry, "body"), '\n', &rest);
	if (!comment.id || !str_is(str_trim(first), c->marker))
		return;
	comment.author = text_of(user, c->is_gitlab ? "username" : "login");
	comment.author = comment.author.p ? arena_str(c->a, comment.author) : STR_NONE;
	comment.is_bot = str_is(text_of(user, "type"), "Bot");
	c->found.p = mem_reserve(c->found.p, &c->found.cap, c->found.n + 1, sizeof comment);
	((struct answer_comment *)c->found.p)[c->found.n++] = comment;
}

bool answer_read_comments(struct arena *a, const struct forge_repo *r, struct str json,
	const char *marker, struct answer_comment **out, size_t *out_n, struct err *e)
{
	struct comments c = {.a = a, .marker = marker, .is_gitlab = r->kind == FORGE_GITLAB};
	if (!each_entry(json, take_comment, &c, e)) {
		free(c.found.p);
		return false;
	}
	*out_n = c.found.n;
	*out = in_arena(a, &c.found, sizeof **out);
	return true;
}

struct str answer_read_login(struct arena *a, const struct forge_repo *r, struct str json)
{
	json_error_t error;
	use_own_memory();
	AUTO(drop) json_t *user = json_loadb(json.p ? json.p : "", json.n, JSON_ALLOW_NUL, &error);
	struct str login = text_of(user, r->kind == FORGE_GITLAB ? "username" : "login");
	return login.n ? arena_str(a, login) : STR_NONE;
}
