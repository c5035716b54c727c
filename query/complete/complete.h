// SPDX-License-Identifier: MIT
// `ccl complete WORD...`: what the last word of a command line may become, for the shells' scripts
// (install/shell). The other words are what stands between `ccl` and it.
#ifndef CCL_COMPLETE_H
#define CCL_COMPLETE_H

#include "arena.h"
#include "buf.h"

// A line for each: the word, a tab, what it is. A line "/" stands for names of files.
void complete_words(struct arena *a, size_t n_words, char **words, struct buf *out);

#endif
