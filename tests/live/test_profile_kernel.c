/* SPDX-License-Identifier: MIT */
/* The interpreter against the kernel: a filter whose every verdict has been turned into an errno of its own is loaded
 * into a child, which makes the calls and writes down what came back; the parent asks bpf_run the same.
 * For the corpus' profiles, 1,000 random ones (KERNEL_PROFILES), random programs with every instruction that seccomp
 * allows, and programs that either side may refuse. Needs x86_64; i386 calls go through int 0x80. */
#include <linux/seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#include <dirent.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "profile_random.h"

#ifndef __x86_64__
#error "this test makes x86_64 system calls"
#endif

#define CALLS_MAX   100000
#define EXIT_MAGIC  0x5eccu /* exit_group with this as its sixth argument is let through */
#define FIRST_ERRNO 1000
#define VERDICTS    2000

struct attempt {
	struct bpf_call call;
	int64_t result; /* what the call returned */
};

struct arena {
	size_t n, done;
	bool loaded;
	struct attempt attempts[CALLS_MAX];
};

static struct arena *arena;
static bool has_i386;
static size_t total_calls, total_filters;

/* ---- filters whose verdicts can be told apart ---- */

struct verdicts {
	uint32_t values[VERDICTS];
	size_t n;
};

static uint32_t index_of(struct verdicts *v, uint32_t action)
{
	size_t i = 0;

	while (i < v->n && v->values[i] != action)
		i++;
	if (i == v->n)
		v->values[v->n++] = action;
	assert_true(v->n < VERDICTS);
	return (uint32_t)i;
}

static const struct sock_filter let_exit[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 3),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 56),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, EXIT_MAGIC, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	/* the accumulator as every program finds it */
	BPF_STMT(BPF_LD | BPF_IMM, 0),
};

/* Returns the length. RET K becomes an errno that stands for K. */
static size_t mark(const struct sock_filter *insns, size_t n, struct verdicts *v, struct sock_filter *ret)
{
	memcpy(ret, let_exit, sizeof(let_exit));
	for (size_t i = 0; i < n; i++) {
		ret[ARRAY_SIZE(let_exit) + i] = insns[i];
		if (v && insns[i].code == (BPF_RET | BPF_K))
			ret[ARRAY_SIZE(let_exit) + i].k = SECCOMP_RET_ERRNO | (FIRST_ERRNO + index_of(v, insns[i].k));
	}
	return n + ARRAY_SIZE(let_exit);
}

/* ---- the child ---- */

static int64_t call_x86_64(const struct bpf_call *c)
{
	register uint64_t r10 __asm__("r10") = c->args[3], r8 __asm__("r8") = c->args[4], r9 __asm__("r9") = c->args[5];
	int64_t result;

	__asm__ volatile("syscall" : "=a"(result)
		: "a"((uint64_t)c->nr), "D"(c->args[0]), "S"(c->args[1]), "d"(c->args[2]), "r"(r10), "r"(r8), "r"(r9)
		: "rcx", "r11", "memory");
	return result;
}

/* rbp is the sixth argument, and the compiler's; below rsp there may be a red zone. */
static int64_t call_i386(const struct bpf_call *c)
{
	const uint64_t values[2] = {c->args[0], c->args[5]};
	register const uint64_t *r12 __asm__("r12") = values;
	uint32_t result;

	__asm__ volatile("lea -128(%%rsp), %%rsp; push %%rbx; push %%rbp; mov (%%r12), %%ebx; mov 8(%%r12), %%ebp; "
		"int $0x80; pop %%rbp; pop %%rbx; lea 128(%%rsp), %%rsp"
		: "=a"(result)
		: "a"(c->nr), "c"(c->args[1]), "d"(c->args[2]), "S"(c->args[3]), "D"(c->args[4]), "r"(r12)
		: "r8", "r9", "r10", "r11", "memory", "cc");
	return (int32_t)result;
}

__attribute__((noreturn)) static void leave(int status)
{
	const struct bpf_call call = {.nr = SYS_exit_group, .args = {(uint64_t)status, 0, 0, 0, 0, EXIT_MAGIC}};

	for (;;)
		call_x86_64(&call);
}

__attribute__((noreturn)) static void child(const struct sock_filter *insns, size_t n)
{
	const struct sock_fprog program = {.len = (unsigned short)n, .filter = (struct sock_filter *)insns};

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	alarm(60);
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program))
		leave(errno == EINVAL ? 2 : 3);
	arena->loaded = true;
	for (size_t i = 0; i < arena->n; i++) {
		struct attempt *a = &arena->attempts[i];
		a->result = a->call.arch == AUDIT_ARCH_I386 ? call_i386(&a->call) : call_x86_64(&a->call);
		arena->done = i + 1;
	}
	leave(0);
}

static int run_child(const struct sock_filter *insns, size_t n)
{
	int status;
	pid_t pid;

	arena->done = 0;
	arena->loaded = false;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		child(insns, n);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

/* ---- comparing ---- */

/* uretprobe and uprobe: since 6.14 the kernel lets them through whatever a filter says (kernel/seccomp.c
 * seccomp_uprobe_exception), and they jump. */
static bool is_never_filtered(const struct bpf_call *call)
{
	return call->arch == AUDIT_ARCH_X86_64 && (call->nr == 335 || call->nr == 336);
}

static void gather(void *data, const struct bpf_call *call)
{
	struct attempt *a = &arena->attempts[arena->n];

	if (is_never_filtered(call))
		return;
	if (call->arch != AUDIT_ARCH_X86_64 && (call->arch != AUDIT_ARCH_I386 || !has_i386))
		return;
	if (arena->n == CALLS_MAX)
		return;
	a->call = *call;
	a->result = INT64_MIN;
	/* 32-bit code has 32-bit registers, and the kernel widens them with zeros. */
	for (unsigned i = 0; call->arch == AUDIT_ARCH_I386 && i < 6; i++)
		a->call.args[i] = (uint32_t)a->call.args[i];
	arena->n++;
}

static void compare(const struct bpf_program *p, const struct verdicts *v, const char *what)
{
	for (size_t i = 0; i < arena->n; i++) {
		const struct attempt *a = &arena->attempts[i];
		struct bpf_data data;
		uint32_t ours, kernels = UINT32_MAX - 1;
		int64_t index = -a->result - FIRST_ERRNO;

		bpf_data_set(&data, &a->call, false);
		ours = bpf_run(p, &data);
		if (!v)
			kernels = (uint32_t)-a->result;
		else if (index >= 0 && (size_t)index < v->n)
			kernels = v->values[index];
		if (ours != kernels)
			fail_msg("%s: arch %x number %x args %llx %llx %llx %llx %llx %llx: ours 0x%x, the kernel's 0x%x (%lld)",
				what, a->call.arch, a->call.nr, (unsigned long long)a->call.args[0],
				(unsigned long long)a->call.args[1], (unsigned long long)a->call.args[2],
				(unsigned long long)a->call.args[3], (unsigned long long)a->call.args[4],
				(unsigned long long)a->call.args[5], ours, kernels, (long long)a->result);
	}
	total_calls += arena->n;
	total_filters++;
}

static void compare_filter(const struct bpf_program *p, const char *what)
{
	struct sock_filter *insns = calloc(bpf_length(p) + ARRAY_SIZE(let_exit), sizeof(*insns));
	struct verdicts *v = calloc(1, sizeof(*v));
	size_t n = mark(bpf_instructions(p), bpf_length(p), v, insns);
	int status = run_child(insns, n);

	if (status || arena->done != arena->n)
		fail_msg("%s: the child ended with 0x%x after %zu of %zu calls", what, status, arena->done, arena->n);
	compare(p, v, what);
	free(insns);
	free(v);
}

static const struct profile_arch *all_archs(size_t i)
{
	static const uint32_t tokens[] = {SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_X32};

	return profile_arch_find(tokens[i]);
}

/* False: no runtime would start with it. */
static bool compare_profile(const struct profile *p, enum profile_model model, const char *what)
{
	const struct profile_arch *archs[] = {all_archs(0), all_archs(1), all_archs(2)};
	CLEANUP(profile_rules_free_p) struct profile_rules *rules = NULL;
	CLEANUP(profile_filter_free_p) struct profile_filter *filter = NULL;
	struct profile_host host = {.arch = archs[0], .kernel = 6 << 16 | 1};

	host.caps = profile_default_caps(&host.n_caps);
	assert_int_equal(profile_resolve(p, &host, &rules, NULL), 0);
	if (profile_compile(rules, model, &filter, NULL))
		return false;
	arena->n = 0;
	calls_all(p, archs, ARRAY_SIZE(archs), 40, gather, NULL);
	compare_filter(profile_filter_program(filter), what);
	return true;
}

static void report(const char *what)
{
	print_message("%s: %zu filters, %zu calls%s\n", what, total_filters, total_calls,
		has_i386 ? ", x86_64, x32 and i386" : ", x86_64 and x32; this kernel has no int 0x80");
	total_filters = total_calls = 0;
}

/* ---- the corpus ---- */

static void corpus_agrees(void **state)
{
	const char *root = getenv("CORPUS");
	char dir_path[512], path[1024];
	struct dirent *entry;
	DIR *dir;

	snprintf(dir_path, sizeof(dir_path), "%s/profiles", root ? root : "../shared/corpus");
	dir = opendir(dir_path);
	if (!dir) {
		print_message("no corpus at %s\n", dir_path);
		skip();
	}
	while ((entry = readdir(dir))) {
		CLEANUP(profile_free_p) struct profile *p = NULL;

		snprintf(path, sizeof(path), "%s/%s", dir_path, entry->d_name);
		if (profile_load_file(path, NULL, &p, NULL))
			continue;
		compare_profile(p, PROFILE_MODEL_RUNC, entry->d_name);
		compare_profile(p, PROFILE_MODEL_PLAIN, entry->d_name);
	}
	closedir(dir);
	assert_true(total_filters > 100);
	report("the corpus");
}

/* ---- random profiles ---- */

static void random_profiles_agree(void **state)
{
	const char *wanted = getenv("KERNEL_PROFILES");
	long n = wanted ? atol(wanted) : 1000, compared = 0;

	for (uint64_t seed = 0; compared < n; seed++) {
		CLEANUP(profile_free_p) struct profile *p = NULL;
		CLEANUP_TEXT struct text t = TEXT_EMPTY;

		random_profile(seed, (enum random_kind)(seed % 3), &t);
		assert_int_equal(profile_load_text(text_span(&t), NULL, &p, NULL), 0);
		compared += compare_profile(p, (enum profile_model)(seed % PROFILE_MODEL_N), t.data);
	}
	report("random profiles");
}

/* ---- random programs ---- */

static struct sock_filter random_insn(struct calls_random *r, unsigned left)
{
	static const uint16_t alu[] = {BPF_ADD, BPF_SUB, BPF_MUL, BPF_AND, BPF_OR, BPF_XOR, BPF_LSH, BPF_RSH, BPF_DIV};
	static const uint16_t jumps[] = {BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET};
	uint32_t k = (uint32_t)(calls_next(r) >> (calls_next(r) & 31)), at = (uint32_t)(calls_next(r) % 16);
	uint16_t x = calls_next(r) & 1 ? BPF_X : BPF_K, op = alu[calls_next(r) % ARRAY_SIZE(alu)];
	struct sock_filter jump = BPF_JUMP((uint16_t)(BPF_JMP | jumps[calls_next(r) % 4] | x), k,
		(uint8_t)(calls_next(r) % left), (uint8_t)(calls_next(r) % left));

	/* a division by a zero X would end the program with a kill */
	if (op == BPF_DIV)
		x = BPF_K;
	if (op == BPF_LSH || op == BPF_RSH)
		k = x == BPF_K ? k & 31 : k;
	switch (calls_next(r) % 12) {
	case 0 ... 2:
		return (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4 * at);
	case 3:
		return (struct sock_filter)BPF_STMT(BPF_LDX | BPF_IMM, k);
	case 4:
		return (struct sock_filter)BPF_STMT(calls_next(r) & 1 ? BPF_ST : BPF_STX, at);
	case 5:
		return (struct sock_filter)BPF_STMT((calls_next(r) & 1 ? BPF_LD : BPF_LDX) | BPF_MEM, at);
	case 6:
		return (struct sock_filter)BPF_STMT(BPF_MISC | (calls_next(r) & 1 ? BPF_TAX : BPF_TXA), 0);
	case 7:
		return (struct sock_filter)BPF_STMT((calls_next(r) & 1 ? BPF_LD : BPF_LDX) | BPF_W | BPF_LEN, 0);
	case 8:
		return (struct sock_filter)BPF_STMT(BPF_ALU | BPF_NEG, 0);
	case 9:
	case 10:
		return (struct sock_filter)BPF_STMT((uint16_t)(BPF_ALU | op | x), op == BPF_DIV ? k | 1 : k);
	default:
		return jump;
	}
}

/* Ends so that whatever the accumulator holds becomes an errno of 0 to 4095. */
static size_t random_program(struct calls_random *r, struct sock_filter *ret)
{
	static const struct sock_filter end[] = {
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xfff),
		BPF_STMT(BPF_ALU | BPF_OR | BPF_K, SECCOMP_RET_ERRNO),
		BPF_STMT(BPF_RET | BPF_A, 0),
	};
	unsigned n = 4 + (unsigned)(calls_next(r) % 40);

	/* Scratch words are written before anything may jump over it. */
	for (unsigned i = 0; i < 16; i++)
		ret[i] = (struct sock_filter)BPF_STMT(BPF_ST, i);
	for (unsigned i = 0; i < n; i++)
		ret[16 + i] = random_insn(r, n - i);
	memcpy(ret + 16 + n, end, sizeof(end));
	return 16 + n + ARRAY_SIZE(end);
}

static void gather_random(struct calls_random *r, unsigned n)
{
	arena->n = 0;
	for (unsigned i = 0; i < n; i++) {
		struct bpf_call call = {.arch = i % 4 ? AUDIT_ARCH_X86_64 : AUDIT_ARCH_I386};
		call.nr = (uint32_t)(calls_next(r) >> (calls_next(r) & 31)) & 0x7ff;
		for (unsigned j = 0; j < 6; j++)
			call.args[j] = calls_next(r) >> (calls_next(r) & 63);
		gather(NULL, &call);
	}
}

/* The instruction pointer is the child's own business. */
static bool reads_ip(const struct sock_filter *insns, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (insns[i].code == (BPF_LD | BPF_W | BPF_ABS) && (insns[i].k == 8 || insns[i].k == 12))
			return true;
	return false;
}

static void compare_errnos(const struct bpf_program *p, const struct sock_filter *marked, size_t n, uint64_t seed)
{
	int status = run_child(marked, n);
	char what[32];

	snprintf(what, sizeof(what), "program %llu", (unsigned long long)seed);
	if (status || arena->done != arena->n)
		fail_msg("%s: the child ended with 0x%x after %zu calls", what, status, arena->done);
	for (size_t i = 0; i < arena->n; i++)
		arena->attempts[i].result = -(int64_t)(SECCOMP_RET_ERRNO | (uint32_t)-arena->attempts[i].result);
	compare(p, NULL, what);
}

static void random_programs_agree(void **state)
{
	for (uint64_t seed = 1; seed <= 1500; seed++) {
		CLEANUP(bpf_free_p) struct bpf_program *p = NULL;
		struct sock_filter insns[64], marked[64 + ARRAY_SIZE(let_exit)];
		struct calls_random r = {.state = seed * 0x9e3779b97f4a7c15u};
		size_t n = random_program(&r, insns);
		const char *why = NULL;
		size_t at;

		if (reads_ip(insns, n))
			continue;
		if (bpf_load(&p, insns, n, &why, &at))
			fail_msg("program %llu: instruction %zu %s", (unsigned long long)seed, at, why);
		gather_random(&r, 60);
		compare_errnos(p, marked, mark(insns, n, NULL, marked), seed);
	}
	assert_true(total_filters > 300);
	report("random programs");
}

/* ---- what is refused ---- */

/* One field of a sound program is spoiled. */
static void spoil(struct calls_random *r, struct sock_filter *insns, size_t n)
{
	struct sock_filter *f = &insns[calls_next(r) % n];

	switch (calls_next(r) % 4) {
	case 0:
		f->code = (uint16_t)(calls_next(r) & 0xff);
		break;
	case 1:
		f->k = (uint32_t)(calls_next(r) >> (calls_next(r) & 63));
		break;
	case 2:
		f->jt = (uint8_t)calls_next(r);
		break;
	default:
		f->jf = (uint8_t)(calls_next(r) % n);
	}
}

static void the_same_programs_are_refused(void **state)
{
	size_t taken = 0, refused = 0;

	arena->n = 0;
	for (uint64_t seed = 1; seed <= 3000; seed++) {
		CLEANUP(bpf_free_p) struct bpf_program *p = NULL;
		struct sock_filter insns[64], marked[64 + ARRAY_SIZE(let_exit)];
		struct calls_random r = {.state = seed * 0x2545f4914f6cdd1du};
		size_t n = random_program(&r, insns), spoiled = 1 + calls_next(&r) % 2;
		const char *why = "taken";
		int k;

		for (size_t i = 0; i < spoiled; i++)
			spoil(&r, insns, n);
		k = bpf_load(&p, insns, n, &why, NULL);
		run_child(marked, mark(insns, n, NULL, marked));
		if ((k == 0) != arena->loaded)
			fail_msg("program %llu: ours: %s; the kernel %s it", (unsigned long long)seed, why,
				arena->loaded ? "takes" : "refuses");
		taken += k == 0;
		refused += k != 0;
	}
	print_message("spoiled programs: %zu taken, %zu refused, by both\n", taken, refused);
	assert_true(taken > 100 && refused > 100);
}

/* ---- set-up ---- */

static void on_fault(int signal)
{
	leave(1);
}

static bool try_i386(void)
{
	const struct bpf_call getpid_call = {.nr = 20};
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		signal(SIGSEGV, on_fault);
		leave(call_i386(&getpid_call) > 0 ? 0 : 1);
	}
	return waitpid(pid, &status, 0) == pid && status == 0;
}

static int set_up(void **state)
{
	setrlimit(RLIMIT_CORE, &(struct rlimit){0});
	arena = mmap(NULL, sizeof(*arena), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (arena == MAP_FAILED)
		return -1;
	has_i386 = try_i386();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(corpus_agrees),
		cmocka_unit_test(random_profiles_agree),
		cmocka_unit_test(random_programs_agree),
		cmocka_unit_test(the_same_programs_are_refused),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
