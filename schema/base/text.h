// SPDX-License-Identifier: MIT
// Strings for people's eyes. What comes from a ledger is untrusted: branch names, titles, paths.
#ifndef CCL_BASE_TEXT_H
#define CCL_BASE_TEXT_H

#include "buf.h"

// Takes a locale in which wcwidth() knows more than ASCII, if the system has one. Call once.
void text_init(void);

// `s` as valid UTF-8 of one line that no terminal obeys: control characters become their pictures,
// U+0080..9F, bidirectional and invisible ones <U+XXXX>, broken bytes U+FFFD.
void text_add_clean(struct buf *out, struct str s);

// The user's locale can show more than ASCII, by its name: the C library knows only those that are
// installed.
bool text_is_utf8(void);

size_t text_cols(struct str clean); // columns on a terminal

// At most max_cols columns of it; "…" stands for what is left out.
void text_add_cut(struct buf *out, struct str clean, size_t max_cols);
// The same for a path, whose end says more than its beginning.
void text_add_cut_path(struct buf *out, struct str clean, size_t max_cols);

// A JSON string with its quotes; broken bytes become U+FFFD.
void text_add_json(struct buf *out, struct str s);

#endif
