// SPDX-License-Identifier: MIT
#include "ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "clock.h"
#include "embedded.h"
#include "migrate.h"
#include "path.h"

enum {
	APPLICATION_ID = 0x63636c31, // "ccl1"
	WAL_MAX_BYTES = 256 * 1024,
	WAL_MAX_PAGES = 16000, // about 65 MB: then a long run writes the write-ahead log back
	READ_BUSY_MS = 2000,
};

bool ledger_fail(sqlite3 *db, const char *doing, struct err *e)
{
	int rc = db ? sqlite3_errcode(db) : SQLITE_NOMEM;
	const char *file = db ? sqlite3_db_filename(db, "main") : "";
	const char *why = db ? sqlite3_errmsg(db) : "out of memory";
	switch (rc & 0xff) {
	case SQLITE_NOMEM: mem_die("out of memory");
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(e, ERR_BUSY, "the ledger %s is busy (%s): try again", file, doing);
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
		return err_set(e, ERR_FORMAT,
			"the ledger %s is damaged or not a ledger (%s: %s): move it away and run "
			"`ccl sync`",
			file, doing, why);
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
		return err_set(e, ERR_IO,
			"cannot use the ledger %s (%s: %s): check the disk and its permissions",
			file, doing, why);
	default: return err_set(e, ERR_INTERNAL, "%s: %s (%s)", doing, why, file);
	}
}

bool ledger_exec(sqlite3 *db, const char *sql, struct err *e)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return true;
	return ledger_fail(db, "running SQL", e);
}

bool ledger_end(sqlite3 *db, bool ok, struct err *e)
{
	if (ok && ledger_exec(db, "COMMIT", e))
		return true;
	(void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return false;
}

bool ledger_bind(sqlite3_stmt *s, int at, struct str v)
{
	int rc = v.p ? sqlite3_bind_text(s, at, v.p, (int)v.n, SQLITE_STATIC)
		     : sqlite3_bind_null(s, at);
	return rc == SQLITE_OK;
}

void ledger_close(sqlite3 **db)
{
	(void)sqlite3_close_v2(*db);
	*db = NULL;
}

void ledger_finalize(sqlite3_stmt **s)
{
	(void)sqlite3_finalize(*s);
}

static bool read_int(sqlite3 *db, const char *sql, int64_t *out, struct err *e)
{
	sqlite3_stmt *s = NULL;
	bool ok = sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK &&
		  sqlite3_step(s) == SQLITE_ROW;
	if (ok)
		*out = sqlite3_column_int64(s, 0);
	else
		(void)ledger_fail(db, "reading the ledger", e);
	(void)sqlite3_finalize(s);
	return ok;
}

// What is in the file, as of one instant: another process may be making it right now.
struct contents {
	int64_t application_id, version, n_tables;
};

static bool read_contents(sqlite3 *db, struct contents *out, struct err *e)
{
	bool is_inside = sqlite3_get_autocommit(db) == 0; // of a transaction already
	if (!is_inside && !ledger_exec(db, "BEGIN", e))
		return false;
	bool ok = read_int(db, "PRAGMA application_id", &out->application_id, e) &&
		  read_int(db, "PRAGMA user_version", &out->version, e) &&
		  read_int(db, "SELECT count(*) FROM sqlite_schema", &out->n_tables, e);
	if (!is_inside)
		(void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return ok;
}

// Is it ours, and how old? An empty database counts as version 0 of ours.
static bool read_version(sqlite3 *db, int64_t *out, struct err *e)
{
	struct contents c = {0};
	const char *file = sqlite3_db_filename(db, "main");
	if (!read_contents(db, &c, e))
		return false;
	bool is_empty = c.application_id == 0 && c.version == 0 && c.n_tables == 0;
	if (c.application_id != APPLICATION_ID && !is_empty)
		return err_set(e, ERR_FORMAT,
			"%s is a database of another program: set CCL_LEDGER to another file",
			file);
	if (c.version > n_embedded_migrations)
		return err_set(e, ERR_OUT_OF_DATE,
			"the ledger %s was written by a newer ccl (version %lld, this one knows "
			"%d): "
			"update ccl",
			file, (long long)c.version, n_embedded_migrations);
	*out = c.version;
	return true;
}

// SQLite does not wait for a lock when the journal mode changes, so the waiting is done here.
static bool set_wal(sqlite3 *db, int busy_ms, struct err *e)
{
	int64_t deadline = clock_mono_ms() + busy_ms;
	while (!ledger_exec(db, "PRAGMA journal_mode = WAL", e)) {
		if (e->code != ERR_BUSY || clock_mono_ms() >= deadline)
			return false;
		clock_sleep_ms(2);
	}
	return true;
}

static bool make_hash_key(sqlite3 *db, struct err *e)
{
	unsigned char key[16];
	if (getentropy(key, sizeof key) != 0)
		return err_set(e, ERR_IO, "no random numbers to be had: %s", strerror(errno));
	sqlite3_stmt *s = NULL;
	bool ok = sqlite3_prepare_v2(db,
			  "INSERT INTO meta VALUES ('hash_key', :key), ('created_ms', :now)"
			  " ON CONFLICT DO NOTHING",
			  -1, &s, NULL) == SQLITE_OK &&
		  sqlite3_bind_blob(s, 1, key, sizeof key, SQLITE_STATIC) == SQLITE_OK &&
		  sqlite3_bind_int64(s, 2, clock_now_ms()) == SQLITE_OK &&
		  sqlite3_step(s) == SQLITE_DONE;
	if (!ok)
		(void)ledger_fail(db, "making the ledger's key", e);
	(void)sqlite3_finalize(s);
	return ok;
}

// Inside a transaction: the version is read again, for another process may have been faster.
static bool run_migrations(sqlite3 *db, struct err *e)
{
	int64_t version;
	if (!read_version(db, &version, e) || !migrate_run(db, version, e))
		return false;
	char sql[128];
	(void)sqlite3_snprintf(sizeof sql, sql,
		"PRAGMA application_id = %d; PRAGMA user_version = %d", APPLICATION_ID,
		n_embedded_migrations);
	return ledger_exec(db, sql, e) && make_hash_key(db, e);
}

bool ledger_refresh_rates(sqlite3 *db, int64_t class_id, struct err *e)
{
	int64_t has_views;
	char sql[256];
	if (!read_int(db, "SELECT count(*) FROM sqlite_temp_schema WHERE name = 'rate'", &has_views,
		    e) ||
		(!has_views && !ledger_exec(db, embedded_views, e)))
		return false;
	(void)sqlite3_snprintf(sizeof sql, sql,
		"DELETE FROM budget_state WHERE %lld = 0;" // its days are those of prices
		"DELETE FROM class_rate WHERE %lld IN (0, class_id);"
		"INSERT INTO class_rate SELECT * FROM rate WHERE %lld IN (0, class_id)",
		(long long)class_id, (long long)class_id, (long long)class_id);
	return ledger_exec(db, sql, e);
}

static bool refresh_prices(sqlite3 *db, struct err *e)
{
	char *sql = sqlite3_mprintf("DELETE FROM price WHERE source = 'builtin'; %s"
				    "INSERT OR REPLACE INTO meta VALUES ('price_digest', %Q)",
		embedded_prices, embedded_prices_digest);
	if (!sql)
		mem_die("out of memory");
	bool ok = ledger_exec(db, sql, e) && ledger_refresh_rates(db, 0, e);
	sqlite3_free(sql);
	return ok;
}

static bool in_transaction(sqlite3 *db, bool (*work)(sqlite3 *, struct err *), struct err *e)
{
	if (!ledger_exec(db, "BEGIN IMMEDIATE", e))
		return false;
	return ledger_end(db, work(db, e), e);
}

// NULL digest: no prices yet.
static bool has_current_prices(sqlite3 *db, bool *out, struct err *e)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(db, "SELECT value FROM meta WHERE key = 'price_digest'", -1, &s,
		    NULL) != SQLITE_OK)
		return ledger_fail(db, "reading the price table", e);
	int rc = sqlite3_step(s);
	const char *digest = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(s, 0) : NULL;
	*out = digest && strcmp(digest, embedded_prices_digest) == 0;
	(void)sqlite3_finalize(s);
	return rc == SQLITE_ROW || rc == SQLITE_DONE
		       ? true
		       : ledger_fail(db, "reading the price table", e);
}

static bool migrate(sqlite3 *db, int busy_ms, bool is_quick, struct err *e)
{
	int64_t version;
	if (!read_version(db, &version, e))
		return false;
	if (version == n_embedded_migrations)
		return true;
	if (version > 0 && is_quick)
		return err_set(e, ERR_BUSY,
			"the ledger %s is of an older ccl and is yet to be brought up to date",
			sqlite3_db_filename(db, "main"));
	if (!set_wal(db, busy_ms, e) || !in_transaction(db, run_migrations, e))
		return false;
	if (version > 0)
		ledger_checkpoint(db); // all turns were written anew
	return true;
}

// The usual case, found out by two small statements: a ledger of this version, with these prices.
// Nobody else's table holds their digest.
static bool is_ready(sqlite3 *db, bool *out, struct err *e)
{
	int64_t version;
	if (!read_int(db, "PRAGMA user_version", &version, e))
		return false;
	*out = version == n_embedded_migrations;
	if (!*out || has_current_prices(db, out, e))
		return true;
	if (e->code != ERR_INTERNAL)
		return false;
	*out = false; // no such table
	e->code = ERR_NONE;
	return true;
}

static bool bring_up_to_date(sqlite3 *db, int busy_ms, bool is_quick, struct err *e)
{
	bool is_priced = false;
	int on = 1;
	// Foreign keys are off while tables are made anew.
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, !on, NULL);
	bool ok = migrate(db, busy_ms, is_quick, e);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, on, NULL);
	return ok && has_current_prices(db, &is_priced, e) &&
	       (is_priced || in_transaction(db, refresh_prices, e));
}

static bool prepare_for_writing(sqlite3 *db, int busy_ms, bool is_quick, struct err *e)
{
	bool is_done = false;
	int on = 1;
	// The close of a hook must not checkpoint: another hook would wait for it.
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, on, NULL);
	(void)sqlite3_wal_autocheckpoint(db, is_quick ? 0 : WAL_MAX_PAGES);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, on, NULL);
	return ledger_exec(db, "PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY", e) &&
	       is_ready(db, &is_done, e) && (is_done || bring_up_to_date(db, busy_ms, is_quick, e));
}

// The file is made with the right mode before SQLite sees it; its -wal and -shm follow that mode.
static bool make_file(struct str path, struct err *e)
{
	int fd = open(path.p, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
	if (fd < 0 && errno == ENOENT) {
		if (!path_make_dirs(path_dir(path), e))
			return false;
		fd = open(path.p, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
	}
	if (fd < 0)
		return err_set(e, ERR_IO, "cannot open the ledger %s: %s", path.p, strerror(errno));
	struct stat st;
	bool is_file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	(void)close(fd);
	return is_file || err_set(e, ERR_FORMAT, "the ledger %s is not a file", path.p);
}

static bool open_write(struct str path, int busy_ms, bool is_quick, sqlite3 **out, struct err *e)
{
	sqlite3 *db = NULL;
	if (!make_file(path, e))
		return false;
	bool ok = sqlite3_open_v2(path.p, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) ==
		  SQLITE_OK;
	if (!ok)
		(void)ledger_fail(db, "opening", e);
	else
		(void)sqlite3_busy_timeout(db, busy_ms);
	if (!ok || !prepare_for_writing(db, busy_ms, is_quick, e)) {
		ledger_close(&db);
		return false;
	}
	*out = db;
	return true;
}

bool ledger_open_write(struct str path, int busy_ms, sqlite3 **out, struct err *e)
{
	return open_write(path, busy_ms, false, out, e);
}

bool ledger_open_quick(struct str path, int busy_ms, sqlite3 **out, struct err *e)
{
	return open_write(path, busy_ms, true, out, e);
}

static bool open_read(struct str path, int busy_ms, sqlite3 **out, struct err *e)
{
	sqlite3 *db = NULL;
	struct stat st;
	bool is_there = stat(path.p, &st) == 0;
	if (!is_there && errno == ENOENT)
		return err_set(e, ERR_NO_INPUT,
			"there is no ledger at %s yet: run `ccl sync` to read what Claude Code has "
			"kept",
			path.p);
	if (is_there && !S_ISREG(st.st_mode))
		return err_set(e, ERR_FORMAT, "the ledger %s is not a file", path.p);
	if (sqlite3_open_v2(path.p, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) !=
		SQLITE_OK) {
		(void)ledger_fail(db, "opening", e);
		ledger_close(&db);
		return false;
	}
	(void)sqlite3_busy_timeout(db, busy_ms);
	*out = db;
	return true;
}

static bool is_up_to_date(sqlite3 *db, struct str path, struct err *e)
{
	int64_t version;
	if (!read_version(db, &version, e))
		return false;
	if (version == 0)
		return err_set(e, ERR_NO_INPUT, "the ledger %s is empty: run `ccl sync`", path.p);
	return version == n_embedded_migrations ||
	       err_set(e, ERR_OUT_OF_DATE,
		       "the ledger %s is of an older ccl: run `ccl sync` to bring it up to date",
		       path.p);
}

bool ledger_open_read(struct str path, sqlite3 **out, struct err *e)
{
	sqlite3 *db;
	if (!open_read(path, READ_BUSY_MS, &db, e))
		return false;
	bool ok = ledger_exec(db, "PRAGMA temp_store = MEMORY", e) && is_up_to_date(db, path, e) &&
		  ledger_exec(db, embedded_views, e) &&
		  ledger_exec(db, "PRAGMA query_only = ON", e);
	if (ok)
		*out = db;
	else
		ledger_close(&db);
	return ok;
}

bool ledger_open_glance(struct str path, sqlite3 **out, struct err *e)
{
	sqlite3 *db;
	if (!open_read(path, 0, &db, e))
		return false;
	bool ok = ledger_exec(db, "BEGIN", e) && is_up_to_date(db, path, e);
	if (ok)
		*out = db;
	else
		ledger_close(&db);
	return ok;
}

bool ledger_hash_key(sqlite3 *db, struct hash_key *out, struct err *e)
{
	sqlite3_stmt *s = NULL;
	bool ok = sqlite3_prepare_v2(db, "SELECT value FROM meta WHERE key = 'hash_key'", -1, &s,
			  NULL) == SQLITE_OK &&
		  sqlite3_step(s) == SQLITE_ROW && sqlite3_column_bytes(s, 0) == (int)sizeof *out;
	if (ok)
		memcpy(out, sqlite3_column_blob(s, 0), sizeof *out);
	else
		(void)err_set(e, ERR_FORMAT, "the ledger %s has no key: it is damaged",
			sqlite3_db_filename(db, "main"));
	(void)sqlite3_finalize(s);
	return ok;
}

void ledger_checkpoint(sqlite3 *db)
{
	struct stat st;
	char *wal = sqlite3_mprintf("%s-wal", sqlite3_db_filename(db, "main"));
	if (!wal)
		mem_die("out of memory");
	bool is_large = stat(wal, &st) == 0 && st.st_size > WAL_MAX_BYTES;
	sqlite3_free(wal);
	if (is_large)
		(void)sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}
