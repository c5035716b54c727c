// SPDX-License-Identifier: MIT
// `ccl audit --result FILE`: keeps what `claude -p` said that a session cost, and audits it.
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "command.h"
#include "ledger.h"
#include "path.h"
#include "print_result.h"
#include "report.h"
#include "result_edit.h"
#include "show.h"

enum { WRITE_BUSY_MS = 5000, MAX_BYTES = 64 * 1024 * 1024 };

static void close_fd(int *fd)
{
	if (*fd > STDERR_FILENO)
		(void)close(*fd);
}

static bool read_file(struct str path, struct buf *out, struct err *e)
{
	bool is_stdin = str_is(path, "-");
	AUTO(close_fd) int fd = is_stdin ? STDIN_FILENO : open(path.p, O_RDONLY | O_CLOEXEC);
	char piece[65536];
	ssize_t n;
	if (fd < 0)
		return err_set(
			e, ERR_USAGE, "cannot read %.*s: %s", STR_ARG(path), strerror(errno));
	while ((n = read(fd, piece, sizeof piece)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, ERR_USAGE, "cannot read %.*s: %s", STR_ARG(path),
				strerror(errno));
		buf_add(out, (struct str){piece, (size_t)n});
		if (out->n > MAX_BYTES)
			return err_set(e, ERR_USAGE,
				"%.*s is larger than 64 MiB: give its line of type result alone",
				STR_ARG(path));
	}
	return true;
}

static bool keep(struct arena *a, const struct print_result *all, size_t n, struct err *e)
{
	AUTO(ledger_close) sqlite3 *db = NULL;
	// opened for reading first: a ledger is not made only to keep a result
	if (!report_open(a, &db, e))
		return false;
	ledger_close(&db);
	if (!ledger_open_write(path_ledger(a), WRITE_BUSY_MS, &db, e) ||
		!ledger_exec(db, "BEGIN IMMEDIATE", e))
		return false;
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++)
		ok = result_add(db, &all[i], clock_now_ms(), e);
	return ledger_end(db, ok, e);
}

bool command_audit_result(struct command_call *call, struct err *e)
{
	AUTO(buf_free) struct buf text = {0};
	struct args args = *call->args;
	struct str path = args.values[OPT_RESULT];
	struct print_result *all;
	size_t n;
	if (!read_file(path, &text, e) ||
		!print_result_read(call->arena, buf_str(&text),
			str_is(path, "-") ? STR("stdin") : path, &all, &n, e) ||
		!keep(call->arena, all, n, e))
		return false;
	args.values[OPT_RESULT] = STR_NONE;
	args.values[OPT_SESSION] = all[n - 1].session;
	return show_report(call->arena, report_find(STR("audit")), &args, &call->status, e);
}
