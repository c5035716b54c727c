// SPDX-License-Identifier: MIT
// `ccl-hook --sync`: the command line of the back-fill and its progress.
#ifndef CCL_HOOK_BACKFILL_H
#define CCL_HOOK_BACKFILL_H

int backfill_main(int argc, char **argv); // returns the exit status

#endif
