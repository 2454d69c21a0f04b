/* SPDX-License-Identifier: MIT */
/* routes: method and path → handler. */
#pragma once

#include "answer.h"
#include "request.h"
#include "web.h"

/* Always says something, an error in the contract's form included. */
void routes_dispatch(struct web *web, const struct request *req, struct answer *ans);
