// SPDX-License-Identifier: MIT
// events: the list with its live tail, its details and its export.

import { get, withParams } from './api.js';
import { Details, copyText } from './details.js';
import { byId, setText } from './dom.js';
import { Exporter } from './export.js';
import * as F from './filters.js';
import { Live } from './live.js';
import { identity } from './rows.js';
import { EventTable } from './table.js';

const PAGE = 500;
const AGAIN_MS = 2000;
const TAIL_MAX = 5000;

export class Events {
	constructor(app) {
		this.app = app;
		this.loading = false;
		this.timer = 0;
		this.table = new EventTable({
			fetch: (cursor) => this.#page(cursor),
			onOpen: (event) => this.#open(event),
			onChange: () => this.#tail(),
		});
		this.live = new Live({ take: (events) => this.#take(events), known: (event) => this.table.has(event) });
		this.details = new Details({ app, onFilter: (t) => this.#filter(t), onClose: (event) => this.#closed(event), onStep: (by) => this.#step(by) });
		this.exporter = new Exporter(app);
	}

	enter() {
		this.details.close();
		this.live.forget();
		byId('export-say').hidden = true;
	}

	leave() {
		this.details.close();
		this.live.forget();
		this.table.clear();
	}

	begin(signal) {
		this.#load(signal);
	}

	async ask(signal, status) {
		await this.app.span.ask(signal, status);
		const { filters, health } = this.app;
		if (!signal.aborted && !this.live.reading && filters.since !== 'all')
			this.table.dropBefore(F.span(filters, health.now(), 0).since);
		this.#empty();
	}

	violation(event) {
		this.live.push(event);
	}

	online(ok) {
		this.live.online = ok;
	}

	// More changed than is said row by row: the newest page is fetched anew, when nobody is reading the old one.
	reset() {
		clearTimeout(this.timer);
		this.timer = setTimeout(() => (this.live.paused || this.live.reading || this.loading
			? this.reset() : this.#load(this.app.signal)), AGAIN_MS);
	}

	refused() {
		this.table.clear();
	}

	keys(event) {
		const inside = byId('details').contains(event.target);
		return {
			Escape: () => this.details.close(),
			p: () => this.live.toggle(),
			c: () => this.#copy(event.target),
			...(inside && { j: () => this.#step(1), k: () => this.#step(-1) }),
		};
	}

	// ---- the list -------------------------------------------------------------------------------------------------

	async #page(cursor, signal = this.app.signal) {
		try {
			return await get('events', withParams(this.app.params(), { limit: PAGE, order: 'desc', cursor }), signal);
		} catch (error) {
			this.app.failed(error, signal);
			return null;
		}
	}

	async #load(signal) {
		this.loading = true;
		const page = await this.#page(null, signal);
		if (signal.aborted)
			return;
		this.loading = false;
		if (page) {
			this.table.replace(page);
			this.app.trouble(null);
		}
		this.#empty();
		this.live.flush();
	}

	#tail() {
		const { table } = this;
		setText(byId('tail'), !table.total ? '' : table.asking ? 'Loading older events…'
			: table.next === null ? 'These are all.' : '');
	}

	#empty() {
		const hidden = this.table.total > 0 || this.loading || !byId('trouble').hidden || !byId('filter-error').hidden;
		this.app.span.empty(hidden);
	}

	#take(events) {
		const { app, table, details } = this;
		const { since, until } = F.span(app.filters, app.health.now(), -Infinity);
		const beyond = table.next === null ? -Infinity : table.oldest;
		for (const event of events) {
			const at = Date.parse(event.time);
			const belongs = (app.filters.since === 'all' || at >= since) && (!app.filters.until || at < until) && !(at < beyond);
			if (belongs || table.has(event))
				table.insert(event);
			if (details.event && identity(details.event) === identity(event))
				details.refresh(event);
		}
		if (table.pages[0]?.count > TAIL_MAX)
			this.reset();
		this.#empty();
	}

	// ---- one of them ----------------------------------------------------------------------------------------------

	#open(event) {
		this.table.mark(event);
		this.details.open(event);
	}

	#closed(event) {
		this.table.mark(null);
		if (byId('events').checkVisibility())
			this.table.focus(event);
	}

	#step(by) {
		const next = this.table.beside(this.details.event, by);
		if (next)
			this.#open(next);
	}

	#filter({ field, value }) {
		this.app.change(F.add(this.app.filters, field, value));
	}

	async #copy(target) {
		const event = this.details.event ?? this.table.eventOf(target);
		if (!event)
			return;
		const done = await copyText(JSON.stringify(event, null, 2), document.body);
		setText(byId('export-say'), done ? 'The event was copied as JSON.' : 'The browser does not permit copying.');
		byId('export-say').hidden = false;
	}
}
