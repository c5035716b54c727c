// SPDX-License-Identifier: MIT
#include "client_price.h"

enum { VERSION_STEP = 100000 };

#define VERSION(a, b, c) (((INT64_C(1) * (a)) * VERSION_STEP + (b)) * VERSION_STEP + (c))

int64_t client_price_version(struct str text)
{
	int64_t version = 0;
	struct str rest = text;
	for (int i = 0; i < 3; i++) {
		int64_t part;
		struct str word = str_split(rest, '.', &rest);
		if (!str_int(word, 0, VERSION_STEP - 1, &part))
			return CLIENT_NEWEST;
		version = version * VERSION_STEP + part;
	}
	return version;
}

bool client_is_cumulative(int64_t version)
{
	// per process in 2.1.163, 2.1.197 and 2.1.270; over all of the session in 2.1.330
	return version > VERSION(2, 1, 270);
}

bool client_writes_no_output(int64_t version)
{
	return version >= VERSION(2, 1, 8) && version <= VERSION(2, 1, 60);
}

static const struct client_price_row *find(const struct client_price_of *of, const char *model)
{
	const struct client_price_row *best = NULL;
	for (size_t i = 0; i < n_client_price_rows; i++) {
		const struct client_price_row *r = &client_price_rows[i];
		bool fits = r->since <= of->version && of->version < r->until &&
			    of->above_tok >= r->above_tok &&
			    (model ? str_is(str_of(r->model), model) : str_is(of->model, r->model));
		if (fits && (!best || r->above_tok > best->above_tok))
			best = r;
	}
	return best;
}

void client_price(const struct client_price_of *of, int64_t out_rates[METER_N_COUNTS])
{
	const struct client_price_row *r = find(of, NULL);
	if (!r)
		r = find(of, "*"); // every version has one
	for (int i = 0; i < METER_N_COUNTS; i++) {
		out_rates[i] = r->rates[i];
		if (i == METER_WEB_SEARCHES)
			continue;
		if (of->is_fast)
			out_rates[i] = out_rates[i] * r->fast_num / r->fast_den;
		// its changelog: the factor of inference_geo "us" came with 2.1.239
		if (of->is_us && of->version >= VERSION(2, 1, 239))
			out_rates[i] = out_rates[i] * 11 / 10;
	}
	// at the 5-minute rate in 2.1.163 and before, right in 2.1.197
	if (of->version <= VERSION(2, 1, 163))
		out_rates[METER_CACHE_WRITE_1H] = out_rates[METER_CACHE_WRITE_5M];
}
