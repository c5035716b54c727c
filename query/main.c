// SPDX-License-Identifier: MIT
// ccl: asks the ledger. Exit status: 0, 64 wrong use, 66 no ledger or no such session, 75 busy, 1.
#include <sqlite3.h>

#include <signal.h>
#include <stdio.h>

#include "command.h"
#include "text.h"

int main(int argc, char **argv)
{
	// one thread; no statistics of memory: both cost a lock at every allocation
	(void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	struct arena a = {0};
	struct err e = {0};
	int status = 0;
	// a reader that has seen enough (`ccl days | head`) is no error
	(void)signal(SIGPIPE, SIG_DFL);
	text_init();
	if (!command_run(&a, argc, argv, &status, &e)) {
		struct buf clean = {0};
		text_add_clean(&clean, str_of(e.text));
		(void)fprintf(stderr, "ccl: %s\n", buf_z(&clean));
		buf_free(&clean);
		status = err_exit_status(e.code);
	}
	arena_free(&a);
	return status;
}
