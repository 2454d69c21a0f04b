/* SPDX-License-Identifier: MIT */
/* serve: the page, the API and the metrics of a database. */
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "seccompwatch/server.h"

enum {
	SERVE_LISTEN,
	SERVE_TOKEN_FILE,
	SERVE_TLS_CERT,
	SERVE_TLS_KEY,
	SERVE_SOCKET_MODE,
	SERVE_SOCKET_GROUP,
};

const struct option_row cmd_serve_options[] = {
	{"listen", 0, SERVE_LISTEN, "ADDR:PORT",
		"answer HTTP there; unix:PATH for a socket file; may be repeated (default: " SERVER_LISTEN_DEFAULT ")", NULL},
	{"token-file", 0, SERVE_TOKEN_FILE, "FILE",
		"answer only who knows its first line, but on socket files; needed for addresses other machines can reach", NULL},
	{"tls-cert", 0, SERVE_TLS_CERT, "FILE", "encrypt: the certificate and its chain, PEM (not on socket files)", NULL},
	{"tls-key", 0, SERVE_TLS_KEY, "FILE", "the certificate's key, PEM, without a passphrase", NULL},
	{"socket-mode", 0, SERVE_SOCKET_MODE, "MODE", "of socket files, octal (default: 0660)", NULL},
	{"socket-group", 0, SERVE_SOCKET_GROUP, "GROUP", "of socket files (default: the database's group)", NULL},
	{0},
};

struct serve {
	char *listen[SERVER_LISTEN_MAX];
	size_t n;
	char *token_file, *tls_cert, *tls_key, *socket_group;
	unsigned socket_mode;
};

static void serve_free(struct serve *serve)
{
	while (serve->n > 0)
		free(serve->listen[--serve->n]);
	free(serve->token_file);
	free(serve->tls_cert);
	free(serve->tls_key);
	free(serve->socket_group);
}

static int keep(char **field, const char *value)
{
	free(*field);
	*field = strdup(value);
	return *field ? 0 : -ENOMEM;
}

static int take_mode(struct serve *serve, const char *value, struct text *why)
{
	size_t len = strlen(value);

	if (len == 0 || len > 4 || strspn(value, "01234567") != len || strtoul(value, NULL, 8) > 0777 ||
		strtoul(value, NULL, 8) == 0) {
		text_printf(why, "--socket-mode takes an octal mode such as 0660, not \"%s\"", value);
		return -EINVAL;
	}
	serve->socket_mode = (unsigned)strtoul(value, NULL, 8);
	return 0;
}

static int take_listen(struct serve *serve, const char *value, struct text *why)
{
	if (serve->n == SERVER_LISTEN_MAX) {
		text_printf(why, "--listen is given more than %d times", SERVER_LISTEN_MAX);
		return -EINVAL;
	}
	serve->listen[serve->n] = strdup(value);
	return serve->listen[serve->n++] ? 0 : -ENOMEM;
}

static int take(void *data, const struct option_row *row, const char *value, struct text *why)
{
	struct serve *serve = data;

	switch (row->id) {
	case SERVE_TOKEN_FILE:
		return keep(&serve->token_file, value);
	case SERVE_TLS_CERT:
		return keep(&serve->tls_cert, value);
	case SERVE_TLS_KEY:
		return keep(&serve->tls_key, value);
	case SERVE_SOCKET_GROUP:
		return keep(&serve->socket_group, value);
	case SERVE_SOCKET_MODE:
		return take_mode(serve, value, why);
	default:
		return take_listen(serve, value, why);
	}
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
	options.token_file = serve.token_file;
	options.tls_cert = serve.tls_cert;
	options.tls_key = serve.tls_key;
	options.socket_mode = serve.socket_mode;
	options.socket_group = serve.socket_group;
	return db && server_run(&options) == 0 ? CMD_DONE : CMD_FAILED;
}

static const struct option_row *const tables[] = {cmd_serve_options, NULL};

const struct cmd cmd_serve = {
	.name = "serve",
	.summary = "show the database as a web page, over HTTP",
	.text = "Serves the page at /, the API at /api/v1/, live events at /api/v1/stream, Prometheus metrics at /metrics "
		"and a probe at /healthz; /openapi.json describes them.\n\n"
		"Started as root it becomes the user seccompwatch (nobody where there is none) before it listens, and it "
		"only ever reads the database.\n\n"
		"Addresses that other machines can reach are refused without a --token-file: a file of root's, mode 600, whose "
		"first line is a secret of at least 16 characters (`openssl rand -hex 32`). Programs send it as `Authorization: "
		"Bearer TOKEN`; a browser shows a form and then keeps a session for 12 hours. A new token ends all sessions. "
		"Wrong tokens are slowed down by address. With --tls-cert and --tls-key, TLS is spoken on all addresses; the "
		"files are read before root is left, so a new certificate takes a restart. Who may open a socket file needs no "
		"token.\n\n"
		"Port 0 takes a free port. The addresses are printed on standard output, one a line, once they answer.",
	.options = tables,
	.run = run,
};
