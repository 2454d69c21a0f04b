/* SPDX-License-Identifier: MIT */
/* yaml: YAML documents as JSON trees. Only it and position_yaml.c know libyaml. */
#pragma once

#include <jansson.h>

#include "seccompwatch/profile.h"

/* The documents of the text as a JSON array. Scalars become what Kubernetes' own reader makes of them. Aliases are
 * followed, but a text that grows too much by them is refused. PROFILE_E_REFUSED, -ENOMEM. */
int yaml_load(struct span text, json_t **ret, struct profile_problem *problem);
