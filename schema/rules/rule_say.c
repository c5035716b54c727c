// SPDX-License-Identifier: MIT
// What the rules say, in words.
#include "rule.h"
#include "usd.h"

enum { SHORT_ID_BYTES = 8 };

const char *rule_unit(enum rule rule, bool is_money, bool is_second)
{
	if (is_money)
		return rule == RULE_R1 ? "USD/h" : "USD";
	switch (rule) {
	case RULE_L1:
	case RULE_L2:
	case RULE_X2: return "calls";
	case RULE_L3: return "alternations";
	case RULE_L4:
	case RULE_E1: return "errors";
	case RULE_X1:
	case RULE_S3:
	case RULE_Q1: return "%";
	case RULE_X3: return "compactions";
	case RULE_S1: return is_second ? "agents started" : "agents";
	case RULE_S2: return "depth";
	case RULE_U1: return "minutes";
	case RULE_B1:
	case RULE_B2:
	case RULE_B3:
	case RULE_B4:
	case RULE_R1:
	case RULE_R2:
	case RULE_R3:
	case RULE_P1:
	case RULE_T1:
	case N_RULES: break;
	}
	return "";
}

static struct str short_id(struct str id)
{
	return id.n > SHORT_ID_BYTES ? (struct str){id.p, SHORT_ID_BYTES} : id;
}

static void add_session(const struct rule_finding *f, struct buf *out)
{
	buf_addz(out, "session ");
	buf_add(out, short_id(f->session));
}

static void add_value(const struct rule_finding *f, int64_t v, struct buf *out)
{
	if (f->is_money)
		usd_add_short(out, v);
	else
		buf_add_grouped(out, (uint64_t)(v < 0 ? 0 : v));
}

static void add_scope(const struct rule_finding *f, struct buf *out)
{
	if (str_is(f->scope, "session")) {
		add_session(f, out);
	} else if (str_is(f->scope, "all")) {
		bool is_day = f->rule == RULE_B2 || f->target.n == 7; // or a month
		buf_addz(out, is_day ? "work of " : "work since ");
		buf_add(out, f->target);
	} else {
		buf_addz(out, str_is(f->scope, "pr") ? "pull request" : "");
		if (!str_is(f->scope, "pr"))
			buf_add(out, f->scope);
		buf_addc(out, ' ');
		buf_add(out, f->target);
	}
}

static void say_budget(const struct rule_finding *f, struct buf *out)
{
	int64_t pct = f->limit > 0 ? (int64_t)((double)f->value / (double)f->limit * 100) : 0;
	add_scope(f, out);
	buf_addz(out, " has cost ");
	usd_add_short(out, f->value);
	buf_printf(out, ", %lld %% of its budget of ", (long long)pct);
	usd_add_short(out, f->limit);
}

static void say_loop(const struct rule_finding *f, struct buf *out)
{
	long long n = (long long)f->value;
	struct str tool = f->about.n ? f->about : STR("a tool");
	add_session(f, out);
	buf_addz(out, ": ");
	if (f->rule == RULE_L1)
		buf_printf(out, "%.*s was called %lld times alike, with the same result",
			STR_ARG(tool), n);
	else if (f->rule == RULE_L2)
		buf_printf(out, "%.*s was called %lld times alike", STR_ARG(tool), n);
	else if (f->rule == RULE_L3)
		buf_printf(out, "it goes to and fro between two calls of %.*s, %lld times",
			STR_ARG(tool), n);
	else
		buf_printf(out, "%.*s failed %lld times in a row with the same error",
			STR_ARG(tool), n);
}

static void say_agents(const struct rule_finding *f, struct buf *out)
{
	long long n = (long long)f->value;
	add_session(f, out);
	if (f->rule == RULE_S2)
		buf_printf(out, ": agents start agents, %lld deep", n);
	else if (f->rule == RULE_S3)
		buf_printf(out, ": subagents spent %lld %% of what the last prompt cost", n);
	else
		buf_printf(out,
			f->is_second ? " has started %lld agents since the last prompt"
				     : " has %lld agents at work within five minutes",
			n);
}

static void say_money(
	const struct rule_finding *f, const char *what, const char *against, struct buf *out)
{
	if (str_is(f->scope, "pr"))
		add_scope(f, out);
	else
		add_session(f, out);
	buf_addz(out, what);
	add_value(f, f->value, out);
	buf_addz(out, against);
	add_value(f, f->limit, out);
}

static void say_count(const struct rule_finding *f, const char *fmt, struct buf *out)
{
	add_session(f, out);
	buf_addz(out, fmt);
	buf_add_grouped(out, (uint64_t)(f->value < 0 ? 0 : f->value));
}

void rule_say(const struct rule_finding *f, struct buf *out)
{
	switch (f->rule) {
	case RULE_B1:
	case RULE_B2:
	case RULE_B3:
	case RULE_B4: say_budget(f, out); break;
	case RULE_L1:
	case RULE_L2:
	case RULE_L3:
	case RULE_L4: say_loop(f, out); break;
	case RULE_S1:
	case RULE_S2:
	case RULE_S3: say_agents(f, out); break;
	case RULE_R1: say_money(f, " burns ", " an hour, more than ", out); break;
	case RULE_R2:
	case RULE_R3: say_money(f, " has cost ", ", far from the usual: above ", out); break;
	case RULE_T1:
		say_money(f, " has spent ", " on one prompt, far from the usual: above ", out);
		break;
	case RULE_P1:
		say_money(f, " has spent ",
			" without an edit, commit or test that went well, more than ", out);
		break;
	case RULE_U1:
		if (f->is_money) {
			say_money(f, " has spent ", " since anybody typed, more than ", out);
			break;
		}
		say_count(f, " has worked alone for ", out);
		buf_addz(out, " minutes");
		break;
	case RULE_E1:
		say_count(f, " meets API errors: ", out);
		buf_addz(out, " within ten minutes");
		break;
	case RULE_X1:
		say_count(f, " fills its context window to ", out);
		buf_addz(out, " %");
		break;
	case RULE_X2:
		say_count(f, " wrote most of its context to the cache anew in ", out);
		buf_addz(out, " calls in a row");
		break;
	case RULE_X3:
		say_count(f, " was compacted ", out);
		buf_addz(out, " times within 30 minutes");
		break;
	case RULE_Q1:
		say_count(f, " uses a model without a price, so that ", out);
		buf_addz(out, " % of its tokens count as nothing");
		break;
	case N_RULES: break;
	}
}

void rule_say_cure(const struct rule_finding *f, struct buf *out)
{
	struct str id = short_id(f->session);
	switch (f->rule) {
	case RULE_B1:
		buf_printf(
			out, "`ccl budget allow --session %.*s --add 5` adds to it", STR_ARG(id));
		break;
	case RULE_B2:
	case RULE_B3:
	case RULE_B4: buf_addz(out, "`ccl budget off --for 1h` lifts it"); break;
	case RULE_X1:
	case RULE_X2: buf_addz(out, "/compact or /clear makes the next calls cheaper"); break;
	case RULE_R3: buf_addz(out, "`ccl pr` lists all"); break;
	case RULE_Q1: buf_addz(out, "`ccl doctor` names it"); break;
	case RULE_R1:
	case RULE_R2:
	case RULE_L1:
	case RULE_L2:
	case RULE_L3:
	case RULE_L4:
	case RULE_E1:
	case RULE_X3:
	case RULE_S1:
	case RULE_S2:
	case RULE_S3:
	case RULE_U1:
	case RULE_P1:
	case RULE_T1: buf_printf(out, "`ccl session %.*s` shows its turns", STR_ARG(id)); break;
	case N_RULES: break;
	}
}
