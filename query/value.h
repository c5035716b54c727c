// SPDX-License-Identifier: MIT
// The only place that knows units: one cell and its type, for machines and for people.
#ifndef CCL_QUERY_VALUE_H
#define CCL_QUERY_VALUE_H

#include "buf.h"
#include "currency.h"
#include "report_def.h"

enum cell_kind { CELL_NULL, CELL_INT, CELL_REAL, CELL_TEXT };

struct cell {
	enum cell_kind kind;
	union { // by kind
		int64_t i;
		double r;
		struct str s;
	};
};

bool value_is_number(enum value_type type); // right-aligned, and a number in CSV and JSON
bool value_is_text(enum value_type type);   // of unknown length: a table may cut it
const char *value_type_name(enum value_type type);

// Exact, without blanks or grouping; nothing for NULL. Times ISO UTC, spans seconds, usd twelve
// decimals, bool true/false.
void value_add_machine(struct buf *out, enum value_type type, const struct cell *c);
// Short and local; strings cleaned (text.h), never cut; "-" for NULL.
void value_add_human(struct buf *out, enum value_type type, const struct cell *c);

// Of VALUE_USD in value_add_human, from then on. Before: USD.
void value_set_currency(const struct currency *c);

// By type: numbers by size, texts by bytes; NULL before all others.
int value_cmp(const struct cell *a, const struct cell *b);

#endif
