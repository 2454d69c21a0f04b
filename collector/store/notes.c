/* SPDX-License-Identifier: MIT */
/* What a batch holds besides events: hosts, details, losses, coverage. */
#include "batch_rows.h"

static const char *const loss_names[] = {"gap", "enobufs", "kernel_lost", "malformed", "unwritten"};
_Static_assert(ARRAY_SIZE(loss_names) == BATCH_LOSS_N, "a name for each loss");

const char *batch_loss_name(enum batch_loss v)
{
	return (unsigned)v < BATCH_LOSS_N ? loss_names[v] : NULL;
}

/* The current host stays, for it counts for what comes next. */
void batch_forget_hosts(struct batch *b)
{
	struct batch_host keep = b->hosts[b->host];

	for (uint32_t i = 1; i < b->n_hosts; i++)
		if (i != b->host)
			free(b->hosts[i].name);
	b->hosts[b->host != 0] = keep;
	b->host = b->host != 0;
	b->n_hosts = b->host + 1;
}

int batch_find_host(struct batch *b, struct span name, uint32_t *ret)
{
	struct batch_host *h = &b->hosts[b->host];
	char *copy;

	name.len = MIN(name.len, (size_t)255);
	if (b->host > 0 && span_equal((struct span){h->name, h->len}, name)) {
		*ret = b->host;
		return 0;
	}
	for (uint32_t i = 1; i < b->n_hosts; i++) {
		if (span_equal((struct span){b->hosts[i].name, b->hosts[i].len}, name)) {
			*ret = i;
			return 0;
		}
	}
	if (b->n_hosts == BATCH_HOSTS_MAX)
		return BATCH_E_FULL;
	copy = malloc(MAX(name.len, (size_t)1));
	if (!copy)
		return -ENOMEM;
	memcpy(copy, name.data, name.len);
	b->hosts[b->n_hosts] = (struct batch_host){copy, name.len};
	*ret = b->n_hosts++;
	return 0;
}

int batch_set_host(struct batch *b, const char *name)
{
	if (name && name[0])
		return batch_find_host(b, span_from(name), &b->host);
	b->host = 0;
	return 0;
}

int batch_add_detail(struct batch *b, const struct batch_detail *detail)
{
	if (!b->details)
		b->details = calloc(BATCH_DETAILS_MAX, sizeof(*b->details));
	if (!b->details)
		return -ENOMEM;
	if (b->n_details == BATCH_DETAILS_MAX)
		return BATCH_E_FULL;
	b->details[b->n_details++] = *detail;
	return 0;
}

int batch_amend(struct batch *b, const struct record_amend *amend)
{
	struct batch_detail detail = {
		.time = amend->time,
		.serial = amend->serial,
		.host = b->host,
		.ppid = amend->ppid,
		.tid = EVENT_NO_PID,
		.error = amend->error,
		.n_args = MIN(amend->n_args, (uint8_t)4),
	};

	memcpy(detail.args, amend->args, sizeof(amend->args));
	return batch_add_detail(b, &detail);
}

/* Losses of one kind that touch within a second are one. */
static struct batch_loss_row *touching_loss(struct batch *b, const struct batch_loss_row *loss)
{
	for (uint32_t i = b->n_losses; i-- > 0;) {
		struct batch_loss_row *row = &b->losses[i];

		if (row->kind != loss->kind || row->host != loss->host)
			continue;
		if (b->n_losses == BATCH_LOSSES_MAX || (loss->first <= row->last + 1000 && row->first <= loss->last + 1000))
			return row;
		return NULL;
	}
	return NULL;
}

int batch_add_loss(struct batch *b, enum batch_loss kind, int64_t first_time, int64_t last_time, uint64_t count)
{
	struct batch_loss_row loss = {kind, b->host, MIN(first_time, last_time), MAX(first_time, last_time), count};
	struct batch_loss_row *row = touching_loss(b, &loss);

	if (row) {
		row->first = MIN(row->first, loss.first);
		row->last = MAX(row->last, loss.last);
		row->count += count;
		return 0;
	}
	if (b->n_losses == BATCH_LOSSES_MAX)
		return BATCH_E_FULL;
	b->losses[b->n_losses++] = loss;
	return 0;
}

int batch_cover(struct batch *b, uint32_t serial, int64_t time, bool fresh)
{
	struct batch_stretch *last = b->n_stretches > 0 ? &b->stretches[b->n_stretches - 1] : NULL;

	if (last && !fresh) {
		last->last_serial = serial;
		last->last_time = MAX(last->last_time, time);
		return 0;
	}
	if (b->n_stretches == BATCH_STRETCHES_MAX)
		return BATCH_E_FULL;
	b->stretches[b->n_stretches++] = (struct batch_stretch){serial, serial, time, time, fresh};
	return 0;
}
