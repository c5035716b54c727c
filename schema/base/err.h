// SPDX-License-Identifier: MIT
// What went wrong, for the caller to pass on and for a main() to print once.
//
// A function that can fail returns bool, is MUST_USE, takes `struct err *` last and writes its
// other outputs only on success. Library code never prints. Nothing here keeps memory.
#ifndef CCL_BASE_ERR_H
#define CCL_BASE_ERR_H

#include <stdbool.h>

#define MUST_USE          __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define AUTO(fn)          __attribute__((cleanup(fn)))

enum err_code {
	ERR_NONE,
	ERR_USAGE,       // the caller asked for something that does not exist or is ambiguous
	ERR_NO_INPUT,    // no ledger file, no such session or pull request
	ERR_BUSY,        // somebody else holds the lock; trying again helps
	ERR_OUT_OF_DATE, // the ledger is newer than this program
	ERR_FORMAT,      // a file is not what it should be (foreign database, malformed settings)
	ERR_IO,          // the operating system refused: disk full, no permission
	ERR_INTERNAL,    // a defect of ours
};

struct err {
	enum err_code code;
	char text[512]; // one line: what happened, to which thing, what to do; no newline at its
			// end. Too long: its middle is left out
};

// Fills *e and returns false, so that a failing function ends with `return err_set(...)`.
bool err_set(struct err *e, enum err_code code, const char *fmt, ...) PRINTF_LIKE(3, 4);

// The exit status of a command that failed so (sysexits: 64, 66, 75, else 1).
int err_exit_status(enum err_code code);

#endif
