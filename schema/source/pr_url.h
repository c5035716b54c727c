// SPDX-License-Identifier: MIT
// Pull-request pages and git remotes of every forge, from untrusted text.
//
// Hosts are lower case and without a port. Owner and repo are as written (forges compare them
// without regard to case, except Gerrit) and hold only [A-Za-z0-9._~+-] and, in Azure names, %XX.
// All strings are copies in the arena; user names, passwords and tokens never get into them.
// Azure's three host names for one repository all become dev.azure.com/ORG/PROJECT/REPO.
#ifndef CCL_SOURCE_PR_URL_H
#define CCL_SOURCE_PR_URL_H

#include "arena.h"

enum { PR_URL_MAX_BYTES = 2048 };

struct pr_repo {
	struct str host, owner, repo; // owner may be "group/sub", or absent (a Gerrit project)
};

struct pr_ref {
	struct str host, owner, repo;
	int64_t number; // 1 .. 2^31-1
};

// `url` is one http(s) URL and nothing else: the page of a pull request, merge request or Gerrit
// change, or a page below it (/files, ?tab, #comment). False for anything else; *out is then as
// before.
bool pr_url_parse(struct arena *a, struct str url, struct pr_ref *out);

// The next such URL within any text; *rest is what follows it (STR_NONE once there is no more).
bool pr_url_find(struct arena *a, struct str text, struct pr_ref *out, struct str *rest);

// A remote as git config holds it. False for paths, file:, Windows drives, transport helpers and
// what does not name owner and repository. An ssh host alias is taken for the host.
bool pr_remote_parse(struct arena *a, struct str remote, struct pr_repo *out);

#endif
