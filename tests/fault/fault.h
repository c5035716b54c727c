// SPDX-License-Identifier: MIT
// Makes the n-th operation of a program fail. What and when is told by the environment:
//
//   CCL_FAULT       io     the n-th write, sync, truncation, deletion, opening or mapping of a
//                          database file fails with an I/O error, once
//                   full   from the n-th of these on the disk is full
//                   read   the n-th read fails with an I/O error, once
//                   exit   the process ends at the n-th of the operations of `io`
//                   torn   the same, after half of what was to be written is in the file
//                   alloc  the n-th allocation gives NULL, once
//                   starve from the n-th allocation on all give NULL
//                   count  nothing fails
//   CCL_FAULT_AT    n, from 1
//   CCL_FAULT_MARK  a file that is made when it happens
//   CCL_FAULT_COUNT a file with the numbers of such operations, reads and allocations (three longs)
#ifndef CCL_TESTS_FAULT_FAULT_H
#define CCL_TESTS_FAULT_FAULT_H

#include <stdbool.h>

enum fault_op {
	FAULT_CHANGE,
	FAULT_READ,
	FAULT_ALLOC,
};

enum fault_way {
	FAULT_NO, // go on
	FAULT_IO,
	FAULT_FULL,
	FAULT_TORN, // write half and call fault_exit
	FAULT_NULL,
};

// Counts one operation and says how it shall end; does not return where the process shall end.
enum fault_way fault_next(enum fault_op op);
_Noreturn void fault_exit(void);

#endif
