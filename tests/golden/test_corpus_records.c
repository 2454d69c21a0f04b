/* SPDX-License-Identifier: MIT */
/* The published records of $CORPUS/records.txt, each block through the reader that import uses, before anything
 * is coalesced: every field that the block's "# computed:" and "# truth:" lines name is compared. The corpus is
 * read at run time and is no part of this tree; where it is absent the one test is skipped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "seccompwatch/files.h"
#include "seccompwatch/names.h"

#define BLOCKS_MAX   400
#define COMPUTED_MAX 16
#define EVENTS_MAX   16

struct block {
	char name[160]; /* number, source */
	char source[256];
	char kind[32];
	char truth[512];
	char computed[COMPUTED_MAX][160];
	size_t n_computed;
	char *text; /* the lines as they were published */
	size_t text_len;
	unsigned ordinal; /* among the blocks of the same source, from 1 */
};

/* Where the right answer is not what the block's computed lines say, and why. */
static const struct exception {
	const char *source;
	unsigned ordinal;
	unsigned events;
	const char *why;
} exceptions[] = {
	{"kubernetes-sigs/security-profiles-operator:internal/pkg/daemon/enricher/auditsource/audit_test.go", 4, 3,
		"a missing or wrong uid or gid is absent; the violation happened all the same"},
	{"Python test: code=RET_ALLOW, which the kernel never logs", 1, 0, "the kernel never logs an allowed call; its truth says: to be dropped"},
	{"training text: invented shape", 1, 0, "its truth says that it is no kernel record"},
};

static struct block *blocks;
static size_t n_blocks;

/* ---- reading the corpus ---- */

static bool header(const char *line, const char *key, char *to, size_t size)
{
	size_t len = strlen(key);

	if (strncmp(line, key, len) != 0)
		return false;
	line += len;
	line += strspn(line, " ");
	snprintf(to, size, "%s", line);
	return true;
}

static void take_line(struct block *b, char *line)
{
	char *computed = b->n_computed < COMPUTED_MAX ? b->computed[b->n_computed] : NULL;
	bool in_head = b->text_len == 0;

	if (in_head && (header(line, "# source:", b->source, sizeof(b->source)) ||
			       header(line, "# kind:", b->kind, sizeof(b->kind)) ||
			       header(line, "# truth:", b->truth, sizeof(b->truth))))
		return;
	if (in_head && computed && header(line, "# computed:", computed, sizeof(b->computed[0]))) {
		b->n_computed++;
		return;
	}
	b->text = realloc(b->text, b->text_len + strlen(line) + 2);
	assert_non_null(b->text);
	b->text_len += (size_t)sprintf(b->text + b->text_len, "%s\n", line);
}

static void end_block(void)
{
	struct block *b = &blocks[n_blocks];

	if (b->kind[0] == '\0') {
		free(b->text);
		*b = (struct block){0};
		return;
	}
	b->ordinal = 1;
	for (size_t i = 0; i < n_blocks; i++)
		b->ordinal += strcmp(blocks[i].source, b->source) == 0;
	n_blocks++;
	snprintf(b->name, sizeof(b->name), "%03zu %.100s", n_blocks, b->source);
}

static bool read_corpus(void)
{
	const char *dir = getenv("CORPUS");
	char path[4096], *line = NULL;
	size_t room = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/records.txt", dir ? dir : "../shared/corpus");
	f = fopen(path, "r");
	blocks = calloc(BLOCKS_MAX, sizeof(*blocks));
	if (!f || !blocks)
		return false;
	for (ssize_t n; (n = getline(&line, &room, f)) > 0 && n_blocks < BLOCKS_MAX - 1;) {
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		if (line[0] == '\0')
			end_block();
		else
			take_line(&blocks[n_blocks], line);
	}
	end_block();
	free(line);
	fclose(f);
	return true;
}

/* ---- reading a block ---- */

struct got {
	struct event *events[EVENTS_MAX]; /* in the order of their lines */
	uint64_t lines[EVENTS_MAX];
	size_t n;
	struct files_counts counts;
};

/* Both texts of a pair of twins are records: here each counts. */
static int keep(void *data, const struct files_item *item)
{
	struct got *got = data;
	struct event *ev = malloc(sizeof(*ev));
	size_t at = got->n;

	assert_non_null(ev);
	if (item->kind != FILES_EVENT && item->kind != FILES_TWIN) {
		free(ev);
		return 0;
	}
	assert_true(got->n < EVENTS_MAX);
	*ev = *item->event;
	names_complete(ev);
	for (; at > 0 && got->lines[at - 1] > item->line; at--) {
		got->events[at] = got->events[at - 1];
		got->lines[at] = got->lines[at - 1];
	}
	got->events[at] = ev;
	got->lines[at] = item->line;
	got->n++;
	return 0;
}

static void read_block(const struct block *b, struct got *got)
{
	struct files_options options = {.now = INT64_C(1778232600000), .on_item = keep, .data = got};
	int fd = memfd_create("block", MFD_CLOEXEC);

	*got = (struct got){0};
	assert_true(fd >= 0);
	assert_int_equal(write(fd, b->text, b->text_len), (ssize_t)b->text_len);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(files_read_fd(fd, &options, &got->counts), 0);
}

/* ---- comparing ---- */

/* "key=value" of a computed line; values hold no blank. */
static bool value_of(const char *line, const char *key, char *ret, size_t size)
{
	const char *at = strstr(line, key);

	if (!at)
		return false;
	at += strlen(key);
	snprintf(ret, size, "%.*s", (int)strcspn(at, " "), at);
	return true;
}

static void check_arch(const struct event *ev, const char *want)
{
	if (strcmp(want, "absent") == 0)
		assert_false(ev->has_arch);
	else
		assert_string_equal(names_arch(ev->arch, ev->syscall), want);
}

static void check_syscall(const struct event *ev, char *want)
{
	char *name = strchr(want, '(');

	if (name) {
		*name++ = '\0';
		name[strcspn(name, ")")] = '\0';
	} else if (want[0] != '-' && (want[0] < '0' || want[0] > '9')) {
		name = want;
		want = NULL;
	}
	if (want)
		assert_int_equal(ev->syscall, strtoll(want, NULL, 10));
	if (name && strcmp(name, "?") != 0)
		assert_string_equal(names_syscall(ev->arch, ev->syscall), name);
	else if (name)
		assert_null(names_syscall(ev->arch, ev->syscall));
}

static void check_action(const struct event *ev, const char *want)
{
	static const struct {
		const char *word;
		enum event_action action;
	} words[] = {
		{"None", EVENT_ACTION_NONE}, {"KILL_PROCESS", EVENT_ACTION_KILL_PROCESS},
		{"kill_process", EVENT_ACTION_KILL_PROCESS}, {"KILL_THREAD", EVENT_ACTION_KILL_THREAD},
		{"STRICT_MODE", EVENT_ACTION_KILL_THREAD}, {"ERRNO", EVENT_ACTION_ERRNO},
		{"SECCOMP_RET_ERRNO", EVENT_ACTION_ERRNO}, {"LOG", EVENT_ACTION_LOG}, {"UNKNOWN", EVENT_ACTION_UNKNOWN},
	};
	size_t len = strcspn(want, "(");

	assert_int_equal(ev->mode, strncmp(want, "STRICT_MODE", 11) == 0 ? EVENT_MODE_STRICT : EVENT_MODE_FILTER);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strlen(words[i].word) != len || strncmp(want, words[i].word, len) != 0)
			continue;
		assert_int_equal(ev->action, words[i].action);
		if (ev->action == EVENT_ACTION_ERRNO)
			assert_int_equal(ev->error, want[len] ? strtol(want + len + 1, NULL, 10) : 0);
		if (ev->action == EVENT_ACTION_UNKNOWN)
			assert_true(ev->code == strtoul(want + len + 1, NULL, 16));
		return;
	}
	fail_msg("unknown action %s", want);
}

static void check_number(int got, const char *want)
{
	if (strcmp(want, "None") == 0)
		assert_int_equal(got, -1);
	else
		assert_int_equal(got, strcmp(want, "SIGSYS") == 0 ? 31 : strtol(want, NULL, 10));
}

static void check_computed(const struct event *ev, const char *computed)
{
	char value[64];

	assert_true(value_of(computed, "arch=", value, sizeof(value)));
	check_arch(ev, value);
	assert_true(value_of(computed, "syscall=", value, sizeof(value)));
	check_syscall(ev, value);
	assert_true(value_of(computed, "action=", value, sizeof(value)));
	check_action(ev, value);
	assert_true(value_of(computed, "sig=", value, sizeof(value)));
	check_number(ev->sig, value);
	assert_true(value_of(computed, "compat=", value, sizeof(value)));
	check_number(ev->compat, value);
}

/* The value of a word in the truth's prose: ends before one of `stop`'s words, or at the end. */
static bool truth_value(const char *truth, const char *key, const char *stop, char *ret, size_t size)
{
	const char *at = truth, *end;

	for (;;) {
		at = strstr(at, key);
		if (!at)
			return false;
		if ((at == truth || at[-1] == ' ') && at[strlen(key)] != '"')
			break;
		at++;
	}
	at += strlen(key);
	end = strstr(at, stop);
	snprintf(ret, size, "%.*s", (int)(end ? (size_t)(end - at) : strlen(at)), at);
	return true;
}

static void check_text(const struct event *ev, struct event_text text, const char *want)
{
	assert_true(event_has(text));
	assert_int_equal(text.len, strlen(want));
	assert_memory_equal(event_span(ev, text).data, want, text.len);
}

static void check_truth_name(const struct got *got, const char *truth)
{
	char want[64];

	if (!truth_value(truth, "syscall=", " ", want, sizeof(want)))
		return;
	want[strcspn(want, "(/;:,")] = '\0';
	for (size_t i = 0; i < got->n; i++) {
		const struct event *ev = got->events[i];
		const char *name = ev->has_arch ? names_syscall(ev->arch, ev->syscall) : NULL;

		if (strtoll(want, NULL, 10) == ev->syscall || !ev->has_arch || (name && strcmp(name, want) == 0))
			return;
	}
	fail_msg("no event has the syscall %s", want);
}

static void check_truth(const struct got *got, const char *truth)
{
	const struct event *ev = got->events[0];
	char want[256];

	check_truth_name(got, truth);
	if (truth_value(truth, "pid=", " ", want, sizeof(want)))
		assert_int_equal(ev->pid, strtol(want, NULL, 10));
	if (truth_value(truth, "ppid=", " ", want, sizeof(want)))
		assert_int_equal(ev->ppid, strtol(want, NULL, 10));
	if (truth_value(truth, "uid=", " ", want, sizeof(want)))
		assert_int_equal(ev->uid, strtoul(want, NULL, 10));
	if (truth_value(truth, "epoch_ms=", " ", want, sizeof(want)))
		assert_true(ev->time == strtoll(want, NULL, 10));
	if (truth_value(truth, "time=", "us", want, sizeof(want)))
		assert_true(ev->time == strtoll(want, NULL, 10) / 1000);
	if (truth_value(truth, "exe=", " comm=", want, sizeof(want)))
		check_text(ev, ev->exe, want);
	if (truth_value(truth, "comm=", " syscall=", want, sizeof(want)))
		check_text(ev, ev->comm, want);
	if (truth_value(truth, "label=", strstr(truth, " [") ? " [" : ";", want, sizeof(want)))
		check_text(ev, ev->subj, want);
}

static const struct exception *exception_of(const struct block *b)
{
	for (size_t i = 0; i < ARRAY_SIZE(exceptions); i++)
		if (strcmp(b->source, exceptions[i].source) == 0 && b->ordinal == exceptions[i].ordinal)
			return &exceptions[i];
	return NULL;
}

static bool has_syscall(const char *computed)
{
	return strstr(computed, "syscall=None") == NULL;
}

/* Derived blocks have no computed line: their record is that of another block with a byte put back. */
static size_t events_wanted(const struct block *b)
{
	size_t n = 0;

	if (exception_of(b))
		return exception_of(b)->events;
	if (strcmp(b->kind, "negative") == 0)
		return 0;
	if (b->n_computed == 0)
		return 1;
	for (size_t i = 0; i < b->n_computed; i++)
		n += has_syscall(b->computed[i]);
	return n;
}

static void test_block(void **state)
{
	const struct block *b = *state;
	struct got got;

	read_block(b, &got);
	if (got.n != events_wanted(b))
		fail_msg("%zu events, not %zu (%lu malformed, %lu other, %lu twins): %s", got.n, events_wanted(b),
			(unsigned long)got.counts.malformed, (unsigned long)got.counts.other,
			(unsigned long)got.counts.twins, b->text);
	for (size_t i = 0; i < got.n && i < b->n_computed; i++)
		check_computed(got.events[i], b->computed[i]);
	if (got.n > 0)
		check_truth(&got, b->truth);
	/* What was meant to be a record and is none is said to be malformed, not passed over. */
	if (got.n == 0 && b->n_computed > 0 && !has_syscall(b->computed[0]))
		assert_int_equal(got.counts.malformed, 1);
	for (size_t i = 0; i < got.n; i++)
		free(got.events[i]);
}

static void test_exceptions_are_used(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(exceptions); i++) {
		size_t uses = 0;

		for (size_t k = 0; k < n_blocks; k++)
			uses += exception_of(&blocks[k]) == &exceptions[i];
		if (uses != 1)
			fail_msg("%s: %zu blocks", exceptions[i].source, uses);
	}
}

static void test_corpus_is_absent(void **state)
{
	print_message("no records.txt in $CORPUS: its blocks were not tested\n");
	skip();
}

int main(void)
{
	static struct CMUnitTest tests[BLOCKS_MAX + 1];
	size_t n = 0;

	if (!read_corpus()) {
		const struct CMUnitTest absent[] = {cmocka_unit_test(test_corpus_is_absent)};

		return cmocka_run_group_tests_name("corpus records", absent, NULL, NULL);
	}
	for (; n < n_blocks; n++)
		tests[n] = (struct CMUnitTest){blocks[n].name, test_block, NULL, NULL, &blocks[n]};
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_exceptions_are_used);
	return _cmocka_run_group_tests("corpus records", tests, n, NULL, NULL);
}
