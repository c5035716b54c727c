// SPDX-License-Identifier: MIT
#include "managed.h"

#include <dirent.h>
#include <stdlib.h>

#include "path.h"
#include "setfile.h"
#include "settings.h"

static void note(struct str root, const char *key, struct str file, struct str *in_out)
{
	struct settings_item it;
	if (settings_find(root, key, &it))
		*in_out = settings_is_true(it.value) ? file : STR_NONE;
}

static void read_one(struct arena *a, struct str file, struct managed *m)
{
	struct setfile f;
	struct err ignored;
	struct str root;
	if (!setfile_read(a, file, &f, &ignored))
		return;
	if (!f.is_absent && settings_check(file, buf_str(&f.text), &root, &ignored)) {
		note(root, "allowManagedHooksOnly", f.path, &m->only_managed_in);
		note(root, "disableAllHooks", f.path, &m->disabled_in);
	}
	buf_free(&f.text);
}

static int is_json_name(const struct dirent *d)
{
	return d->d_name[0] != '.' && str_ends(str_of(d->d_name), ".json");
}

struct managed managed_read(struct arena *a, struct str dir)
{
	struct str dirs[] = {
		STR("/etc/claude-code"), STR("/Library/Application Support/ClaudeCode")};
	struct managed m = {0};
	for (size_t i = 0; i < (dir.n ? 1 : 2); i++) {
		struct str base = dir.n ? dir : dirs[i];
		read_one(a, path_join(a, base, STR("managed-settings.json")), &m);
		struct str drop_ins = path_join(a, base, STR("managed-settings.d"));
		struct dirent **names = NULL;
		int n = scandir(drop_ins.p, &names, is_json_name, alphasort);
		for (int k = 0; k < n; k++) {
			read_one(a, path_join(a, drop_ins, str_of(names[k]->d_name)), &m);
			free(names[k]);
		}
		free(names);
	}
	return m;
}
