// SPDX-License-Identifier: MIT
// table: the events, newest first. However many there are, only those in sight are in the document, and only the pages
// near them in memory: a page that was let go remembers the cursor it came from and is asked for again.

import { byId, el } from './dom.js';
import { cells, identity, spoken } from './rows.js';

const OVER = 12;
const PAGES_KEPT = 40;
const TALLEST = 6e6; // browsers cannot lay out more than some ten million pixels

const blank = () => ({ cursor: null, rows: [], count: 0, asking: null });

export class EventTable {
	// fetch(cursor): one page of the API's list; onOpen(event); onChange(): rows came or went.
	constructor({ fetch, onOpen, onChange }) {
		Object.assign(this, { fetch, onOpen, onChange });
		this.body = byId('rows');
		this.above = el('tr', { class: 'pad', 'aria-hidden': 'true' });
		this.below = el('tr', { class: 'pad', 'aria-hidden': 'true' });
		this.body.append(this.above, this.below);
		this.selected = null;
		this.clear();
		const draw = () => this.#soon();
		addEventListener('scroll', draw, { passive: true });
		addEventListener('resize', draw, { passive: true });
		this.body.addEventListener('click', (event) => this.#open(event.target.closest('tr')));
		this.body.addEventListener('keydown', (event) => this.#key(event));
		this.body.addEventListener('focusin', (event) => this.#rove(event.target.closest('tr')));
	}

	clear() {
		this.pages = [];
		this.next = null;
		this.known = new Map();
		this.nodes = new Map();
		this.total = 0;
		this.current = 0;
		for (const row of [...this.body.querySelectorAll('tr:not(.pad)')])
			row.remove();
		this.#draw();
	}

	replace({ events, next }) {
		const place = this.busy ? document.activeElement.closest('tr')?.dataset.key : null;
		this.clear();
		this.#append(null, events, next);
		if (place)
			this.nodes.get(place)?.focus({ preventScroll: true });
	}

	// New ones at their place by time, which is near the top; true when the row is new.
	insert(event) {
		if (this.update(event))
			return false;
		if (!this.pages.length)
			this.pages.push(blank());
		const [page] = this.pages;
		const at = Date.parse(event.time);
		let i = 0;
		while (page.rows && i < page.rows.length && Date.parse(page.rows[i].event.time) > at)
			i++;
		if (!page.rows)
			return false;
		const row = this.#remember(event);
		row.fresh = true;
		page.rows.splice(i, 0, row);
		page.count++;
		this.total++;
		this.#soon();
		return true;
	}

	// A row that is there already takes what changed; false when it is not there.
	update(event) {
		const row = this.known.get(identity(event));
		if (!row)
			return false;
		if (row.event.seq !== event.seq) {
			row.event = event;
			const node = this.nodes.get(row.key);
			if (node)
				this.#fill(node, row);
		}
		return true;
	}

	has(event) {
		return this.known.has(identity(event));
	}

	get oldest() {
		return Date.parse(this.pages.at(-1)?.rows?.at(-1)?.event.time ?? NaN);
	}

	get busy() {
		return this.body.contains(document.activeElement);
	}

	dropBefore(ms) {
		const page = this.pages.at(-1);
		while (this.next === null && page?.rows?.length && Date.parse(page.rows.at(-1).event.time) < ms) {
			this.known.delete(page.rows.pop().key);
			page.count--;
			this.total--;
		}
		this.#soon();
	}

	mark(event) {
		this.selected = event ? identity(event) : null;
		for (const [key, node] of this.nodes)
			node.setAttribute('aria-selected', String(key === this.selected));
	}

	// The event after (+1) or before (-1) this one.
	beside(event, step) {
		const i = this.#indexOf(identity(event));
		return i < 0 ? null : this.#at(i + step)?.event ?? null;
	}

	focus(event) {
		const i = this.#indexOf(identity(event));
		if (i >= 0)
			this.#go(i);
	}

	// ---- pages ----------------------------------------------------------------------------------------------------

	#remember(event) {
		const row = { key: identity(event), event, fresh: false };
		this.known.set(row.key, row);
		return row;
	}

	#append(cursor, events, next) {
		const rows = events.filter((event) => !this.update(event)).map((event) => this.#remember(event));
		const first = this.#first();
		this.pages.push({ cursor, rows, count: rows.length, asking: null });
		this.next = next;
		this.total += rows.length;
		this.#keepPlace(first);
		this.#draw();
		this.onChange();
	}

	async #more() {
		if (this.next === null || this.asking)
			return;
		const { pages, next } = this;
		this.asking = next;
		this.onChange();
		try {
			const page = await this.fetch(next);
			this.asking = null;
			if (page && pages === this.pages)
				this.#append(next, page.events, page.next);
		} finally {
			this.asking = null;
		}
		this.onChange();
	}

	// What was let go comes back as it is now: rows may have grown, none can have moved to another page.
	async #again(page) {
		if (page.asking)
			return;
		page.asking = this.fetch(page.cursor).catch(() => null);
		const answer = await page.asking;
		page.asking = null;
		if (!answer || !this.pages.includes(page))
			return;
		page.rows = answer.events.filter((event) => !this.known.has(identity(event))).map((event) => this.#remember(event));
		this.total += page.rows.length - page.count;
		page.count = page.rows.length;
		this.#draw();
	}

	#letGo(first) {
		const whole = this.pages.filter((page) => page.rows);
		if (whole.length <= PAGES_KEPT)
			return;
		const distance = new Map();
		let from = 0;
		for (const page of this.pages) {
			distance.set(page, Math.abs(from + page.count / 2 - first));
			from += page.count;
		}
		whole.filter((page) => page !== this.pages[0] && page !== this.pages.at(-1))
			.sort((a, b) => distance.get(b) - distance.get(a)).slice(0, whole.length - PAGES_KEPT).forEach((page) => {
				page.rows.forEach((row) => this.known.delete(row.key));
				page.rows = null;
			});
	}

	#at(index) {
		let i = index;
		for (const page of this.pages) {
			if (i < page.count) {
				if (!page.rows)
					this.#again(page);
				return i < 0 ? null : page.rows?.[i] ?? null;
			}
			i -= page.count;
		}
		return null;
	}

	#indexOf(key) {
		const row = this.known.get(key);
		let from = 0;
		for (const page of this.pages) {
			const i = row && page.rows ? page.rows.indexOf(row) : -1;
			if (i >= 0)
				return from + i;
			from += page.count;
		}
		return -1;
	}

	// ---- the window -----------------------------------------------------------------------------------------------

	#style(name, otherwise) {
		return parseFloat(getComputedStyle(this.body).getPropertyValue(name)) || otherwise;
	}

	get #height() {
		return this.#style('--row', 40);
	}

	get #tallest() {
		return this.#style('--tallest', TALLEST);
	}

	// Pixels stand for rows one to one, until there are more rows than a page can be tall.
	#measure() {
		const h = this.#height;
		const tall = Math.min(this.total * h, this.#tallest);
		const seen = innerHeight / h;
		const scale = this.total * h > tall ? (this.total - seen) / (tall - innerHeight) : 1 / h;
		return { h, tall, scale };
	}

	#scrolled() {
		return Math.max(0, -this.body.getBoundingClientRect().top);
	}

	#first() {
		return this.#scrolled() * this.#measure().scale;
	}

	#scrollTo(first) {
		const top = this.body.getBoundingClientRect().top + scrollY;
		scrollTo(0, top + first / this.#measure().scale);
	}

	#keepPlace(first) {
		const { tall } = this.#measure();
		if (tall < this.#tallest || first <= 0)
			return;
		this.above.style.height = `${tall}px`;
		this.#scrollTo(first);
	}

	#soon() {
		this.frame ??= requestAnimationFrame(() => {
			this.frame = null;
			this.#draw();
		});
	}

	#draw() {
		const box = this.body.getBoundingClientRect();
		if (!this.body.checkVisibility() && this.total)
			return;
		const { h, tall, scale } = this.#measure();
		const y = Math.min(Math.max(0, -box.top), tall);
		const first = y * scale;
		const from = Math.max(0, Math.floor(first) - OVER);
		const to = Math.min(this.total, Math.ceil(first + Math.min(innerHeight, innerHeight - box.top) / h) + OVER);
		this.#place(from, Math.max(from, to));
		const above = Math.max(0, y - (first - from) * h);
		this.above.style.height = `${above}px`;
		this.below.style.height = `${Math.max(0, tall - above - Math.max(0, to - from) * h)}px`;
		this.body.parentElement.setAttribute('aria-rowcount', this.next === null ? this.total + 1 : -1);
		this.#letGo(first);
		if (this.total && to > this.total - 2 * OVER)
			this.#more();
	}

	#place(from, to) {
		const wanted = [];
		for (let i = from; i < to; i++)
			wanted.push([this.#at(i), i]);
		const keep = new Set(wanted.map(([row]) => row?.key));
		for (const [key, node] of this.nodes)
			if (!keep.has(key)) {
				node.remove();
				this.nodes.delete(key);
			}
		this.body.querySelectorAll('.skeleton').forEach((node) => node.remove());
		let before = this.above.nextElementSibling;
		for (const [row, i] of wanted) {
			const node = row ? this.nodes.get(row.key) ?? this.#make(row) : el('tr', { class: 'skeleton' }, el('td', { colspan: 6 }));
			if (node === before)
				before = before.nextElementSibling;
			else
				this.body.insertBefore(node, before);
			node.setAttribute('aria-rowindex', i + 2);
		}
		this.#firstTab(from, to);
	}

	#make(row) {
		const node = el('tr', { role: 'row', tabindex: '-1', 'aria-selected': String(row.key === this.selected), class: row.fresh ? 'fresh' : null });
		row.fresh = false;
		node.dataset.key = row.key;
		this.nodes.set(row.key, node);
		this.#fill(node, row);
		return node;
	}

	#fill(node, { event }) {
		node.setAttribute('aria-label', spoken(event));
		node.replaceChildren(...cells(event));
	}

	// ---- the keyboard ---------------------------------------------------------------------------------------------

	#firstTab(from, to) {
		const tab = Math.min(Math.max(this.current, from), to - 1);
		for (const node of this.nodes.values())
			node.tabIndex = Number(node.getAttribute('aria-rowindex')) - 2 === tab ? 0 : -1;
	}

	#rove(node) {
		if (!node?.dataset.key)
			return;
		this.current = Number(node.getAttribute('aria-rowindex')) - 2;
		for (const other of this.nodes.values())
			other.tabIndex = other === node ? 0 : -1;
	}

	// Brings a row into sight and gives it the focus.
	#go(index) {
		const row = this.#at(index);
		if (!row)
			return;
		const first = this.#first();
		const seen = Math.floor((innerHeight - Math.max(0, this.body.getBoundingClientRect().top)) / this.#height) - 1;
		if (index < first + (first > 0 ? 1 : 0))
			this.#scrollTo(Math.max(0, index - 1));
		else if (index > first + seen - 1)
			this.#scrollTo(index - seen + 1);
		this.#draw();
		this.nodes.get(row.key)?.focus({ preventScroll: true });
	}

	#open(node) {
		if (!node?.dataset.key || getSelection().toString())
			return;
		node.focus({ preventScroll: true });
		this.onOpen(this.known.get(node.dataset.key).event);
	}

	eventOf(node) {
		return this.known.get(node?.closest?.('#rows tr')?.dataset.key)?.event ?? null;
	}

	#key(event) {
		const at = Number(event.target.closest('tr').getAttribute('aria-rowindex')) - 2;
		const screen = Math.max(1, Math.floor(innerHeight / this.#height) - 4);
		const to = { ArrowDown: at + 1, j: at + 1, ArrowUp: at - 1, k: at - 1, PageDown: at + screen, PageUp: at - screen,
			Home: 0, End: this.total - 1 }[event.key];
		if (event.ctrlKey || event.metaKey || event.altKey)
			return;
		if (to !== undefined) {
			event.preventDefault();
			this.#go(Math.min(this.total - 1, Math.max(0, to)));
		} else if (event.key === 'Enter' || event.key === ' ') {
			event.preventDefault();
			this.#open(event.target.closest('tr'));
		}
	}
}
