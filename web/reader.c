/* SPDX-License-Identifier: MIT */
#include "reader.h"

#include "seccompwatch/log.h"

#define RETRY_MS 1000

struct reader {
	char *path;
	struct query *query;
	unsigned generation;
	int error; /* why `query` is NULL */
	int64_t retry; /* monotonic */
	struct text why;
};

int reader_new(const char *path, struct reader **ret)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	char *copy = strdup(path);

	if (!reader || !copy) {
		free(reader);
		free(copy);
		return -ENOMEM;
	}
	reader->error = -ENOENT;
	reader->path = copy;
	*ret = reader;
	return 0;
}

void reader_free(struct reader *reader)
{
	if (!reader)
		return;
	query_close(reader->query);
	text_free(&reader->why);
	free(reader->path);
	free(reader);
}

/* Said in the log when it changes, not once a second. */
static void remember(struct reader *reader, int error, const char *why)
{
	bool news = !reader->why.data || strcmp(reader->why.data, why) != 0;

	query_close(TAKE(reader->query));
	reader->error = error;
	reader->retry = clock_monotonic() + RETRY_MS;
	if (!news)
		return;
	text_reset(&reader->why);
	text_add_str(&reader->why, why);
	log_warning("%s; requests are answered with 503 until it can be read", why);
}

static int reopen(struct reader *reader)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	int r;

	if (clock_monotonic() < reader->retry)
		return reader->error;
	r = query_open(&reader->query, reader->path, &why);
	if (r < 0) {
		reader->query = NULL;
		remember(reader, r, why.data ? why.data : strerror(-r));
		return r;
	}
	reader->generation++;
	if (reader->why.len > 0)
		log_info("%s can be read again", reader->path);
	text_free(&reader->why);
	reader->why = TEXT_EMPTY;
	return 0;
}

int reader_get(struct reader *reader, struct query **ret)
{
	int r = reader->query ? query_refresh(reader->query) : -ESTALE;

	if (r == -ESTALE) {
		query_close(TAKE(reader->query));
		r = reopen(reader);
	} else if (r < 0) {
		reader_failed(reader, r);
	}
	if (r < 0)
		return r;
	*ret = reader->query;
	return 0;
}

const char *reader_why(const struct reader *reader)
{
	return reader->why.data ? reader->why.data : "the database is not open yet";
}

void reader_failed(struct reader *reader, int error)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	const char *sentence;

	if (error == -EINVAL || error == -ENOMEM)
		return;
	sentence = reader->query ? query_error(reader->query) : "";
	text_printf(&why, "cannot read %s: %s", reader->path, *sentence ? sentence : strerror(-error));
	remember(reader, error, why.data ? why.data : "cannot read the database");
}

unsigned reader_generation(const struct reader *reader)
{
	return reader->generation;
}
