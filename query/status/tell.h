// SPDX-License-Identifier: MIT
// What a payload says that the ledger does not have yet: ccl-hook is the only writer, so it gets
// the payload.
#ifndef CCL_STATUS_TELL_H
#define CCL_STATUS_TELL_H

#include "look.h"
#include "status.h"

// False, too, where nothing can be read, and for what the user wants kept out of the ledger.
bool tell_is_new(struct look *l, const struct status *p);

// Starts `ccl-hook --status` with the payload on its stdin, in a session of its own, and does not
// wait for it. Without ccl-hook nothing happens. Nothing must be open that it is not to inherit.
void tell_hook(struct arena *a, struct str payload);

#endif
