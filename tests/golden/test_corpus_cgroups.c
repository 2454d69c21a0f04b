/* SPDX-License-Identifier: MIT */
/* Every block of the corpus of cgroup texts ($CORPUS/cgroups.txt) against its "# truth:" line, which holds what
 * another project answers, in that project's words. Words are translated by one table, and one principle is applied
 * to all blocks: which engine Kubernetes uses is not guessed from a bare id. Where we decide otherwise, the block is
 * named below, with the reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <ctype.h>
#include <stdio.h>

#include "seccompwatch/cgroup.h"

struct block {
	int number; /* from 0, the introduction included */
	char *truth, *kind;
	char *body; /* the other lines */
};

struct expected {
	char runtime[64], id[CGROUP_ID_MAX], pod[CGROUP_POD_MAX], unit[CGROUP_UNIT_MAX], outer[CGROUP_ID_MAX];
	bool id_begins; /* the id is its beginning alone */
};

/* The peers' words for a runtime; "?" says only that there is a container. */
static const struct {
	const char *word, *runtime;
} words[] = {
	{"none", ""},          {"docker", "docker"},           {"containerd", "containerd"},
	{"crio", "cri-o"},     {"cri-o", "cri-o"},             {"podman", "podman"},
	{"lxc", "lxc"},        {"systemd-nspawn", "nspawn"},   {"garden", "garden"},
	{"ecs", "ecs"},        {"nomad", "nomad"},             {"nerdctl", "containerd"},
	{"k8s", "?"},          {"kubepods", "?"},              {"k8s-cgroupfs", "unknown"},
	{"kind", "?"},         {"containerd/docker", "?"},     {"kata", "unknown"},
	{"buildkit", "unknown"}, {"uuid", "unknown"},          {"github-actions", "unknown"},
	{"unknown", ""},
};

/* Blocks in which we do not say what the peer says. `has` is a part of the block that no other one has together
 * with its number, so that a changed corpus is noticed. A NULL field is taken from the truth. */
static const struct decision {
	int number;
	const char *has;
	const char *runtime, *id, *unit; /* id: its beginning */
	const char *why;
} decisions[] = {
	{21, "system-serial", NULL, NULL,
		"system-serial\\x2dgetty.slice", "units keep their escapes: that is the name systemctl takes"},
	{28, "postgresql@9.4", NULL, NULL,
		"postgresql@9.4-main.service", "the service is nearer to the process than the slice around it"},
	{36, "69e8ded3", "containerd", "69e8ded3",
		NULL, "the scope is named by containerd's CRI plugin; a pod around it is not needed to know that"},
	{48, "init.scope", "docker", "1b3319ed",
		NULL, "an init system inside a container runs in the container (the same peer answers so elsewhere)"},
	{49, "containerd.service", "docker", "1b3319ed",
		NULL, "a service inside a container runs in the container"},
	{54, "containerd.service", "docker", "c1146e7c",
		NULL, "a service inside a container runs in the container"},
	{55, "kubelet.service", "docker", "c1146e7c",
		NULL, "a service inside a container runs in the container"},
	{60, "0::/5aaf9eb7", "unknown", NULL,
		NULL, "64 digits at the root are a container, but do not say whose"},
	{77, "crio-conmon-", "", "",
		NULL, "conmon watches the container from outside, under no filter of its"},
	{98, "/09bc3d7a", "unknown", "09bc3d7a",
		NULL, "the peer looks for pods only; 64 digits are a container"},
	{100, "/kubepods/09bc", "unknown", "09bc3d7a",
		NULL, "the peer looks for pods only; 64 digits are a container"},
	{113, "/system.slice/6469", "unknown", NULL,
		NULL, "without docker- in front the id does not say whose it is"},
	{114, "4:devices", "docker", "6469646e",
		NULL, "the kernel gives one place for a hierarchy: of an impossible text the first line is taken"},
	{118, "/../0123456789", "unknown", NULL,
		NULL, "64 digits are a container, but do not say whose"},
	{145, "overlay2", "unknown", "47c1f193",
		NULL, "a file's path, which no /proc/PID/cgroup holds; as a cgroup's it would be a container"},
	{161, "not_hex", "docker", "051e2ee0",
		NULL, "a cgroup below a container's is the container's, whatever it is called"},
	{165, "46686c7c", "ecs", "46686c7c",
		NULL, "the task alone is not the container; other peers take the whole name (152, 164)"},
	{188, "docker-demo", "", "",
		"docker-demo.scope", "anybody can name a scope docker-demo; Docker's ids have 64 digits"},
	{195, "libpod_pod_", "", "",
		NULL, "a pod's slice holds no container; its id is the pod's"},
	{196, "libpod-conmon-", "", "",
		NULL, "conmon watches the container from outside, under no filter of its"},
	{214, "elvenspeak", "nomad", "elvenspeak",
		NULL, "the peer's test leaves the allocation out; what Nomad's scope is called is the id"},
	{219, "openproject", "", "",
		NULL, "a name below a pod is no id: the pod is known, the container is not"},
};

static const struct decision *decision_of(const struct block *b)
{
	for (size_t i = 0; i < ARRAY_SIZE(decisions); i++)
		if (decisions[i].number == b->number) {
			assert_non_null(strstr(b->body, decisions[i].has));
			return &decisions[i];
		}
	return NULL;
}

static bool ends_word(char c)
{
	return !c || strchr(" (,;:", c);
}

/* Copies the value of "key=" if the truth has it as a word of its own. */
static void truth_value(const char *truth, const char *key, char *ret, size_t size)
{
	size_t len = strlen(key), n = 0;

	for (const char *s = truth; *s; s++)
		if ((s == truth || s[-1] == ' ') && strncmp(s, key, len) == 0) {
			for (s += len; !ends_word(s[n]) && n + 1 < size; n++)
				ret[n] = s[n];
			break;
		}
	ret[n] = '\0';
}

static const char *translate(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].runtime;
	return NULL;
}

/* The id as a whole component right below a pod's. */
static bool is_bare_in_pod(const char *body, const char *id)
{
	const char *at = *id ? strstr(body, id) : NULL, *start;

	if (!at || at == body || at[-1] != '/')
		return false;
	for (start = at - 1; start > body && start[-1] != '/'; start--)
		;
	return strncmp(start, "pod", 3) == 0;
}

/* The peers give units as paths, without the suffix, or unescaped: the last part is compared. */
static const char *last_part(const char *unit)
{
	const char *slash = strrchr(unit, '/');

	return slash ? slash + 1 : unit;
}

static void expect(const struct block *b, struct expected *ret)
{
	const struct decision *d = decision_of(b);
	const char *runtime;
	char unit[CGROUP_UNIT_MAX];

	truth_value(b->truth, "runtime=", ret->runtime, sizeof(ret->runtime));
	truth_value(b->truth, "id=", ret->id, sizeof(ret->id));
	truth_value(b->truth, "pod=", ret->pod, sizeof(ret->pod));
	truth_value(b->truth, "outer=", ret->outer, sizeof(ret->outer));
	truth_value(b->truth, "unit=", unit, sizeof(unit));
	snprintf(ret->unit, sizeof(ret->unit), "%s", last_part(unit));
	runtime = translate(ret->runtime);
	if (runtime && *runtime && is_bare_in_pod(b->body, ret->id))
		runtime = "unknown";
	if (d && d->runtime)
		runtime = d->runtime;
	snprintf(ret->runtime, sizeof(ret->runtime), "%s", runtime ? runtime : "(no such word)");
	if (d && d->id) {
		snprintf(ret->id, sizeof(ret->id), "%s", d->id);
		ret->id_begins = *d->id;
	}
	if (d && d->unit)
		snprintf(ret->unit, sizeof(ret->unit), "%s", d->unit);
}

/* Some blocks are paths (from mountinfo, a tree, a kernel message) and no /proc/PID/cgroup: the last one is asked. */
static bool is_text(const char *body)
{
	for (const char *s = body; *s; s += strcspn(s, "\n"), s += *s == '\n') {
		const char *digits = s + strspn(s, " \t");
		size_t n = strspn(digits, "0123456789");

		if (n > 0 && digits[n] == ':')
			return true;
	}
	return false;
}

static void identify(const struct block *b, struct cgroup_identity *ret)
{
	struct span path = span_from(b->body);
	const char *equals;

	if (is_text(b->body)) {
		assert_int_equal(cgroup_identify(span_from(b->body), ret), 0);
		return;
	}
	while (path.len > 0 && path.data[path.len - 1] == '\n')
		path.len--;
	for (size_t i = path.len; i > 0; i--)
		if (path.data[i - 1] == '\n') {
			path = span_from_offset(path, i);
			break;
		}
	equals = memchr(path.data, '=', MIN(path.len, 8));
	if (equals)
		path = span_from_offset(path, (size_t)(equals + 1 - path.data));
	cgroup_identify_path(path, ret);
}

/* A peer's unit may lack its suffix. */
static bool same_unit(const char *want, const char *got)
{
	size_t len = strlen(want);

	return len == 0 || (strncmp(want, got, len) == 0 && (!got[len] || strcmp(got + len, ".service") == 0));
}

/* Not every peer reports pods; none may be seen where the block has none. */
static bool same_pod(const char *want, const char *got, const char *body)
{
	return *want ? strcmp(want, got) == 0 : !*got || strstr(body, "pod") != NULL;
}

static bool same(const struct expected *e, const struct cgroup_identity *got, const char *body)
{
	const char *runtime = event_runtime_name(got->runtime);

	runtime = runtime ? runtime : "";
	if (strcmp(e->runtime, "?") == 0 ? !*runtime : strcmp(e->runtime, runtime) != 0)
		return false;
	if (strncmp(e->id, got->id, e->id_begins ? strlen(e->id) : sizeof(got->id)) != 0)
		return false;
	return same_pod(e->pod, got->pod_uid, body) && same_unit(e->unit, got->unit) &&
		(!*e->outer || strcmp(e->outer, got->outer) == 0);
}

static bool check(const struct block *b)
{
	struct expected e = {0};
	struct cgroup_identity got;

	expect(b, &e);
	identify(b, &got);
	if (same(&e, &got, b->body))
		return true;
	print_error("block %d: %s\n%s  want runtime=%s id=%s pod=%s unit=%s outer=%s\n", b->number, b->truth, b->body,
		e.runtime, e.id, e.pod, e.unit, e.outer);
	print_error("  got  runtime=%s id=%s pod=%s unit=%s outer=%s\n\n",
		got.runtime ? event_runtime_name(got.runtime) : "", got.id, got.pod_uid, got.unit, got.outer);
	return false;
}

static void block_add(struct text *to, const char *line)
{
	text_add_str(to, line);
	text_add_char(to, '\n');
}

struct tally {
	int passed, failed, templates, decided;
};

static void judge(const struct block *b, struct tally *t)
{
	if (!b->truth || !*b->body)
		return;
	if (strchr(b->body, '<')) {
		t->templates++;
		return;
	}
	t->decided += decision_of(b) != NULL;
	if (check(b))
		t->passed++;
	else
		t->failed++;
}

/* Reads one block; false at the end. */
static bool read_block(FILE *f, struct block *b, struct text *truth, struct text *body)
{
	CLEANUP_FREE char *line = NULL;
	size_t room = 0;
	bool any = false;

	text_reset(truth);
	text_reset(body);
	while (getline(&line, &room, f) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		if (!line[strspn(line, " \t")]) {
			if (any)
				break;
			continue;
		}
		any = true;
		if (strncmp(line, "# truth: ", 9) == 0)
			text_add_str(truth, line + 9);
		else if (line[0] != '#')
			block_add(body, line);
	}
	text_add_str(truth, "");
	text_add_str(body, "");
	b->truth = truth->len ? truth->data : NULL;
	b->body = body->data;
	return any;
}

static void corpus(void **state)
{
	const char *dir = getenv("CORPUS");
	CLEANUP_TEXT struct text path = TEXT_EMPTY, truth = TEXT_EMPTY, body = TEXT_EMPTY;
	struct block b = {0};
	struct tally t = {0};
	FILE *f;

	text_printf(&path, "%s/cgroups.txt", dir ? dir : "../shared/corpus");
	f = fopen(path.data, "re");
	if (!f) {
		print_message("no corpus at %s\n", path.data);
		skip();
	}
	for (; read_block(f, &b, &truth, &body); b.number++)
		judge(&b, &t);
	fclose(f);
	print_message("%d blocks as the corpus says, %d of them by a decision of ours; %d templates (they hold <...>, "
		      "no data); %d wrong\n",
		t.passed, t.decided, t.templates, t.failed);
	assert_int_equal(t.failed, 0);
	assert_true(t.passed > 200);
	assert_int_equal(t.decided, ARRAY_SIZE(decisions));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(corpus)};

	return cmocka_run_group_tests_name("corpus of cgroups", tests, NULL, NULL);
}
