// SPDX-License-Identifier: MIT
// table: the events, newest first. Rows are kept by identity, so that a growing count changes one cell.

import { byId, data, el, plain, setText } from './dom.js';
import { clock, count, short, timeNode, utc } from './format.js';
import { outcome, whyUnknown } from './words.js';

const CELL_MAX = 160;
const KEEP = 2000;

// Identical violations of one calendar second are one row, whatever its serial and count grow to.
export function identity(e) {
	return JSON.stringify([e.host, Math.floor(Date.parse(e.time) / 1000), e.pid, e.arch, e.syscall_nr, e.code, e.uid,
		e.comm, e.exe, e.time_source === 'audit' ? null : e.serial]);
}

export function badge(name) {
	const { label, mark } = outcome(name);
	return el('span', { class: `badge o-${name}` }, el('i', { 'aria-hidden': 'true' }, mark), label);
}

export function syscallName(e) {
	if (e.syscall !== null)
		return data(e.syscall);
	return el('span', { class: 'none' }, `number ${e.syscall_nr}`);
}

function syscallCell(e) {
	const foreign = e.arch === null || e.compat === 1 || e.arch.startsWith('0x');
	return [syscallName(e), foreign ? el('span', { class: 'dim' }, e.arch ?? 'arch unknown') : null];
}

function programCell(e) {
	const name = e.comm ?? e.exe;
	if (name === null)
		return [el('span', { class: 'none' }, `process ${e.pid ?? 'unknown'}`)];
	const path = e.comm !== null && e.exe !== null ? el('span', { class: 'dim' }, data(e.exe, CELL_MAX)) : null;
	return [data(name, CELL_MAX), path];
}

function whereCell(e) {
	const c = e.container;
	if (c) {
		const more = c.pod ?? c.image;
		return [data(c.name ?? c.id.slice(0, 12), CELL_MAX),
			more ? el('span', { class: 'dim' }, data(more, CELL_MAX)) : null];
	}
	if (e.unit)
		return [data(e.unit, CELL_MAX), el('span', { class: 'dim' }, 'systemd unit')];
	const gone = e.attribution === 'none';
	return [el('span', { class: 'none', title: gone ? whyUnknown(e) : null },
		gone ? 'not known' : 'no container')];
}

const times = (n) => (n > 1 ? `×\u202f${short(n)}` : '');

function spoken(e) {
	const who = plain(e.comm ?? e.exe ?? `process ${e.pid}`, 60);
	const where = e.container ? ` in ${plain(e.container.name ?? e.container.id, 60)}` : '';
	return `${clock(Date.parse(e.time))}, ${outcome(e.outcome).label}: ` +
		`${e.syscall === null ? `number ${e.syscall_nr}` : plain(e.syscall)} by ${who}${where}, ${count(e.count)} times`;
}

export class EventTable {
	constructor({ onOpen }) {
		this.body = byId('rows');
		this.onOpen = onOpen;
		this.rows = new Map();
		this.body.addEventListener('click', (event) => this.#open(event.target.closest('tr')));
		this.body.addEventListener('keydown', (event) => this.#key(event));
		this.body.addEventListener('focusin', (event) => this.#rove(event.target.closest('tr')));
	}

	clear() {
		this.trimmed = false;
		this.rows.clear();
		this.body.replaceChildren();
	}

	replace(events) {
		const place = this.#place();
		this.clear();
		this.append(events);
		if (place)
			this.rows.get(place)?.row.focus({ preventScroll: true });
	}

	append(events) {
		for (const e of events)
			if (!this.#update(e))
				this.body.append(this.#make(e));
		this.#firstTab();
	}

	// New ones at their place by time; true when the row is new.
	insert(e, fresh = true) {
		if (this.#update(e))
			return false;
		const row = this.#make(e);
		const at = Date.parse(e.time);
		let next = this.body.firstElementChild;
		while (next && Number(next.dataset.time) > at)
			next = next.nextElementSibling;
		this.body.insertBefore(row, next);
		if (fresh)
			row.classList.add('fresh');
		this.#trim();
		this.#firstTab();
		return true;
	}

	has(e) {
		return this.rows.has(identity(e));
	}

	get oldest() {
		return Number(this.body.lastElementChild?.dataset.time ?? NaN);
	}

	get busy() {
		return this.body.contains(document.activeElement);
	}

	mark(e) {
		const key = e ? identity(e) : null;
		for (const [k, { row }] of this.rows)
			row.setAttribute('aria-selected', String(k === key));
	}

	// The event after (+1) or before (-1) this one on the page, with its row focused.
	beside(e, step) {
		const row = this.rows.get(identity(e))?.row;
		const next = step > 0 ? row?.nextElementSibling : row?.previousElementSibling;
		return next ? this.rows.get(next.dataset.key).event : null;
	}

	focus(e) {
		this.rows.get(identity(e))?.row.focus({ preventScroll: false });
	}

	#place() {
		return this.busy ? document.activeElement.closest('tr')?.dataset.key : null;
	}

	#update(e) {
		const known = this.rows.get(identity(e));
		if (!known)
			return false;
		if (known.event.seq === e.seq)
			return true;
		this.rows.set(identity(e), { row: known.row, event: e });
		this.#fill(known.row, e);
		return true;
	}

	#make(e) {
		const row = el('tr', { tabindex: '-1', 'aria-selected': 'false' });
		row.dataset.key = identity(e);
		row.dataset.time = Date.parse(e.time);
		this.#fill(row, e);
		this.rows.set(row.dataset.key, { row, event: e });
		return row;
	}

	#fill(row, e) {
		const cell = (name, ...children) => el('td', { class: `c-${name}`, role: 'gridcell' }, ...children);
		const ms = Date.parse(e.time);
		row.setAttribute('role', 'row');
		row.setAttribute('aria-label', spoken(e));
		row.replaceChildren(
			cell('time', timeNode(ms)),
			cell('outcome', badge(e.outcome)),
			cell('syscall', ...syscallCell(e)),
			cell('program', ...programCell(e)),
			cell('where', ...whereCell(e)),
			cell('count', el('span', { title: e.count > 1 ? `${count(e.count)} identical, the last at ${utc(Date.parse(e.last_time))}` : null },
				times(e.count))));
	}

	// A page that stands open for days keeps what a person can read; the rest can be asked for again.
	#trim() {
		while (this.rows.size > KEEP) {
			this.#drop(this.body.lastElementChild);
			this.trimmed = true;
		}
	}

	#drop(row) {
		this.rows.delete(row.dataset.key);
		row.remove();
	}

	dropBefore(ms) {
		while (this.oldest < ms)
			this.#drop(this.body.lastElementChild);
	}

	#firstTab() {
		if (!this.body.querySelector('tr[tabindex="0"]'))
			this.body.firstElementChild?.setAttribute('tabindex', '0');
	}

	#rove(row) {
		if (!row)
			return;
		for (const other of this.body.querySelectorAll('tr[tabindex="0"]'))
			other.setAttribute('tabindex', '-1');
		row.setAttribute('tabindex', '0');
	}

	#open(row) {
		if (!row || getSelection().toString())
			return;
		row.focus({ preventScroll: true });
		this.onOpen(this.rows.get(row.dataset.key).event);
	}

	#key(event) {
		const row = event.target.closest('tr');
		const to = {
			ArrowDown: row.nextElementSibling, j: row.nextElementSibling,
			ArrowUp: row.previousElementSibling, k: row.previousElementSibling,
			Home: this.body.firstElementChild, End: this.body.lastElementChild,
		}[event.key];
		if (to) {
			event.preventDefault();
			to.focus();
		} else if (event.key === 'Enter' || event.key === ' ') {
			event.preventDefault();
			this.#open(row);
		}
	}
}

export function showMore(visible, busy) {
	const button = byId('older');
	button.hidden = !visible;
	button.disabled = busy;
	setText(button, busy ? 'Loading…' : 'Show older events');
}
