// SPDX-License-Identifier: MIT
#include "origin.h"

#include "jsontext.h"
#include "statusline.h"
#include "wiring.h"

enum origin origin_of_new(struct str root)
{
	struct settings_item hooks, line;
	enum origin origin = ORIGIN_NO_KEY;
	if (settings_count(root) != 1)
		return ORIGIN_NO_KEY;
	if (settings_find(root, "hooks", &hooks))
		origin = wiring_origin(STR_NONE, hooks.value);
	else if (settings_find(root, "statusLine", &line))
		origin = statusline_origin(line.value);
	return origin == ORIGIN_EMPTY ? ORIGIN_NO_KEY : origin;
}

void origin_fill(struct buf *out, struct str text, struct str value)
{
	struct jsontext_style style = jsontext_style_of(text, STR_NONE);
	struct str body = settings_body(text);
	buf_add(out, (struct str){text.p, text.n - body.n}); // a byte order mark
	jsontext_render(out, &style, value, STR_NONE, false);
	buf_add(out, text.p ? body : STR("\n"));
}

void origin_leave(struct buf *text, enum origin origin, struct str root,
	const struct settings_item *item, bool *out_is_nothing)
{
	bool is_alone = settings_count(root) == 1;
	*out_is_nothing = origin == ORIGIN_NO_FILE && is_alone;
	if (origin == ORIGIN_BLANK_FILE && is_alone)
		jsontext_splice(text, root.p, root.n, STR_NONE);
	else
		jsontext_remove(text, root, item);
}
