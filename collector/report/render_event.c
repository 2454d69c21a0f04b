/* SPDX-License-Identifier: MIT */
/* The event contract as a table: one column a field, in the order JSON and CSV show them. */
#include <inttypes.h>
#include <stdio.h>

#include "render_cell.h"
#include "seccompwatch/names.h"

/* Declares a column's function over `row`, its signature `sig` and its container `in` (never NULL). */
#define COLUMN(field, expression)                                                                            \
	static void get_##field(const void *data, struct render_cell *ret, unsigned index)                   \
	{                                                                                                    \
		static const struct query_container nowhere = {0};                                           \
		const struct query_row *row UNUSED = data;                                                   \
		const struct query_signature *sig UNUSED = row->signature;                                   \
		const struct query_container *in UNUSED = sig->container ? sig->container : &nowhere;        \
                                                                                                             \
		expression;                                                                                  \
	}

static void maybe_number(struct render_cell *ret, bool has, int64_t value)
{
	if (has)
		render_number(ret, value);
	else
		render_null(ret);
}

static void maybe_hex(struct render_cell *ret, bool has, uint64_t value)
{
	if (has)
		render_hex(ret, value);
	else
		render_null(ret);
}

static void pid_cell(struct render_cell *ret, int32_t pid)
{
	maybe_number(ret, pid != EVENT_NO_PID, pid);
}

static void id_cell(struct render_cell *ret, uint32_t id)
{
	maybe_number(ret, id != EVENT_UNSET, id);
}

static void small_cell(struct render_cell *ret, int value)
{
	maybe_number(ret, value >= 0, value);
}

static void args_cell(struct render_cell *ret, const struct query_row *row)
{
	int n = 0;

	for (size_t i = 0; i < row->n_args; i++)
		n += snprintf(ret->buffer + n, sizeof(ret->buffer) - (size_t)n, "%s0x%" PRIx64, i ? " " : "", row->args[i]);
	ret->kind = row->n_args ? RENDER_LIST : RENDER_NULL;
	ret->text = ret->buffer;
}

static void errno_cell(struct render_cell *ret, int error)
{
	const char *name = error > 0 ? names_errno(error) : NULL;

	if (error > 0 && !name)
		snprintf(ret->buffer, sizeof(ret->buffer), "%d", error);
	render_text(ret, error > 0 && !name ? ret->buffer : name);
}

COLUMN(seq, render_number(ret, (int64_t)row->seq))
COLUMN(time, render_time(ret, row->time))
COLUMN(last_time, render_time(ret, row->last_time))
COLUMN(count, render_number(ret, (int64_t)row->count))
COLUMN(time_source, render_text(ret, event_time_source_name(sig->time_source)))
COLUMN(host, render_text(ret, sig->host))
COLUMN(serial, maybe_number(ret, row->has_serial, row->serial))
COLUMN(source, render_text(ret, event_source_name(sig->source)))
COLUMN(mode, render_text(ret, event_mode_name(sig->mode)))
COLUMN(action, render_text(ret, event_action_name(sig->action)))
COLUMN(outcome, render_text(ret, event_outcome_name(sig->outcome)))
COLUMN(syscall, render_text(ret, sig->syscall_name))
COLUMN(syscall_nr, maybe_number(ret, sig->has_syscall, sig->syscall))
COLUMN(arch, render_text(ret, sig->has_arch ? sig->arch_name : NULL))
COLUMN(compat, small_cell(ret, sig->compat))
COLUMN(sig, small_cell(ret, sig->sig))
COLUMN(code, maybe_hex(ret, sig->has_code, sig->code))
COLUMN(ip, maybe_hex(ret, row->has_ip, row->ip))
COLUMN(pid, pid_cell(ret, row->pid))
COLUMN(ppid, pid_cell(ret, row->ppid))
COLUMN(tid, pid_cell(ret, row->tid))
COLUMN(uid, id_cell(ret, sig->uid))
COLUMN(gid, id_cell(ret, sig->gid))
COLUMN(auid, id_cell(ret, sig->auid))
COLUMN(ses, id_cell(ret, sig->ses))
COLUMN(comm, render_text(ret, sig->comm))
COLUMN(exe, render_text(ret, sig->exe))
COLUMN(subj, render_text(ret, sig->subj))
COLUMN(args, args_cell(ret, row))
COLUMN(errno, errno_cell(ret, row->error))
COLUMN(module, render_text(ret, row->module))
COLUMN(module_offset, maybe_hex(ret, row->module != NULL, row->module_offset))
COLUMN(symbol, render_text(ret, row->symbol))
COLUMN(unit, render_text(ret, sig->unit))
COLUMN(container_id, render_text(ret, in->id))
COLUMN(runtime, render_text(ret, event_runtime_name(in->runtime)))
COLUMN(name, render_text(ret, in->name))
COLUMN(image, render_text(ret, in->image))
COLUMN(pod, render_text(ret, in->pod))
COLUMN(namespace, render_text(ret, in->namespace))
COLUMN(pod_uid, render_text(ret, in->pod_uid))
COLUMN(user, render_text(ret, sig->user))
COLUMN(inner_uid, maybe_number(ret, sig->has_inner, sig->inner_uid))
COLUMN(inner_user, render_text(ret, sig->inner_user))
COLUMN(outer, render_text(ret, in->outer))
COLUMN(attribution, render_text(ret, event_attribution_name(sig->attribution)))

const struct render_column render_event_columns[] = {
	{NULL, "seq", get_seq},
	{NULL, "time", get_time},
	{NULL, "last_time", get_last_time},
	{NULL, "count", get_count},
	{NULL, "time_source", get_time_source},
	{NULL, "host", get_host},
	{NULL, "serial", get_serial},
	{NULL, "source", get_source},
	{NULL, "mode", get_mode},
	{NULL, "action", get_action},
	{NULL, "outcome", get_outcome},
	{NULL, "syscall", get_syscall},
	{NULL, "syscall_nr", get_syscall_nr},
	{NULL, "arch", get_arch},
	{NULL, "compat", get_compat},
	{NULL, "sig", get_sig},
	{NULL, "code", get_code},
	{NULL, "ip", get_ip},
	{NULL, "pid", get_pid},
	{NULL, "ppid", get_ppid},
	{NULL, "tid", get_tid},
	{NULL, "uid", get_uid},
	{NULL, "gid", get_gid},
	{NULL, "auid", get_auid},
	{NULL, "ses", get_ses},
	{NULL, "comm", get_comm},
	{NULL, "exe", get_exe},
	{NULL, "subj", get_subj},
	{NULL, "args", get_args},
	{NULL, "errno", get_errno},
	{NULL, "module", get_module},
	{NULL, "module_offset", get_module_offset},
	{NULL, "symbol", get_symbol},
	{NULL, "unit", get_unit},
	{"container", "id", get_container_id},
	{"container", "runtime", get_runtime},
	{"container", "name", get_name},
	{"container", "image", get_image},
	{"container", "pod", get_pod},
	{"container", "namespace", get_namespace},
	{"container", "pod_uid", get_pod_uid},
	{"container", "outer", get_outer},
	{"container", "uid", get_inner_uid},
	{"container", "user", get_inner_user},
	{NULL, "attribution", get_attribution},
	{NULL, "user", get_user},
	{0},
};

json_t *render_event_json(const struct query_row *row)
{
	return render_columns_json(render_event_columns, row);
}

void render_event_add_json(const struct query_row *row, struct text *to)
{
	render_columns_add_json(render_event_columns, row, to);
}
