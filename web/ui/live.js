// SPDX-License-Identifier: MIT
// live: lets new events in without pulling the page away under a reader's eyes.

import { byId, setText } from './dom.js';
import { count } from './format.js';

const GATHER_MS = 250;
const HELD_MAX = 5000;
const READING_MS = 4000;

export class Live {
	// take(events): into the table; known(event): a row of it is shown already, so it may change at once.
	constructor({ take, known }) {
		this.take = take;
		this.known = known;
		this.paused = false;
		this.connected = true;
		this.held = [];
		this.missed = 0;
		this.timer = 0;
		this.moved = -Infinity;
		this.table = byId('table-box');
		this.table.addEventListener('pointermove', () => { this.moved = performance.now(); });
		this.table.addEventListener('pointerleave', () => { this.moved = -Infinity; });
		byId('pause').addEventListener('click', () => this.toggle());
		byId('held').addEventListener('click', () => this.flush(true));
		document.addEventListener('visibilitychange', () => this.#later());
	}

	push(event) {
		if (this.held.length < HELD_MAX)
			this.held.push(event);
		else
			this.missed++;
		this.#later();
	}

	forget() {
		this.held = [];
		this.missed = 0;
		this.#show();
	}

	toggle() {
		this.paused = !this.paused;
		this.flush(!this.paused);
		this.#show();
	}

	set online(value) {
		this.connected = value;
		this.#show();
	}

	// Someone is pointing at a row or has scrolled into the list: rows must not move now.
	get reading() {
		const scrolled = this.table.getBoundingClientRect().top < 0;
		return scrolled || this.table.contains(document.activeElement) || performance.now() - this.moved < READING_MS;
	}

	flush(force = false) {
		clearTimeout(this.timer);
		this.timer = 0;
		const hold = this.paused || (!force && this.reading);
		const now = hold && !force ? this.held.filter(this.known) : this.held;
		this.held = hold && !force ? this.held.filter((event) => !this.known(event)) : [];
		if (now.length)
			this.take(now);
		if (!this.held.length)
			this.missed = 0;
		this.#show();
		if (this.held.length && !this.paused)
			this.#later(1000);
	}

	#later(ms = GATHER_MS) {
		if (!this.timer && !document.hidden)
			this.timer = setTimeout(() => this.flush(), ms);
	}

	#show() {
		const n = this.held.length;
		const held = byId('held');
		held.classList.toggle('shown', n > 0);
		held.disabled = n === 0;
		setText(held, n ? `Show ${this.missed ? 'over ' : ''}${count(n)} new` : '');
		const button = byId('pause');
		button.dataset.state = this.paused ? 'paused' : this.connected ? 'live' : 'lost';
		button.setAttribute('aria-pressed', String(this.paused));
		setText(byId('pause-text'), this.paused ? 'Paused' : this.connected ? 'Live' : 'Reconnecting…');
		button.title = this.paused ? 'Let new events in again (p)' : 'Hold new events back (p)';
	}
}
