/* SPDX-License-Identifier: MIT */
/* fuzz_lab: any bytes as the body of a question about profiles. It is always answered, in JSON. */
#include "fuzz.h"

#include "lab.h"

/* libseccomp 2.5.4 itself loses memory when it joins some rules (src/db.c _db_tree_add). */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libseccomp.so";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (enum lab_question question = 0; question < LAB_N; question++) {
		struct answer ans = {0};
		json_t *said;

		lab_answer(question, fuzz_span(data, size), &ans);
		must(ans.status == 200 || ans.status == 400 || ans.status == 422);
		said = json_loadb(ans.body.data, ans.body.len, 0, NULL);
		must(json_is_object(said) && (ans.status == 200) == !json_object_get(said, "error"));
		json_decref(said);
		answer_free(&ans);
	}
	return 0;
}
