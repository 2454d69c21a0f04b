/* SPDX-License-Identifier: MIT */
/* migrate: brings a database to this program's schema: schema/NNN_*.sql, each in a transaction of its own. */
#pragma once

#include "database.h"

#define MIGRATE_APPLICATION_ID 0x53435741 /* "SCWA" */

/* -EPROTONOSUPPORT (newer than this program), -EMEDIUMTYPE (another program's) or what SQLite says; the sentence is
 * database_error's. */
int migrate_database(struct database *d);
