/* SPDX-License-Identifier: MIT */
/* signatures: the database's rows for what repeats, and for the containers in them; with what this process knows of
 * them already. Answers hold until signatures_forget. */
#pragma once

#include "database.h"
#include "intern.h"

struct signatures;

int signatures_new(struct signatures **ret, struct database *d, uint32_t cap);
void signatures_free(struct signatures *s);
DEFINE_CLEANUP(struct signatures *, signatures_free)
/* After a rollback, or when another process has written. */
void signatures_forget(struct signatures *s);
/* Between transactions: forgets when it has grown large. */
void signatures_trim(struct signatures *s);

struct signature_id {
	int64_t id;
	bool is_other;
};
/* The row of a batch's signature, made when it is new and its container has room for it. */
int signatures_resolve(struct signatures *s, const struct intern_entry *e, int64_t host, int64_t seq,
	struct signature_id *ret);

/* What merging asks of a stored row's signature. */
struct signature_info {
	int64_t id, host;
	uint64_t twin; /* equal for records that say the same of the process and its call */
};
int signatures_info(struct signatures *s, int64_t id, struct signature_info *ret);
/* The same `twin` of a signature that may not be stored yet. */
int signatures_twin(const struct intern_entry *e, int64_t host, uint64_t *ret);
