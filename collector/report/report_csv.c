/* SPDX-License-Identifier: MIT */
/* A row for each kind of violation, as render_kind has them, and whether it is new. */
#include "render_cell.h"
#include "report_internal.h"

int report_add_csv(const struct report *r, struct text *to)
{
	render_kind_add_csv_head(to);
	for (size_t i = 0; i < r->n_kinds; i++)
		render_kind_add_csv(&r->kinds[i], report_is_new(r, &r->kinds[i]), to);
	return to->failed ? -ENOMEM : 0;
}
