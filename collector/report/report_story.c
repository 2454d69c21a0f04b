/* SPDX-License-Identifier: MIT */
/* The report in words: what happened first, then what could not be seen, then the evidence and what to do about it. */
#include <inttypes.h>
#include <stdio.h>

#include "report_doc.h"
#include "seccompwatch/names.h"

#define NEW_ROWS 40

/* ---- words ---- */

static void paragraph(struct report_doc *doc, struct text *t, bool lead)
{
	doc->ops->paragraph(doc, t->data ? t->data : "", lead);
	text_reset(t);
}

static void item(struct report_doc *doc, struct text *t)
{
	doc->ops->item(doc, t->data ? t->data : "");
	text_reset(t);
}

static void add_span(struct text *t, int64_t ms)
{
	static const struct {
		int64_t ms;
		const char *one, *many;
	} units[] = {{86400000, "day", "days"}, {3600000, "hour", "hours"}, {60000, "minute", "minutes"},
		{1000, "second", "seconds"}};
	size_t i = 0;

	while (i + 1 < ARRAY_SIZE(units) && ms < 2 * units[i].ms)
		i++;
	text_printf(t, "%" PRId64 " %s", ms / units[i].ms, ms / units[i].ms == 1 ? units[i].one : units[i].many);
}

static const char *name_of(const struct query_container *c)
{
	return c->name ? c->name : c->id;
}

static void add_count(struct text *t, uint64_t n, const char *one, const char *many)
{
	text_printf(t, "%" PRIu64 " %s", n, n == 1 ? one : many);
}

/* "214 calls were denied and 2 killed their process" */
static void add_outcomes(const struct report *r, struct text *t)
{
	uint64_t killed = r->by_outcome[EVENT_OUTCOME_KILLED], denied = report_denials(r), ran = r->by_outcome[EVENT_OUTCOME_EXECUTED];
	uint64_t rest = r->by_outcome[EVENT_OUTCOME_UNKNOWN];
	const char *comma = "";

	if (denied) {
		add_count(t, denied, "call was denied", "calls were denied");
		comma = ", ";
	}
	if (killed) {
		text_add_str(t, comma);
		add_count(t, killed, "call was answered with a kill", "calls were answered with a kill");
		comma = ", ";
	}
	if (ran) {
		text_add_str(t, comma);
		add_count(t, ran, "call was only logged and ran", "calls were only logged and ran");
		comma = ", ";
	}
	if (rest) {
		text_add_str(t, comma);
		add_count(t, rest, "record does not say what became of its call", "records do not say what became of their calls");
	}
}

static void tell_worst(const struct report *r, struct text *t)
{
	const struct report_row *call = r->syscalls.n ? &r->syscalls.rows[0] : NULL;
	const struct report_row *container = r->containers.n ? &r->containers.rows[0] : NULL;

	if (call && call->values[0])
		text_printf(t, " The most frequent call was %s (%" PRIu64 " times).", call->values[0], call->count);
	if (container && container->container && !r->container)
		text_printf(t, " %s had the most (%" PRIu64 " of them).", name_of(container->container), container->count);
}

static void tell_summary(const struct report *r, struct report_doc *doc)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;

	if (r->total == 0) {
		text_add_str(&t, "No violation was recorded in this time.");
		if (r->unwatched > 0)
			text_add_str(&t, " That does not mean that there was none: see below for when nobody was watching.");
	} else {
		add_outcomes(r, &t);
		if (!r->container && r->containers.n_all)
			text_printf(&t, ", in %zu %s", r->containers.n_all, r->containers.n_all == 1 ? "container" : "containers");
		text_add_char(&t, '.');
		tell_worst(r, &t);
	}
	paragraph(doc, &t, true);
	if (r->before)
		text_printf(&t, "In the span of the same length before it: %" PRIu64 ". ", r->before);
	else
		text_add_str(&t, "In the span of the same length before it: none. ");
	if (r->n_new)
		text_printf(&t, "%zu %s never seen before.", r->n_new, r->n_new == 1 ? "kind of violation was" : "kinds of violation were");
	else
		text_add_str(&t, "Nothing in it is of a new kind.");
	paragraph(doc, &t, false);
}

/* ---- what could not be seen ---- */

static void tell_watching(const struct report *r, struct report_doc *doc, struct text *t)
{
	if (r->unwatched > 0) {
		text_add_str(t, "For ");
		add_span(t, r->unwatched);
		text_add_str(t, " of this time no collector was running: what happened then is not here.");
	} else if (r->status.since == CLOCK_NONE) {
		text_add_str(t, "No collector has run on this database; what it holds was imported, and is as complete as its files.");
	} else {
		text_add_str(t, "A collector was watching all the time.");
	}
	item(doc, t);
	if (r->lost_at_most)
		text_printf(t, "Audit records were lost: at most %" PRIu64 " violations are missing.", r->lost_at_most);
	else
		text_add_str(t, "No audit record is known to be lost.");
	item(doc, t);
}

static void tell_attribution(const struct report *r, struct report_doc *doc, struct text *t)
{
	const uint64_t *by = r->status.attribution;
	uint64_t none = by[EVENT_ATTRIBUTION_NONE], all = 0;

	for (size_t i = 0; i < EVENT_ATTRIBUTION_N; i++)
		all += by[i];
	if (none == 0)
		return;
	text_printf(t, "Of %" PRIu64 " of the %" PRIu64 " violations in the database it is not known whose process it was: they are "
		       "listed without a container.", none, all);
	item(doc, t);
}

static void tell_visibility(const struct report *r, struct report_doc *doc)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;

	doc->ops->heading(doc, 2, "What could not be seen");
	doc->ops->list(doc, true);
	tell_watching(r, doc, &t);
	if (r->silent)
		text_printf(&t, "%" PRIu64 " of the containers below had a profile that denies without SECCOMP_FILTER_FLAG_LOG: "
				"those denials leave no record, only kills and logged calls do.", r->silent);
	else
		text_add_str(&t, "The kernel records denials other than kills only for filters with SECCOMP_FILTER_FLAG_LOG; the "
				 "built-in profiles of container engines do not set it.");
	item(doc, &t);
	tell_attribution(r, doc, &t);
	doc->ops->list(doc, false);
}

/* ---- tables ---- */

static void tell_rows(struct report_doc *doc, const struct report_table *t, size_t n_values)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct report_row *row = &t->rows[i];
		const char *cells[REPORT_COLUMNS + 7];
		char numbers[4][24], first[CLOCK_TEXT_MAX], last[CLOCK_TEXT_MAX];
		const uint64_t *by = row->by_outcome;
		size_t n = 0;

		for (size_t k = 0; k < n_values; k++)
			cells[n++] = row->values[k] ? row->values[k] : "";
		if (row->container)
			cells[n++] = row->container->image ? row->container->image : "";
		snprintf(numbers[0], sizeof(numbers[0]), "%" PRIu64, row->count);
		snprintf(numbers[1], sizeof(numbers[1]), "%" PRIu64, by[EVENT_OUTCOME_KILLED]);
		snprintf(numbers[2], sizeof(numbers[2]), "%" PRIu64, by[EVENT_OUTCOME_DENIED] + by[EVENT_OUTCOME_SIGNALLED] +
			by[EVENT_OUTCOME_NOTIFIED] + by[EVENT_OUTCOME_TRACED]);
		snprintf(numbers[3], sizeof(numbers[3]), "%" PRIu64, by[EVENT_OUTCOME_EXECUTED]);
		for (size_t k = 0; k < 4; k++)
			cells[n++] = numbers[k];
		report_time(row->first, first);
		report_time(row->last, last);
		cells[n++] = first;
		cells[n++] = last;
		doc->ops->row(doc, cells);
	}
}

#define COUNTS                                                                                               \
	{"Count", true, false}, {"Killed", true, false}, {"Denied", true, false}, {"Ran", true, false},          \
		{"First (UTC)", false, false}, {"Last (UTC)", false, false}

static void tell_table(struct report_doc *doc, const char *title, const struct report_table *t,
	const struct report_column *columns, size_t n_columns, size_t n_values)
{
	CLEANUP_TEXT struct text more = TEXT_EMPTY;

	if (t->n == 0)
		return;
	doc->ops->heading(doc, 2, title);
	doc->ops->table(doc, columns, n_columns);
	tell_rows(doc, t, n_values);
	doc->ops->table(doc, NULL, 0);
	if (t->n_all > t->n) {
		text_printf(&more, "And %zu more; the CSV form of this report has them all.", t->n_all - t->n);
		paragraph(doc, &more, false);
	}
}

static void tell_tables(const struct report *r, struct report_doc *doc)
{
	static const struct report_column containers[] = {{"Container", false, true}, {"Image", false, true}, COUNTS};
	static const struct report_column units[] = {{"Unit", false, true}, COUNTS};
	static const struct report_column syscalls[] = {{"Call", false, true}, {"Action", false, false}, COUNTS};
	static const struct report_column programs[] = {{"Program", false, true}, COUNTS};

	if (!r->container)
		tell_table(doc, "Containers", &r->containers, containers, ARRAY_SIZE(containers), 1);
	tell_table(doc, "Systemd units", &r->units, units, ARRAY_SIZE(units), 1);
	tell_table(doc, "System calls", &r->syscalls, syscalls, ARRAY_SIZE(syscalls), 2);
	tell_table(doc, "Programs", &r->programs, programs, ARRAY_SIZE(programs), 1);
}

/* ---- what is new ---- */

static const char *place_of(const struct query_signature *sig)
{
	return sig->container ? name_of(sig->container) : sig->unit ? sig->unit : "";
}

static void tell_kind(struct report_doc *doc, const struct query_kind *kind)
{
	const struct query_signature *sig = kind->signature;
	char first[CLOCK_TEXT_MAX], count[24], number[24] = "";
	const char *outcome = event_outcome_name(sig->outcome);

	if (sig->has_syscall)
		snprintf(number, sizeof(number), "%" PRId64, sig->syscall);
	report_time(kind->first, first);
	snprintf(count, sizeof(count), "%" PRIu64, kind->count);
	doc->ops->row(doc, (const char *const[]){first, place_of(sig), sig->exe ? sig->exe : sig->comm ? sig->comm : "",
		sig->syscall_name ? sig->syscall_name : number, outcome, count});
}

static void tell_new(const struct report *r, struct report_doc *doc)
{
	static const struct report_column columns[] = {{"First (UTC)", false, false}, {"Where", false, true},
		{"Program", false, true}, {"Call", false, true}, {"Outcome", false, false}, {"Count", true, false}};
	CLEANUP_TEXT struct text more = TEXT_EMPTY;
	size_t shown = 0;

	if (r->n_new == 0)
		return;
	doc->ops->heading(doc, 2, "New in this time");
	doc->ops->table(doc, columns, ARRAY_SIZE(columns));
	for (size_t i = 0; i < r->n_kinds && shown < NEW_ROWS; i++) {
		if (!report_is_new(r, &r->kinds[i]))
			continue;
		tell_kind(doc, &r->kinds[i]);
		shown++;
	}
	doc->ops->table(doc, NULL, 0);
	if (r->n_new > shown) {
		text_printf(&more, "And %zu more; the CSV form of this report has them all.", r->n_new - shown);
		paragraph(doc, &more, false);
	}
}

/* ---- advice ---- */

static const struct suggest_option *recommended(const struct suggest_item *item)
{
	for (size_t i = 0; i < item->n_options; i++)
		if (item->options[i].kind == item->recommended)
			return &item->options[i];
	return NULL;
}

static void tell_item(struct report_doc *doc, const struct suggest_item *item)
{
	const struct suggest_option *o = recommended(item);
	char count[24], number[24];

	snprintf(count, sizeof(count), "%" PRIu64, item->count);
	snprintf(number, sizeof(number), "%" PRIu32, item->call.nr);
	doc->ops->row(doc, (const char *const[]){item->syscall ? item->syscall : number, count,
		item->decided_by[0] ? item->decided_by : "-", item->risk, item->risk_reason, o ? o->title : ""});
}

static void tell_advice_of(struct report_doc *doc, const struct report_advice *a)
{
	static const struct report_column columns[] = {{"Call", false, true}, {"Count", true, false},
		{"Decided by", false, true}, {"Risk", false, false}, {"Why", false, false}, {"Recommended", false, false}};
	CLEANUP_TEXT struct text t = TEXT_EMPTY;

	doc->ops->heading(doc, 3, name_of(a->container));
	if (!a->made) {
		text_printf(&t, "No advice: %s.", a->why_not ? a->why_not : "none was asked for");
		paragraph(doc, &t, false);
		return;
	}
	if (a->suggest.n_items > 0) {
		doc->ops->table(doc, columns, ARRAY_SIZE(columns));
		for (size_t i = 0; i < a->suggest.n_items; i++)
			tell_item(doc, &a->suggest.items[i]);
		doc->ops->table(doc, NULL, 0);
	}
	if (a->suggest.n_muted) {
		add_count(&t, a->suggest.n_muted, "call is muted as known noise, and left out here.",
			"calls are muted as known noise, and left out here.");
		paragraph(doc, &t, false);
	}
	if (a->suggest.caution) {
		text_printf(&t, "Mind: %s.", a->suggest.caution);
		paragraph(doc, &t, false);
	}
	if (a->suggest.diff && a->suggest.diff[0])
		doc->ops->code(doc, "diff", a->suggest.diff);
	else if (a->suggest.n_items > 0)
		doc->ops->paragraph(doc, "The recommended options leave the profile as it is.", false);
}

static void tell_advice(const struct report *r, struct report_doc *doc)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;

	if (r->n_advice == 0)
		return;
	doc->ops->heading(doc, 2, "What to do");
	doc->ops->paragraph(doc,
		"For each denied call the smallest change that was proven: the changed profile was compiled as its runtime does "
		"and compared with the one in force over every call. Dangerous calls are never recommended to be allowed.", false);
	for (size_t i = 0; i < r->n_advice; i++)
		tell_advice_of(doc, &r->advice[i]);
	if (r->n_without_advice) {
		text_printf(&t, "%zu more containers had denied calls; `seccompwatch suggest --container NAME` advises on each.",
			r->n_without_advice);
		paragraph(doc, &t, false);
	}
}

/* ---- method and losses ---- */

static void tell_losses(const struct report *r, struct report_doc *doc)
{
	static const struct report_column columns[] = {{"From (UTC)", false, false}, {"To (UTC)", false, false},
		{"What", false, false}, {"Host", false, true}, {"Count", true, false}};

	if (r->n_losses == 0)
		return;
	doc->ops->heading(doc, 2, "Losses and times without a collector");
	doc->ops->table(doc, columns, ARRAY_SIZE(columns));
	for (size_t i = 0; i < r->n_losses; i++) {
		const struct query_loss *loss = &r->losses[i];
		char first[CLOCK_TEXT_MAX], last[CLOCK_TEXT_MAX], count[24] = "";

		report_time(loss->first, first);
		report_time(loss->last, last);
		if (strcmp(loss->kind, "unwatched") != 0)
			snprintf(count, sizeof(count), "%" PRIu64, loss->count);
		doc->ops->row(doc, (const char *const[]){first, last, loss->kind, loss->host ? loss->host : "", count});
	}
	doc->ops->table(doc, NULL, 0);
}

static void tell_method(const struct report *r, struct report_doc *doc)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;

	doc->ops->heading(doc, 2, "Method");
	text_printf(&t, "Made by seccompwatch %s from SECCOMP records of the kernel's audit (type 1326), each counted once. A gap in "
			"the records' serial numbers counts records of any type, so that it bounds missing violations from above. "
			"Processes are attributed by their control group, read while they live or kept from before they died. "
			"Counts are exact; the same database gives the same report.", r->version);
	paragraph(doc, &t, false);
}

static void add_title(const struct report *r, struct text *t)
{
	text_add_str(t, "Seccomp violations");
	if (r->container)
		text_printf(t, " of container %s", name_of(r->container));
}

void report_tell(const struct report *r, struct report_doc *doc)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;
	char since[CLOCK_TEXT_MAX], until[CLOCK_TEXT_MAX];

	add_title(r, &t);
	doc->ops->start(doc, t.data ? t.data : "");
	text_reset(&t);
	report_time(r->since, since);
	report_time(r->until, until);
	text_printf(&t, "From %s to %s UTC (", since, until);
	add_span(&t, r->until - r->since);
	text_add_str(&t, ").");
	paragraph(doc, &t, false);
	tell_summary(r, doc);
	doc->ops->heading(doc, 2, "Timeline");
	doc->ops->chart(doc, r);
	tell_visibility(r, doc);
	tell_tables(r, doc);
	tell_new(r, doc);
	tell_advice(r, doc);
	tell_losses(r, doc);
	tell_method(r, doc);
	doc->ops->end(doc);
}
