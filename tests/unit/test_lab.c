/* SPDX-License-Identifier: MIT */
/* Questions about profiles that come over HTTP, and the children that answer them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <sys/wait.h>

#include "../../web/lab.h"
#include "../../web/work.h"

/* libseccomp 2.5.4 itself loses memory when it joins some rules (src/db.c _db_tree_add). */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libseccomp.so";
}

#define DENY  "{\\\"defaultAction\\\":\\\"SCMP_ACT_ERRNO\\\"}"
#define OBJECT "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\"],\"syscalls\":[" \
	"{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\"},{\"names\":[\"personality\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[" \
	"{\"index\":0,\"value\":8,\"op\":\"SCMP_CMP_EQ\"}]}]}"

static const struct {
	enum lab_question question;
	const char *body;
	unsigned status;
	const char *part, *another; /* of the answer; NULL: none */
} cases[] = {
	{LAB_DECIDE, "{\"profile\":" OBJECT ",\"syscall\":\"mkdir\",\"host_arch\":\"x86_64\",\"arch\":\"x86_64\"}", 200,
		"\"action\":\"SCMP_ACT_ERRNO\",\"errno\":\"EPERM\",\"decided_by\":\"/defaultAction\",\"line\":null", "\"syscall_nr\":83"},
	{LAB_DECIDE, "{\"profile\":\"" DENY "\",\"syscall\":83,\"arch\":\"x86_64\"}", 200, "\"line\":1", "\"syscall\":\"mkdir\""},
	{LAB_DECIDE, "{\"profile\":" OBJECT ",\"syscall\":\"personality\",\"args\":[8],\"arch\":\"x86_64\"}", 200,
		"\"SCMP_ACT_ALLOW\"", "\"args\":[\"0x8\",\"0x0\""},
	{LAB_DECIDE, "{\"profile\":" OBJECT ",\"syscall\":\"personality\",\"args\":[\"0x100000008\"],\"arch\":\"x86_64\"}", 200,
		"\"SCMP_ACT_ERRNO\"", NULL},
	{LAB_DECIDE, "{\"profile\":" OBJECT ",\"syscall\":\"mseal\",\"arch\":\"x86_64\"}", 200, "\"decided_by\":\"stub\"", "ENOSYS"},
	{LAB_DECIDE, "{\"profile\":" OBJECT ",\"syscall\":\"bpf\",\"arch\":\"x86_64\"}", 200,
		"\"about\":{\"syscall\":\"bpf\",\"group\":\"tracing\",\"risk\":\"high\"", "CAP_BPF"},
	{LAB_DECIDE, "{\"profile\":" OBJECT ",\"syscall\":9999,\"arch\":\"x86_64\"}", 200, "\"about\":null", ""},
	{LAB_DECIDE, "{\"profile\":" OBJECT ",\"syscall\":\"mseal\",\"arch\":\"x86_64\",\"runtime\":\"crun\"}", 200, "EPERM",
		"\"runtime\":\"crun\""},
	{LAB_DECIDE, "{\"profile\":" OBJECT "}", 400, "\"field\":\"syscall\"", "bad_field"},
	{LAB_DECIDE, "{\"profile\":" OBJECT ",\"syscall\":\"nosuchcall\"}", 400, "\"field\":\"syscall\"", "no such system call"},
	{LAB_DECIDE, "{\"profile\":" OBJECT ",\"syscall\":\"read\",\"args\":[1,2,3,4,5,6,7]}", 400, "\"field\":\"args\"", NULL},
	{LAB_DECIDE, "{\"profile\":" OBJECT ",\"syscall\":\"read\",\"args\":[true]}", 400, "\"field\":\"args\"", NULL},
	{LAB_DECIDE, "{\"profile\":" OBJECT ",\"syscall\":\"read\",\"arch\":\"pdp11\"}", 400, "\"field\":\"arch\"", NULL},
	{LAB_DECIDE, "{\"profile\":" OBJECT ",\"syscall\":\"read\",\"caps\":\"CAP_ALL\"}", 400, "\"field\":\"caps\"", NULL},
	{LAB_DECIDE, "{\"profile\":" OBJECT ",\"syscall\":\"read\",\"kernel\":6}", 400, "\"field\":\"kernel\"", NULL},
	{LAB_DECIDE, "{\"profile\":" OBJECT ",\"syscall\":\"read\",\"engine\":\"\"}", 400, "\"field\":\"engine\"", NULL},
	{LAB_DECIDE, "{\"profile\":" OBJECT ",\"syscall\":\"read\",\"runtime\":\"lxc\"}", 400, "\"field\":\"runtime\"", NULL},
	{LAB_DECIDE, "{\"profile\":" OBJECT ",\"syscal\":\"read\"}", 400, "\"field\":\"syscal\"", NULL},
	{LAB_DECIDE, "{\"syscall\":\"read\"}", 400, "\"field\":\"profile\"", NULL},
	{LAB_INSTRUMENT, "{\"profile\":\"" DENY "\"}", 200, "SECCOMP_FILTER_FLAG_LOG", "\"format\":"},
	{LAB_INSTRUMENT, "{\"profile\":" OBJECT ",\"how\":\"log\"}", 200, "SCMP_ACT_LOG", NULL},
	{LAB_INSTRUMENT, "{\"profile\":" OBJECT ",\"how\":\"loudly\"}", 400, "\"field\":\"how\"", NULL},
	{LAB_CHECK, "{\"profile\":" OBJECT ",\"how\":\"log\"}", 400, "\"field\":\"how\"", NULL},
	{LAB_CHECK, "{\"profile\":" OBJECT "}", 200, "\"id\":\"silent\",\"pointer\":\"/defaultAction\",\"line\":null", "\"rules\":2"},
	{LAB_CHECK, "{\"profile\":\"" DENY "\"}", 200, "\"line\":1", "\"instructions\":"},
	{LAB_CHECK, "{\"profile\":{\"defaultAction\":\"allow\"}}", 422,
		"\"code\":\"profile_refused\",\"message\":\"\\\"allow\\\" is no action; did you mean SCMP_ACT_ALLOW?\",\"field\":\"profile\","
		"\"pointer\":\"/defaultAction\",\"line\":null", NULL},
	{LAB_CHECK, "{\"profile\":\"{\\n\\\"defaultAction\\\":\\\"allow\\\"}\"}", 422, "\"line\":2,\"column\":17", NULL},
	{LAB_CHECK, "{\"profile\":\"kind: Pod\"}", 422, "of kind", NULL},
	{LAB_CHECK, "{\"profile\":{\"ociVersion\":\"1\",\"linux\":{\"seccomp\":{\"defaultAction\":\"SCMP_ACT_NOTIFY\"}}}}", 422,
		"\"pointer\":\"/linux/seccomp/defaultAction\"", NULL},
	{LAB_CHECK, "{\"profile\":7}", 400, "\"field\":\"profile\"", NULL},
	{LAB_CHECK, "{\"profile\":" OBJECT ",\"syscall\":\"read\"}", 400, "\"field\":\"syscall\"", NULL},
	{LAB_CHECK, "{\"profile\":" OBJECT ",\"profile\":" OBJECT "}", 400, "bad_json", NULL},
	{LAB_CHECK, "{\"profile\":", 400, "bad_json", NULL},
	{LAB_CHECK, "[]", 400, "not an object", NULL},
	{LAB_CHECK, "", 400, "bad_json", NULL},
	{LAB_DIFF, "{\"from\":" OBJECT ",\"to\":" OBJECT "}", 200, "{\"changed\":[],\"total\":0}", NULL},
	{LAB_DIFF, "{\"from\":" OBJECT ",\"to\":\"" DENY "\",\"host_arch\":\"x86_64\"}", 200,
		"{\"arch\":\"x86_64\",\"syscall\":\"read\",\"syscall_nr\":0,\"args\":null,\"from\":\"SCMP_ACT_ALLOW\",\"to\":\"SCMP_ACT_ERRNO EPERM\"}",
		"\"args\":[\"0x8\",null,"},
	{LAB_DIFF, "{\"from\":" OBJECT "}", 400, "\"field\":\"to\"", NULL},
	{LAB_DIFF, "{\"from\":" OBJECT ",\"to\":\"x\"}", 422, "\"field\":\"to\"", NULL},
};

static void answers(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct answer ans = {0};
		json_t *tree;

		lab_answer(cases[i].question, span_from(cases[i].body), &ans);
		tree = json_loadb(ans.body.data, ans.body.len, 0, NULL);
		if (ans.status != cases[i].status || !tree || (cases[i].part && !strstr(ans.body.data, cases[i].part)) ||
			(cases[i].another && !strstr(ans.body.data, cases[i].another)))
			fail_msg("%s\n%u %s", cases[i].body, ans.status, ans.body.data);
		json_decref(tree);
		answer_free(&ans);
	}
}

/* ---- children ---- */

/* There the children's memory is not limited. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED true
#endif
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

enum {
	SPEAK,
	CRASH,
	BURN,
	HOARD,
	FLOOD,
};

static void behave(unsigned kind, struct span body, struct answer *ans)
{
	ans->status = 200;
	text_add(&ans->body, body);
	if (kind == CRASH)
		abort();
	for (volatile unsigned n = 0; kind == BURN; n++)
		;
	for (size_t i = 0; kind == HOARD && i < 64; i++) {
		char *hoard = malloc(16 << 20);
		if (!hoard)
			abort();
		memset(hoard, 1, 16 << 20);
	}
	for (size_t i = 0; kind == FLOOD && i < 40; i++)
		for (size_t j = 0; j < 1 << 20; j++)
			text_add_char(&ans->body, 'x');
}

struct awaited {
	struct loop *loop;
	int left;
};

static void count_down(void *data)
{
	struct awaited *a = data;

	if (--a->left == 0)
		loop_quit(a->loop, 0);
}

static void children_answer_within_their_limits(void **state)
{
	const struct {
		unsigned kind, status;
	} children[] = {{SPEAK, 200}, {CRASH, 422}, {BURN, 422}, {SANITIZED ? BURN : HOARD, 422}};
	struct work *work[WORK_MAX + 1] = {NULL};
	struct awaited awaited = {0};
	struct works *works;

	assert_int_equal(loop_new(&awaited.loop), 0);
	assert_int_equal(works_new(&works, awaited.loop), 0);
	for (size_t i = 0; i < ARRAY_SIZE(children); i++) {
		assert_int_equal(work_start(works, behave, children[i].kind, SPAN("hello"), &work[i]), 0);
		work_on_done(work[i], count_down, &awaited);
		awaited.left++;
	}
	assert_int_equal(work_start(works, behave, SPEAK, SPAN("hello"), &work[WORK_MAX]), -EBUSY);
	assert_int_equal(loop_run(awaited.loop), 0);
	for (size_t i = 0; i < ARRAY_SIZE(children); i++) {
		struct answer ans = {0};
		work_take(work[i], &ans);
		assert_int_equal(ans.status, children[i].status);
		assert_non_null(strstr(ans.body.data, children[i].status == 200 ? "hello" : "too_expensive"));
		answer_free(&ans);
	}
	/* one that says too much, one that is cancelled, and one that the end of all meets */
	assert_int_equal(work_start(works, behave, FLOOD, SPAN(""), &work[0]), 0);
	assert_int_equal(work_start(works, behave, BURN, SPAN(""), &work[1]), 0);
	assert_int_equal(work_start(works, behave, BURN, SPAN(""), &work[2]), 0);
	work_on_done(work[0], count_down, &awaited);
	work_on_done(work[2], count_down, &awaited);
	work_cancel(work[1]);
	awaited.left = 1;
	assert_int_equal(loop_run(awaited.loop), 0);
	awaited.left = 1;
	works_end_all(works);
	assert_int_equal(awaited.left, 0);
	for (size_t i = 0; i < 3; i += 2) {
		struct answer ans = {0};
		work_take(work[i], &ans);
		assert_int_equal(ans.status, 422);
		answer_free(&ans);
	}
	works_free(works);
	loop_free(awaited.loop);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(children_answer_within_their_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
