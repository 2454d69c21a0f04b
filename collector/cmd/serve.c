/* SPDX-License-Identifier: MIT */
/* serve: the page, the API and the metrics of a database. */
#include "cmd.h"
#include "seccompwatch/server.h"

enum {
	SERVE_LISTEN,
};

const struct option_row cmd_serve_options[] = {
	{"listen", 0, SERVE_LISTEN, "ADDR:PORT",
		"answer HTTP there; unix:PATH for a socket file; may be repeated (default: " SERVER_LISTEN_DEFAULT ")", NULL},
	{0},
};

struct serve {
	char *listen[SERVER_LISTEN_MAX];
	size_t n;
};

static void serve_free(struct serve *serve)
{
	while (serve->n > 0)
		free(serve->listen[--serve->n]);
}

static int take(void *data, const struct option_row *row, const char *value, struct text *why)
{
	struct serve *serve = data;

	if (serve->n == SERVER_LISTEN_MAX) {
		text_printf(why, "--%s is given more than %d times", row->name, SERVER_LISTEN_MAX);
		return -EINVAL;
	}
	serve->listen[serve->n] = strdup(value);
	return serve->listen[serve->n++] ? 0 : -ENOMEM;
}

static int run(struct cmd_line *line)
{
	CLEANUP(serve_free) struct serve serve = {0};
	struct server_options options = {.version = VERSION};
	CLEANUP_FREE char *db = NULL;
	int status = CMD_DONE;

	if (cmd_parse(line, take, &serve, &status) < 0)
		return status;
	db = cmd_db_path(line);
	options.db = db;
	options.listen = (const char *const *)serve.listen;
	options.n_listen = serve.n;
	return db && server_run(&options) == 0 ? CMD_DONE : CMD_FAILED;
}

static const struct option_row *const tables[] = {cmd_serve_options, NULL};

const struct cmd cmd_serve = {
	.name = "serve",
	.summary = "show the database as a web page, over HTTP",
	.text = "Serves the page at /, the API at /api/v1/, live events at /api/v1/stream, Prometheus metrics at /metrics "
		"and a probe at /healthz; /openapi.json describes them.\n\n"
		"Started as root it becomes the user seccompwatch (nobody where there is none) before it listens, and it "
		"only ever reads the database. Addresses that other machines can reach are refused.\n\n"
		"Port 0 takes a free port. The addresses are printed on standard output, one a line, once they answer.",
	.options = tables,
	.run = run,
};
