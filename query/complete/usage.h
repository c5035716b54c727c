// SPDX-License-Identifier: MIT
// Reads the usage line of a command, such as "BRANCH|--session ID NUMBER" or "[get KEY | set KEY
// VALUE]".
#ifndef CCL_COMPLETE_USAGE_H
#define CCL_COMPLETE_USAGE_H

#include "offer.h"

// Offers what it has in the n-th place of a positional: words in small letters are themselves,
// others stand for what offer_kind() knows.
void usage_offer(struct offers *o, const char *usage, size_t n);
// The same for the value of an option ("--format csv|jsonl"). False: the line says nothing of it.
bool usage_offer_value(struct offers *o, const char *usage, const char *option);

#endif
