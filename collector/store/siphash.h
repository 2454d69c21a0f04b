/* SPDX-License-Identifier: MIT */
/* siphash: a keyed hash that is the same in every process: SipHash-2-4 (Aumasson and Bernstein, 2012). */
#pragma once

#include "seccompwatch/text.h"

uint64_t siphash(const uint64_t key[static 2], struct span data);
