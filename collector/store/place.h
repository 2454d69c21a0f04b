/* SPDX-License-Identifier: MIT */
/* place: where the database lies: its directory, its files' owner and mode, and the lock of the one collector. */
#pragma once

#include "seccompwatch/text.h"

/* Makes the directory and the file where they are missing, and gives them their group and mode: see store.h.
 * Negative errno and a sentence. */
int place_prepare(const char *path, struct text *why);
/* The directory alone. */
int place_prepare_directory(const char *path, struct text *why);
/* Takes PATH.lock for this process: a descriptor that holds it, or -EBUSY and a sentence with the holder's pid. */
int place_lock(const char *path, struct text *why);
