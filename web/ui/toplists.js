// SPDX-License-Identifier: MIT
// toplists: which containers, system calls and programs had most; each entry is a filter.

import { byId, data, el, plain } from './dom.js';
import { count, short } from './format.js';
import { OUTCOMES, outcome } from './words.js';

export const LISTS = [
	{ id: 'top-container', by: 'container', rows: 6, fetch: 1000 },
	{ id: 'top-syscall', by: 'syscall', rows: 6, fetch: 7 },
	{ id: 'top-program', by: 'comm,exe', rows: 6, fetch: 7 },
];

const NOBODY = { container: 'no known container', syscall: 'no name known', comm: 'no name known' };

function bar(row, max) {
	const node = el('span', { class: 'bar', 'aria-hidden': 'true' });
	for (const name of OUTCOMES) {
		if (!row.outcomes[name])
			continue;
		const part = el('i', { class: `o-${name}` });
		part.style.flexGrow = row.outcomes[name];
		node.append(part);
	}
	node.style.width = `${Math.max(1, (100 * row.count) / max)}%`;
	return node;
}

function second(row) {
	const text = row.exe ?? row.pod ?? row.image;
	return text ? el('span', { class: 'dim' }, data(text, 160)) : null;
}

function spoken(row, name) {
	const parts = OUTCOMES.filter((o) => row.outcomes[o] > 0)
		.map((o) => `${count(row.outcomes[o])} ${outcome(o).label.toLowerCase()}`);
	return `${name}: ${parts.join(', ')}`;
}

// A name too long for an address, or with the comma that separates values, is left to the id.
const NAME_MAX = 200;

function term(row, name) {
	const value = String(row[name]);
	const awkward = value.length > NAME_MAX || value.includes(',');
	return { field: name, value: name === 'container' && awkward && row.container_id ? row.container_id : value };
}

function terms(row, by) {
	return by.split(',').filter((name) => row[name] !== null && row[name] !== undefined).map((name) => term(row, name));
}

function labelOf(name, main) {
	if (name === null || name === undefined)
		return el('span', { class: 'none' }, NOBODY[main]);
	return main === 'syscall' && /^-?\d+$/.test(name) ? el('span', { class: 'none' }, `number ${name}`) : data(name, 160);
}

function entry(row, by, max, onPick) {
	const [main] = by.split(',');
	const name = row[main];
	const wanted = terms(row, by);
	const label = labelOf(name, main);
	const inside = [
		el('span', { class: 'name' }, label, second(row)),
		el('span', { class: 'num', title: count(row.count) }, short(row.count)),
		bar(row, max),
	];
	const title = spoken(row, name === null || name === undefined ? NOBODY[main] : plain(name, 80));
	if (!wanted.length)
		return el('li', { class: 'entry', title }, el('div', { class: 'pick' }, inside));
	return el('li', { class: 'entry' }, el('button', { class: 'pick', type: 'button', title,
		'aria-label': `${title}. Show only these.`, click: () => onPick(wanted) }, inside));
}

// Keeps the keyboard's place: the same entry is focused again after the list was built anew.
export function showTop(list, summary, onPick) {
	const box = byId(list.id);
	const focused = [...box.querySelectorAll('button')].indexOf(document.activeElement);
	const rows = summary.slice(0, list.rows);
	const max = Math.max(1, ...rows.map((r) => r.count));
	const items = rows.map((row) => entry(row, list.by, max, onPick));
	if (!items.length)
		items.push(el('li', { class: 'nothing' }, 'none'));
	box.replaceChildren(...items);
	box.removeAttribute('aria-busy');
	if (focused >= 0)
		box.querySelectorAll('button')[focused]?.focus();
	const note = byId(`${list.id}-more`);
	note.textContent = moreText(list, summary);
}

function moreText(list, summary) {
	const more = summary.length - list.rows;
	if (more <= 0)
		return '';
	return summary.length < list.fetch ? `and ${count(more)} more` : 'and more';
}
