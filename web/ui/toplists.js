// SPDX-License-Identifier: MIT
// toplists: which containers, system calls and programs had most. A container leads to its page, the rest filter.

import { byId, data, el, plain, setText } from './dom.js';
import { count, plural, short, since } from './format.js';
import { OUTCOMES, outcome } from './words.js';

export const LISTS = [
	{ id: 'top-syscall', by: 'syscall', rows: 6, fetch: 7 },
	{ id: 'top-program', by: 'comm,exe', rows: 6, fetch: 7 },
];
const CONTAINERS = 6;
const CALLS = 3;

const NOBODY = { container: 'no known container', syscall: 'no name known', comm: 'no name known' };

export function bar(row, max) {
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

// A name with the comma that separates values, or too long for an address, cannot be a filter.
const NAME_MAX = 200;

function terms(row, by) {
	return by.split(',').filter((name) => row[name] !== null && row[name] !== undefined)
		.map((name) => ({ field: name, value: String(row[name]) }))
		.filter(({ value }) => value.length <= NAME_MAX && !value.includes(','));
}

export function callLabel(name) {
	if (name === null || name === undefined)
		return el('span', { class: 'none' }, NOBODY.syscall);
	return /^-?\d+$/.test(name) ? el('span', { class: 'none' }, `number ${name}`) : data(name, 160);
}

function labelOf(name, main) {
	if (main === 'syscall')
		return callLabel(name);
	return name === null || name === undefined ? el('span', { class: 'none' }, NOBODY[main]) : data(name, 160);
}

function entry(row, by, max, onPick) {
	const [main] = by.split(',');
	const name = row[main];
	const wanted = terms(row, by);
	const inside = [
		el('span', { class: 'name' }, labelOf(name, main), second(row)),
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
export function refill(box, items) {
	const focused = [...box.querySelectorAll('button, a')].indexOf(document.activeElement);
	box.replaceChildren(...items);
	box.removeAttribute('aria-busy');
	if (focused >= 0)
		box.querySelectorAll('button, a')[focused]?.focus();
}

export function showTop(list, summary, onPick) {
	const rows = summary.slice(0, list.rows);
	const max = Math.max(1, ...rows.map((r) => r.count));
	const items = rows.map((row) => entry(row, list.by, max, onPick));
	refill(byId(list.id), items.length ? items : [el('li', { class: 'nothing' }, 'none')]);
	setText(byId(`${list.id}-more`), summary.length > list.rows ? 'and more' : '');
}

// ---- containers ---------------------------------------------------------------------------------------------------

export const idOf = (row) => row.container_id ?? null;

// Which calls a container had most, from the rows counted by container and call.
export function callsOf(byCall, row) {
	return byCall.filter((r) => idOf(r) === idOf(row) && r.container === row.container)
		.sort((a, b) => b.count - a.count);
}

export function callList(calls) {
	const shown = calls.slice(0, CALLS).map((r) => el('span', { class: 'call' }, callLabel(r.syscall)));
	return [...shown, calls.length > CALLS ? el('span', { class: 'dim' }, `+${count(calls.length - CALLS)}`) : null];
}

function containerEntry(row, calls, max, app) {
	const known = row.container !== null;
	const name = known ? plain(row.container, 80) : NOBODY.container;
	const title = `${spoken(row, name)}. Most often ${calls.slice(0, CALLS).map((r) => plain(r.syscall ?? 'no name known', 40)).join(', ')}`;
	const inside = [
		el('span', { class: 'name' }, labelOf(row.container, 'container'), second(row)),
		el('span', { class: 'calls' }, callList(calls)),
		el('span', { class: 'when dim' }, since(row.first)),
		el('span', { class: 'num', title: count(row.count) }, short(row.count)),
		bar(row, max),
	];
	return el('li', { class: 'entry' }, known && idOf(row)
		? el('a', { class: 'pick', href: app.containerUrl(idOf(row)), title, 'aria-label': `${title}. Why, and what to change.` }, inside)
		: el('div', { class: 'pick', title }, inside));
}

export function showContainers(summary, byCall, app) {
	const rows = summary.slice(0, CONTAINERS);
	const max = Math.max(1, ...rows.map((r) => r.count));
	const items = rows.map((row) => containerEntry(row, callsOf(byCall, row), max, app));
	refill(byId('top-container'), items.length ? items : [el('li', { class: 'nothing' }, 'none')]);
	const more = summary.length - rows.length;
	setText(byId('top-container-more'), more > 0 ? `all ${plural(summary.length, 'container')}` : 'all');
}

