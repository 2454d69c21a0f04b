/* SPDX-License-Identifier: MIT */
/* Where things stand in a YAML text, and how they are laid out. */
#include <yaml.h>

#include "position.h"

static struct span scalar_span(const yaml_node_t *node)
{
	return (struct span){(const char *)node->data.scalar.value, node->data.scalar.length};
}

static yaml_node_t *find_key(yaml_document_t *doc, yaml_node_t *node, struct span key)
{
	for (yaml_node_pair_t *p = node->data.mapping.pairs.start; p < node->data.mapping.pairs.top; p++) {
		yaml_node_t *k = yaml_document_get_node(doc, p->key);
		if (k && k->type == YAML_SCALAR_NODE && span_equal(scalar_span(k), key))
			return yaml_document_get_node(doc, p->value);
	}
	return NULL;
}

static yaml_node_t *find_index(yaml_document_t *doc, yaml_node_t *node, struct span segment)
{
	uint64_t i;
	size_t n = (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);

	if (text_to_u64(segment, UINT32_MAX, &i) || i >= n)
		return NULL;
	return yaml_document_get_node(doc, node->data.sequence.items.start[i]);
}

/* libyaml counts characters, and a byte order mark not at all. Offsets that come in order cost one pass. */
struct counter {
	struct span text;
	size_t characters, bytes;
};

static size_t first_byte(struct span text)
{
	return span_starts(text, SPAN("\xef\xbb\xbf")) ? 3 : 0;
}

static size_t byte_offset(struct counter *c, size_t characters)
{
	if (characters < c->characters || c->bytes == 0)
		*c = (struct counter){.text = c->text, .bytes = first_byte(c->text)};
	while (c->bytes < c->text.len && c->characters < characters) {
		c->bytes++;
		while (c->bytes < c->text.len && ((unsigned char)c->text.data[c->bytes] & 0xc0) == 0x80)
			c->bytes++;
		c->characters++;
	}
	return c->bytes;
}

static yaml_node_t *find_node(yaml_document_t *doc, const char *pointer)
{
	CLEANUP_TEXT struct text segment = TEXT_EMPTY;
	yaml_node_t *node = yaml_document_get_root_node(doc);

	while (node && position_segment(&pointer, &segment)) {
		if (node->type == YAML_MAPPING_NODE)
			node = find_key(doc, node, text_span(&segment));
		else if (node->type == YAML_SEQUENCE_NODE)
			node = find_index(doc, node, text_span(&segment));
		else
			node = NULL;
	}
	return node;
}

/* Calls fn with the document's node at the pointer. */
typedef int (*node_fn)(yaml_document_t *doc, const yaml_node_t *node, struct counter *counter, void *ret);

static int visit(struct span text, size_t document, const char *pointer, node_fn fn, void *ret)
{
	struct counter counter = {.text = text};
	const yaml_node_t *node;
	yaml_parser_t parser;
	int k = -ENOENT;

	if (!yaml_parser_initialize(&parser))
		return -ENOMEM;
	yaml_parser_set_input_string(&parser, (const unsigned char *)text.data, text.len);
	for (size_t i = 0; i <= document; i++) {
		yaml_document_t doc;
		if (!yaml_parser_load(&parser, &doc))
			break;
		node = i == document ? find_node(&doc, pointer) : NULL;
		if (node)
			k = fn(&doc, node, &counter, ret);
		yaml_document_delete(&doc);
	}
	yaml_parser_delete(&parser);
	return k;
}

static int place_of(yaml_document_t *doc, const yaml_node_t *node, struct counter *counter, void *ret)
{
	struct profile_place *place = ret;

	place->start = byte_offset(counter, node->start_mark.index);
	place->end = byte_offset(counter, node->end_mark.index);
	place->line = (unsigned)node->start_mark.line + 1;
	place->column = (unsigned)node->start_mark.column + 1;
	return 0;
}

int position_yaml(struct span text, size_t document, const char *pointer, struct profile_place *ret)
{
	return visit(text, document, pointer, place_of, ret);
}

/* ---- layouts ---- */

#define DEPTH_MAX 128

/* A block collection ends for libyaml where the next thing begins; in truth where its last value does. */
static size_t true_end(yaml_document_t *doc, const yaml_node_t *node, unsigned depth)
{
	const yaml_node_t *last = NULL;

	if (node->type == YAML_MAPPING_NODE && node->data.mapping.style != YAML_FLOW_MAPPING_STYLE &&
		node->data.mapping.pairs.top > node->data.mapping.pairs.start)
		last = yaml_document_get_node(doc, node->data.mapping.pairs.top[-1].value);
	else if (node->type == YAML_SEQUENCE_NODE && node->data.sequence.style != YAML_FLOW_SEQUENCE_STYLE &&
		 node->data.sequence.items.top > node->data.sequence.items.start)
		last = yaml_document_get_node(doc, node->data.sequence.items.top[-1]);
	return last && depth < DEPTH_MAX ? true_end(doc, last, depth + 1) : node->end_mark.index;
}

/* The dash before a block list's item; -ENOENT where there is more than blanks between them. */
static int find_dash(struct span text, size_t value, size_t *ret)
{
	while (value > 0 && (text.data[value - 1] == ' ' || text.data[value - 1] == '\n' || text.data[value - 1] == '\r'))
		value--;
	if (value == 0 || text.data[value - 1] != '-')
		return -ENOENT;
	*ret = value - 1;
	return 0;
}

static int add_node(yaml_document_t *doc, int key, int value, struct counter *c, struct position_layout *l)
{
	const yaml_node_t *k = key ? yaml_document_get_node(doc, key) : NULL, *v = yaml_document_get_node(doc, value);
	struct position_child child = {0};
	int r = 0;

	if (!v || (key && !k))
		return -ENOENT;
	if (k)
		child.start = byte_offset(c, k->start_mark.index);
	child.value = byte_offset(c, v->start_mark.index);
	child.end = byte_offset(c, true_end(doc, v, 0));
	if (!k) {
		child.start = child.value;
		r = l->block ? find_dash(c->text, child.value, &child.start) : 0;
	}
	return r ? r : position_add_child(l, child);
}

static int add_pairs(yaml_document_t *doc, const yaml_node_t *node, struct counter *c, struct position_layout *l)
{
	int r = 0;

	for (yaml_node_pair_t *p = node->data.mapping.pairs.start; !r && p < node->data.mapping.pairs.top; p++)
		r = add_node(doc, p->key, p->value, c, l);
	return r;
}

static int add_items(yaml_document_t *doc, const yaml_node_t *node, struct counter *c, struct position_layout *l)
{
	int r = 0;

	for (yaml_node_item_t *i = node->data.sequence.items.start; !r && i < node->data.sequence.items.top; i++)
		r = add_node(doc, 0, *i, c, l);
	return r;
}

static int layout_of(yaml_document_t *doc, const yaml_node_t *node, struct counter *counter, void *ret)
{
	CLEANUP(position_layout_free) struct position_layout l = POSITION_LAYOUT_EMPTY;
	int k;

	if (node->type == YAML_SCALAR_NODE)
		return -ENOENT;
	l.start = byte_offset(counter, node->start_mark.index);
	l.end = byte_offset(counter, true_end(doc, node, 0));
	l.list = node->type == YAML_SEQUENCE_NODE;
	l.block = l.start >= counter->text.len || !strchr("[{", counter->text.data[l.start]);
	k = l.list ? add_items(doc, node, counter, &l) : add_pairs(doc, node, counter, &l);
	if (k)
		return k;
	*(struct position_layout *)ret = l;
	l = POSITION_LAYOUT_EMPTY;
	return 0;
}

int position_layout_yaml(struct span text, size_t document, const char *pointer, struct position_layout *ret)
{
	return visit(text, document, pointer, layout_of, ret);
}
