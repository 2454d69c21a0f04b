// SPDX-License-Identifier: MIT
// dom: builds elements. Text only ever becomes text nodes, so no string can turn into markup.

const SVG = 'http://www.w3.org/2000/svg';
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}]/u;
const HIDDEN_ALL = /([\p{C}\p{Zl}\p{Zp}])/u;
const NAMES = new Map([
	[0x200e, 'LRM'], [0x200f, 'RLM'], [0x202a, 'LRE'], [0x202b, 'RLE'], [0x202c, 'PDF'], [0x202d, 'LRO'],
	[0x202e, 'RLO'], [0x2066, 'LRI'], [0x2067, 'RLI'], [0x2068, 'FSI'], [0x2069, 'PDI'], [0x200b, 'ZWSP'],
	[0x200d, 'ZWJ'], [0xfeff, 'BOM'], [0xad, 'SHY'],
]);

function setProp(node, name, value) {
	if (value === null || value === undefined || value === false)
		return;
	if (name === 'class')
		node.className = value;
	else if (typeof value === 'function')
		node.addEventListener(name, value);
	else
		node.setAttribute(name, value === true ? '' : String(value));
}

// el('button', {class: 'x', click: fn, 'aria-label': 'y'}, child, …); null children are left out.
export function el(tag, props, ...children) {
	const node = document.createElement(tag);
	for (const [name, value] of Object.entries(props ?? {}))
		setProp(node, name, value);
	node.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== false));
	return node;
}

export function icon(name) {
	const svg = document.createElementNS(SVG, 'svg');
	svg.setAttribute('class', 'icon');
	svg.setAttribute('aria-hidden', 'true');
	const use = document.createElementNS(SVG, 'use');
	use.setAttribute('href', `#i-${name}`);
	svg.append(use);
	return svg;
}

export const byId = (id) => document.getElementById(id);

// Replaces only the text, and only when it changed: what is read aloud or selected stays still.
export function setText(node, text) {
	if (node.textContent !== text)
		node.textContent = text;
}

function hiddenMark(char) {
	const code = char.codePointAt(0);
	const label = NAMES.get(code) ?? `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
	return el('span', { class: 'ctl', title: 'an invisible character' }, label);
}

function cut(text, max) {
	if (!max || text.length <= max)
		return text;
	const last = text.codePointAt(max - 1);
	return `${text.slice(0, last > 0xffff ? max - 1 : max)}…`;
}

// What the monitored chose to be called: isolated from its surroundings, invisible characters made visible.
export function data(value, max = 0) {
	const text = cut(String(value), max);
	const node = el('bdi', { class: 'data' });
	if (!HIDDEN.test(text)) {
		node.textContent = text;
		return node;
	}
	for (const part of text.split(HIDDEN_ALL))
		node.append(HIDDEN.test(part) ? hiddenMark(part) : part);
	return node;
}

// The same for text of several lines.
export function block(value, max = 0) {
	return el('span', { class: 'block' }, cut(String(value), max).split('\n').flatMap((line, i) => [i ? '\n' : null, line ? data(line) : null]));
}

// For places that take plain text only (tooltips, labels for screen readers).
export function plain(value, max = 200) {
	const visible = (char) => `‹${hiddenMark(char).textContent}›`;
	return Array.from(cut(String(value), max), (c) => (HIDDEN.test(c) ? visible(c) : c)).join('');
}
