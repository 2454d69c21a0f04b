// SPDX-License-Identifier: MIT
// health: is anyone watching, and what was missed?

import { byId, data, el, setText } from './dom.js';
import { ago, bytes, clock, count, duration, plural, timeNode, utc } from './format.js';
import { loss as lossWords } from './words.js';

const parse = (time) => (time ? Date.parse(time) : null);

// The server's clock, so that a browser with a wrong one still says "4 s ago" truly.
export class Health {
	constructor() {
		this.status = null;
		this.skew = 0;
		this.seen = 0;
		byId('h-loss-toggle').addEventListener('click', () => this.#toggle());
		setInterval(() => this.#tick(), 1000);
	}

	now() {
		return Date.now() + this.skew;
	}

	get running() {
		return this.status?.collector.running ?? true;
	}

	get oldest() {
		return parse(this.status?.database.oldest) ?? this.now() - 3600e3;
	}

	// When the very first recording began, as far as can be told: nothing stored is older than this collector.
	get began() {
		const { collector, database } = this.status;
		const since = parse(collector.since);
		return collector.running && since && (parse(database.oldest) ?? since) >= since - 1000 ? since : null;
	}

	get empty() {
		return this.status !== null && this.status.database.events === 0;
	}

	show(status) {
		this.status = status;
		this.skew = status.now ? Date.parse(status.now) - Date.now() : 0;
		this.#collector();
		this.#losses();
		this.#database();
		this.#tick();
		setText(byId('version'), `seccompwatch ${status.version}`);
	}

	// A database that was only ever imported into has no collector to miss.
	get imported() {
		return this.status !== null && !this.status.collector.running && !this.status.collector.since;
	}

	#collector() {
		const { running, since, pid } = this.status.collector;
		const start = parse(since);
		const box = byId('h-collector');
		box.className = running ? 'good' : this.imported ? '' : 'bad';
		setText(box, running ? 'Running' : this.imported ? 'None' : 'Not running');
		setText(byId('h-collector-more'), this.#collectorMore(running, start));
		box.title = running ? `process ${pid}${start ? `, since ${utc(start)}` : ''}` : '';
		byId('down').hidden = running || this.imported;
	}

	#collectorMore(running, start) {
		if (running)
			return start ? `for ${duration(this.now() - start)}` : '';
		return this.imported ? 'imported records only' : 'nobody is watching';
	}

	#tick() {
		if (!this.status)
			return;
		const last = this.#lastRecord();
		setText(byId('h-last'), last ? ago(last, this.now()) : 'None yet');
		byId('h-last').title = last ? `${clock(last)} (${utc(last)})` : '';
	}

	// The collector writes down its last record once a minute; what arrived here since is a better answer.
	#lastRecord() {
		const { collector, database } = this.status;
		const known = [collector.last_record, database.newest].map(parse);
		return Math.max(this.seen, ...known.filter((at) => at !== null && at <= this.now() + 1000)) || null;
	}

	record(event) {
		if (event.source === 'netlink')
			this.seen = Math.max(this.seen, Date.parse(event.last_time));
	}

	#losses() {
		const { lost_at_most: lost, kernel_lost: kernel, enobufs, malformed, unwritten, gaps } = this.status.loss;
		const missed = lost + kernel + unwritten;
		const some = missed + malformed + enobufs > 0;
		const box = byId('h-loss');
		box.className = some ? 'warn' : 'good';
		setText(box, missed ? `Up to ${count(missed)}` : some ? 'Some' : 'Nothing');
		const list = this.status.losses ?? [];
		byId('h-loss-toggle').hidden = list.length === 0;
		byId('h-loss').title = some ? `${plural(gaps, 'gap')}, ${plural(enobufs, 'overrun')}, ${plural(malformed, 'unreadable line')}` : '';
		byId('losses').replaceChildren(...list.map((entry) => this.#loss(entry)));
	}

	#loss({ kind, host, first, last, count: n }) {
		const from = parse(first);
		const to = parse(last);
		const length = to - from >= 1000 ? `, over ${duration(to - from)}` : '';
		return el('li', {}, timeNode(from), el('span', {}, `${lossWords(kind, n)}${length}`),
			host ? el('span', { class: 'dim' }, data(host, 60)) : null);
	}

	#toggle() {
		const list = byId('losses');
		list.hidden = !list.hidden;
		byId('h-loss-toggle').setAttribute('aria-expanded', String(!list.hidden));
	}

	#database() {
		const { bytes: size, events, oldest, path } = this.status.database;
		setText(byId('h-db'), bytes(size));
		byId('h-db').title = path ?? '';
		const since = parse(oldest);
		setText(byId('h-db-more'), events ? `${plural(events, 'event')} in ${duration(this.now() - since)}` : 'no events yet');
	}
}
