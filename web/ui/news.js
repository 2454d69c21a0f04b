// SPDX-License-Identifier: MIT
// news: kinds of violation that were never seen before: since somebody last looked, or since yesterday.

import { ApiError, get, post, withParams } from './api.js';
import { byId, data, el, plain, setText } from './dom.js';
import { ago, clock, count, plural, timeNode } from './format.js';
import { badge } from './rows.js';
import { callLabel, refill } from './toplists.js';

const SHOWN = 6;
const DAY_MS = 86400e3;

export class News {
	constructor(app) {
		this.app = app;
		this.card = byId('new').closest('.card');
		this.looked = undefined;
		byId('looked').addEventListener('click', () => this.#look());
	}

	// The page works without: where nothing can be told of it, it is not there.
	async show(signal) {
		try {
			this.looked ??= await this.#lastLook(signal);
			const since = this.looked ?? this.app.health.now() - DAY_MS;
			const params = withParams(this.app.params({ time: false }), { since: new Date(since).toISOString(), limit: SHOWN });
			const { new: kinds, total } = await get('new', params, signal);
			if (!signal.aborted)
				this.#fill(kinds, total);
		} catch (error) {
			if (!(error instanceof ApiError) || error.status === 400)
				throw error;
			this.card.hidden = true;
		}
	}

	async #lastLook(signal) {
		const { looked } = await get('looked', null, signal).catch((error) => {
			if (error instanceof ApiError)
				return { looked: null };
			throw error;
		});
		return looked ? Date.parse(looked) : null;
	}

	async #look() {
		try {
			const { looked } = await post('looked', null);
			this.looked = Date.parse(looked);
			this.#fill([], 0);
		} catch (error) {
			setText(byId('new-say'), `That could not be kept: ${error.message}.`);
		}
	}

	#fill(kinds, total) {
		const since = this.looked ? `since you looked ${ago(this.looked, this.app.health.now())}` : 'since yesterday';
		this.card.hidden = false;
		setText(byId('new-say'), total ? `${plural(total, 'kind')} never seen before, ${since}` : `Nothing new ${since}`);
		byId('looked').hidden = total === 0;
		refill(byId('new'), kinds.map((kind) => this.#item(kind)));
	}

	#item(kind) {
		const where = kind.container?.name ?? kind.container?.id?.slice(0, 12) ?? kind.unit;
		const who = kind.comm ?? kind.exe;
		const inside = [badge(kind.outcome), el('span', { class: 'call' }, callLabel(kind.syscall)),
			el('span', { class: 'new-who' }, who ? ['by ', data(who, 60)] : null, where ? [' in ', data(where, 60)] : null),
			timeNode(Date.parse(kind.first), clock(Date.parse(kind.first), false))];
		const label = `${kind.outcome} ${plain(kind.syscall ?? '', 40)} by ${plain(who ?? '', 40)} in ${plain(where ?? 'no container', 40)}, ${count(kind.count)} times`;
		const to = kind.container ? this.app.containerUrl(kind.container.id) : this.app.eventsUrl(this.#terms(kind));
		return el('li', { class: 'entry' }, el('a', { class: 'new-item', href: to, 'aria-label': label }, inside));
	}

	#terms({ syscall, exe, comm }) {
		return Object.entries({ syscall, exe, comm }).filter(([, value]) => value !== null && value.length < 200 && !value.includes(','))
			.map(([field, value]) => ({ field, value }));
	}
}
