// SPDX-License-Identifier: MIT
// Where things are: the ledger, Claude Code's folders. Paths are absolute and never end in '/'.
#ifndef CCL_BASE_PATH_H
#define CCL_BASE_PATH_H

#include "arena.h"
#include "err.h"

// All results live in the arena. An unset or relative variable counts as absent (XDG rule).
struct str path_join(struct arena *a, struct str dir, struct str name);
struct str path_home(struct arena *a);                // $HOME, else /etc/passwd's
struct str path_user(struct arena *a);                // who runs this, or "unknown"
struct str path_dir(struct str path);                 // without its last component
struct str path_base(struct str path);                // its last component
bool path_is_inside(struct str path, struct str dir); // equal, or below it
// Lexical only: "a//b/./c/../d" becomes "a/b/d"; symbolic links are not looked at.
struct str path_clean(struct arena *a, struct str path);

// $CCL_LEDGER, else $XDG_DATA_HOME/ccl/ledger.db, else ~/.local/share/ccl/ledger.db
struct str path_ledger(struct arena *a);

// Claude Code's configuration folders, those that exist: each of the comma list
// $CLAUDE_CONFIG_DIR, else ~/.claude and $XDG_CONFIG_HOME/claude. Returns how many (at most max).
size_t path_config_dirs(struct arena *a, struct str *out, size_t max);
// The one that `ccl install` writes to, whether it exists or not.
struct str path_config_dir(struct arena *a);

// Creates a folder and those above it; new ones get mode 0700.
MUST_USE bool path_make_dirs(struct str dir, struct err *e);

#endif
