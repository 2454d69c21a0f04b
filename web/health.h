/* SPDX-License-Identifier: MIT */
/* health: what is running, what is stored, what was lost. */
#pragma once

#include <jansson.h>

#include "web.h"

/* The health document; -errno of the database, -ENOMEM. */
int health_json(struct web *web, struct query *q, json_t **ret);
