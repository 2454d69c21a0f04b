/* SPDX-License-Identifier: MIT */
#include "yaml.h"

#include <yaml.h>

#include "number.h"
#include "problem.h"

#define NODES_MAX     200000
#define DEPTH_MAX     64
#define DOCUMENTS_MAX 256

struct reading {
	yaml_document_t *doc;
	size_t nodes; /* made so far, aliases counted each time they are followed */
	bool more;    /* the text had another document */
	struct profile_problem *problem;
};

PRINTF(3, 4)
static int refuse_at(struct profile_problem *problem, yaml_mark_t mark, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	problem_vset(problem, "", fmt, args);
	va_end(args);
	if (problem) {
		problem->line = (unsigned)mark.line + 1;
		problem->column = (unsigned)mark.column + 1;
	}
	return PROFILE_E_REFUSED;
}

static struct span scalar_span(const yaml_node_t *node)
{
	return (struct span){(const char *)node->data.scalar.value, node->data.scalar.length};
}

static bool is_one_of(struct span s, const char *const *words)
{
	for (; *words; words++)
		if (span_equal(span_from(*words), s))
			return true;
	return false;
}

/* YAML 1.1 as far as sigs.k8s.io/yaml reads it: plain scalars may be null, booleans or integers. */
static json_t *plain_scalar(struct span s)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
	static const char *const trues[] = {"true", "True", "TRUE", NULL};
	static const char *const falses[] = {"false", "False", "FALSE", NULL};
	json_t *number;

	if (is_one_of(s, nulls))
		return json_null();
	if (is_one_of(s, trues))
		return json_true();
	if (is_one_of(s, falses))
		return json_false();
	number = number_from_text(s);
	return number ? number : json_stringn(s.data, s.len);
}

static int scalar(struct reading *r, const yaml_node_t *node, json_t **ret)
{
	struct span s = scalar_span(node);

	if (!text_is_utf8(s) || memchr(s.data, 0, s.len))
		return refuse_at(r->problem, node->start_mark, "a text with a zero byte or that is not UTF-8");
	*ret = node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE ? plain_scalar(s) : json_stringn(s.data, s.len);
	return *ret ? 0 : -ENOMEM;
}

static int convert(struct reading *r, int index, unsigned depth, json_t **ret);

static int sequence(struct reading *r, const yaml_node_t *node, unsigned depth, json_t **ret)
{
	json_t *array = json_array();
	int k = array ? 0 : -ENOMEM;

	for (yaml_node_item_t *i = node->data.sequence.items.start; !k && i < node->data.sequence.items.top; i++) {
		json_t *item = NULL;
		k = convert(r, *i, depth + 1, &item);
		if (!k && json_array_append_new(array, item))
			k = -ENOMEM;
	}
	if (k)
		json_decref(array);
	else
		*ret = array;
	return k;
}

static int mapping_pair(struct reading *r, const yaml_node_pair_t *pair, unsigned depth, json_t *object)
{
	const yaml_node_t *key = yaml_document_get_node(r->doc, pair->key);
	char word[PROBLEM_WORD_MAX];
	json_t *value = NULL;
	struct span name;
	int k;

	if (!key || key->type != YAML_SCALAR_NODE)
		return refuse_at(r->problem, key ? key->start_mark : (yaml_mark_t){0}, "a key that is not a text");
	name = scalar_span(key);
	if (!text_is_utf8(name) || memchr(name.data, 0, name.len))
		return refuse_at(r->problem, key->start_mark, "a key with a zero byte or that is not UTF-8");
	if (json_object_get(object, (const char *)key->data.scalar.value))
		return refuse_at(r->problem, key->start_mark, "the key %s is there twice", problem_word(word, name));
	k = convert(r, pair->value, depth + 1, &value);
	if (k)
		return k;
	return json_object_set_new(object, (const char *)key->data.scalar.value, value) ? -ENOMEM : 0;
}

static int mapping(struct reading *r, const yaml_node_t *node, unsigned depth, json_t **ret)
{
	json_t *object = json_object();
	int k = object ? 0 : -ENOMEM;

	for (yaml_node_pair_t *p = node->data.mapping.pairs.start; !k && p < node->data.mapping.pairs.top; p++)
		k = mapping_pair(r, p, depth, object);
	if (k)
		json_decref(object);
	else
		*ret = object;
	return k;
}

static int convert(struct reading *r, int index, unsigned depth, json_t **ret)
{
	const yaml_node_t *node = yaml_document_get_node(r->doc, index);

	if (!node)
		return -ENOMEM;
	if (depth > DEPTH_MAX)
		return refuse_at(r->problem, node->start_mark, "nested too deep");
	if (++r->nodes > NODES_MAX)
		return refuse_at(r->problem, node->start_mark, "too many values, or aliases that multiply them");
	switch (node->type) {
	case YAML_SCALAR_NODE:
		return scalar(r, node, ret);
	case YAML_SEQUENCE_NODE:
		return sequence(r, node, depth, ret);
	case YAML_MAPPING_NODE:
		return mapping(r, node, depth, ret);
	default:
		return refuse_at(r->problem, node->start_mark, "a value of no known kind");
	}
}

static int refuse_syntax(const yaml_parser_t *parser, struct profile_problem *problem)
{
	char word[PROBLEM_WORD_MAX];

	if (parser->error == YAML_MEMORY_ERROR)
		return -ENOMEM;
	return refuse_at(problem, parser->problem_mark, "not YAML: %s",
		problem_word(word, span_from(parser->problem ? parser->problem : "unreadable")));
}

static int next_document(yaml_parser_t *parser, struct reading *r, json_t *documents)
{
	yaml_document_t doc;
	json_t *tree = NULL;
	int k = 0;

	if (!yaml_parser_load(parser, &doc))
		return refuse_syntax(parser, r->problem);
	r->doc = &doc;
	r->more = yaml_document_get_root_node(&doc) != NULL;
	if (r->more)
		k = convert(r, 1, 0, &tree);
	if (r->more && !k && json_array_append_new(documents, tree))
		k = -ENOMEM;
	yaml_document_delete(&doc);
	return k;
}

int yaml_load(struct span text, json_t **ret, struct profile_problem *problem)
{
	struct reading r = {.problem = problem, .more = true};
	yaml_parser_t parser;
	json_t *documents = json_array();
	int k = 0;

	if (!documents || !yaml_parser_initialize(&parser)) {
		json_decref(documents);
		return -ENOMEM;
	}
	yaml_parser_set_input_string(&parser, (const unsigned char *)text.data, text.len);
	while (!k && r.more && json_array_size(documents) < DOCUMENTS_MAX)
		k = next_document(&parser, &r, documents);
	yaml_parser_delete(&parser);
	if (!k && r.more)
		k = problem_set(problem, "", "%d documents or more", DOCUMENTS_MAX);
	if (!k)
		*ret = documents;
	else
		json_decref(documents);
	return k;
}
