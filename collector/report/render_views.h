/* SPDX-License-Identifier: MIT */
/* Which columns people see, and how: fewer than machines get, and times in their own zone. */
#pragma once

#include "render_table.h"

/* How many columns were put. */
size_t render_event_view(struct render_table_column ret[static RENDER_TABLE_COLUMNS]);
size_t render_group_view(const enum query_field *by, size_t n_by,
	struct render_table_column ret[static RENDER_TABLE_COLUMNS]);
