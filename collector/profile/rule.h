/* SPDX-License-Identifier: MIT */
/* rule: reads the elements of `syscalls`. */
#pragma once

#include "fields.h"

/* A fields_item_fn whose target is the profile, which has room for the rule. */
int rule_read(struct reader *r, const json_t *item, size_t i, void *profile);

int rule_read_action(struct reader *r, const json_t *value, uint32_t *ret, int32_t *ret_error);
int rule_read_errno(struct reader *r, const json_t *value, int32_t *ret);
int rule_read_errno_name(struct reader *r, const json_t *value, int32_t *ret);
/* The profile uses a field that only Docker's format has. */
void rule_mark_docker(struct reader *r);
