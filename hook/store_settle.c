// SPDX-License-Identifier: MIT
// Who owns the messages that several sessions hold, where the sightings alone do not say: not a
// session whose own messages carry another nickname (slug) than its copy of this one; then the
// session with no message of its own, else the one whose first own message is earlier, else the
// smaller id. This depends on everything the sessions hold, so it is decided again whenever that
// changes; the result is the same in whatever order the files were read.
#include "store.h"

void store_mark(struct store *st, struct session *s)
{
	if (s->is_settling)
		return;
	s->is_settling = true;
	*LIST_ADD(&st->settling) = s;
}

bool store_mark_id(struct store *st, int64_t session_id, struct err *e)
{
	sqlite3_stmt *q = store_sql(st, "SELECT uid FROM session WHERE id = :id", e);
	bool has_row;
	if (!q)
		return false;
	store_bind(q, "i", session_id);
	if (!store_step(st, q, &has_row, e))
		return false;
	struct session *s = catalog_session(st->catalog, store_column(q, 0));
	(void)sqlite3_reset(q);
	int64_t id;
	if (!s || !store_session(st, s, &id, e))
		return false;
	s->has_links = s->is_own_stale = true;
	store_mark(st, s);
	return true;
}

static bool refresh_first_own(struct store *st, struct session *s, struct err *e)
{
	sqlite3_stmt *q = store_sql(st,
		"WITH own(at_ms, slug_id) AS (SELECT t.at_ms, o.slug_id FROM origin AS o"
		"  JOIN turn AS t ON t.origin_id = o.id WHERE o.session_id = :id"
		"  AND NOT EXISTS (SELECT 1 FROM turn_copy AS c WHERE c.turn_id = t.id)"
		"  ORDER BY t.at_ms, t.key LIMIT 1)"
		" UPDATE session SET (first_own_ms, own_slug_id) = (SELECT at_ms, slug_id FROM own)"
		" WHERE id = :id RETURNING first_own_ms",
		e);
	bool has_row;
	if (!q)
		return false;
	store_bind(q, "i", s->id);
	if (!store_step(st, q, &has_row, e))
		return false;
	s->first_own_ms =
		sqlite3_column_type(q, 0) == SQLITE_NULL ? -1 : sqlite3_column_int64(q, 0);
	(void)sqlite3_reset(q);
	s->is_own_stale = false;
	return true;
}

struct change {
	int64_t turn_id;
	struct owner owner;
	struct change *next;
};

// The shared turns of a session whose best sighting is not the owner.
static bool wrong_owners(
	struct store *st, const struct session *s, struct change **out, struct err *e)
{
	sqlite3_stmt *q = store_sql(st,
		"WITH shared(id) AS MATERIALIZED ("
		"  SELECT turn_id FROM turn_copy WHERE session_id = :id"
		"  UNION SELECT c.turn_id FROM origin AS o JOIN turn AS t ON t.origin_id = o.id"
		"   JOIN turn_copy AS c ON c.turn_id = t.id WHERE o.session_id = :id),"
		" seen AS ("
		"  SELECT t.id AS turn_id, o.session_id, t.origin_id, t.at_ms, t.is_sidechain, "
		"t.is_foreign, 1 AS is_owner"
		"  FROM shared AS h JOIN turn AS t ON t.id = h.id JOIN origin AS o ON o.id = "
		"t.origin_id"
		"  UNION ALL SELECT c.turn_id, c.session_id, c.origin_id, c.at_ms, c.is_sidechain, "
		"c.is_foreign, 0"
		"  FROM shared AS h JOIN turn_copy AS c ON c.turn_id = h.id),"
		" ranked AS ("
		"  SELECT seen.*, row_number() OVER (PARTITION BY turn_id ORDER BY at_ms, "
		"is_sidechain, is_foreign,"
		"   coalesce(p.slug_id <> x.own_slug_id, 0), x.first_own_ms IS NOT NULL, "
		"x.first_own_ms, x.uid) AS place"
		"  FROM seen JOIN session AS x ON x.id = seen.session_id JOIN origin AS p ON p.id "
		"= seen.origin_id)"
		" SELECT turn_id, session_id, origin_id, at_ms, is_sidechain, is_foreign FROM "
		"ranked"
		" WHERE place = 1 AND NOT is_owner",
		e);
	bool has_row = true;
	if (!q)
		return false;
	store_bind(q, "i", s->id);
	while (has_row) {
		if (!store_step(st, q, &has_row, e))
			return false;
		if (!has_row)
			break;
		struct change *c = arena_alloc(&st->arena, sizeof *c);
		*c = (struct change){sqlite3_column_int64(q, 0),
			{sqlite3_column_int64(q, 1), sqlite3_column_int64(q, 2),
				sqlite3_column_int64(q, 3), sqlite3_column_int(q, 4),
				sqlite3_column_int(q, 5)},
			*out};
		*out = c;
	}
	(void)sqlite3_reset(q);
	return true;
}

bool store_settle(struct store *st, struct err *e)
{
	for (size_t i = 0; i < st->settling.n; i++)
		if (st->settling.p[i]->is_own_stale && !refresh_first_own(st, st->settling.p[i], e))
			return false;
	for (size_t i = 0; i < st->settling.n; i++) {
		struct session *s = st->settling.p[i];
		struct change *first = NULL;
		if (!wrong_owners(st, s, &first, e))
			return false;
		for (struct change *c = first; c; c = c->next)
			if (!store_set_owner(st, c->turn_id, &c->owner, e))
				return false;
		s->is_settling = false;
	}
	for (size_t i = 0; i < st->settling.n; i++)
		if (!store_settle_lines(st, st->settling.p[i], e))
			return false;
	st->settling.n = 0;
	return true;
}
