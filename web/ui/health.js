// SPDX-License-Identifier: MIT
// health: is anyone watching, and was anything missed? Said in the corner of every view.

import { byId, setText } from './dom.js';
import { count } from './format.js';

const parse = (time) => (time ? Date.parse(time) : null);

// The server's clock, so that a browser with a wrong one still says "4 s ago" truly.
export class Health {
	constructor() {
		this.status = null;
		this.skew = 0;
		this.seen = 0;
		this.connected = true;
		this.onShow = null;
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

	// A database that was only ever imported into has no collector to miss.
	get imported() {
		return this.status !== null && !this.status.collector.running && !this.status.collector.since;
	}

	// What is missing for sure, at most.
	get missed() {
		const { lost_at_most: lost, kernel_lost: kernel, unwritten } = this.status.loss;
		return lost + kernel + unwritten;
	}

	// The collector writes down its last record once a minute; what arrived here since is a better answer.
	get lastRecord() {
		const { collector, database } = this.status;
		const known = [collector.last_record, database.newest].map(parse);
		return Math.max(this.seen, ...known.filter((at) => at !== null && at <= this.now() + 1000)) || null;
	}

	show(status) {
		this.status = { ...this.status, ...status };
		this.skew = status.now ? Date.parse(status.now) - Date.now() : 0;
		byId('down').hidden = this.running || this.imported;
		setText(byId('version'), `seccompwatch ${status.version}`);
		this.#pill();
		this.onShow?.();
	}

	record(event) {
		if (event.source === 'netlink')
			this.seen = Math.max(this.seen, Date.parse(event.last_time));
	}

	online(ok) {
		this.connected = ok;
		this.#pill();
	}

	#pill() {
		const [state, text] = this.#words();
		byId('pill').dataset.state = state;
		setText(byId('pill-text'), text);
	}

	#words() {
		if (!this.connected)
			return ['bad', 'No connection'];
		if (!this.status)
			return ['unknown', '…'];
		if (this.imported)
			return ['unknown', 'Imported'];
		if (!this.running)
			return ['bad', 'Not watching'];
		const { malformed, enobufs, gaps } = this.status.loss;
		if (this.missed)
			return ['warn', `Watching, ${count(this.missed)} lost`];
		return malformed + enobufs + gaps ? ['warn', 'Watching, with losses'] : ['good', 'Watching'];
	}
}
