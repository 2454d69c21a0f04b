/* SPDX-License-Identifier: MIT */
/* routes: method and path → handler. */
#pragma once

#include "answer.h"
#include "request.h"
#include "web.h"

/* What can be said from the head alone, before a body is heard: 404, 405, nobody we know, a page of somebody else's, a
 * body of a type nothing here takes, or any where none is taken. True: the request may go on. */
bool routes_admit(const struct web *web, const struct request *req, bool has_body, struct answer *ans);
/* The table, for those who compare it with its description: the path of row i (NULL: no more) and whether the row takes
 * the method. A path that ends with '/' (but "/") takes what is below it. */
const char *routes_path(size_t i);
bool routes_takes(size_t i, enum request_method method);
/* Always says something, an error in the contract's form included. */
void routes_dispatch(struct web *web, const struct request *req, struct answer *ans);
