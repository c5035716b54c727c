// SPDX-License-Identifier: MIT
// The difference of two texts for people to read.
#ifndef CCL_INSTALL_UDIFF_H
#define CCL_INSTALL_UDIFF_H

#include "buf.h"

// A unified diff with three lines of context, as `patch` takes it; nothing for equal texts. The
// names stand in its first two lines ("/dev/null" for a file that is not there).
void udiff_write(
	struct buf *out, struct str old_name, struct str old, struct str new_name, struct str new);

#endif
