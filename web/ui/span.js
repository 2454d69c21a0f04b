// SPDX-License-Identifier: MIT
// span: what happened in the time that is looked at: the sentence, its honesty, and the timeline.

import { get, withParams } from './api.js';
import { byId, setText } from './dom.js';
import * as F from './filters.js';
import { clock, count, short } from './format.js';
import { showEmpty } from './state.js';
import { Timeline, stepFor } from './timeline.js';
import { OUTCOMES, headline, honesty } from './words.js';

export const CONTAINERS_MAX = 1000;

export class Span {
	constructor(app) {
		this.app = app;
		this.timeline = new Timeline({
			onSpan: (since, until) => app.change({ ...app.filters, since: new Date(since).toISOString(), until: new Date(until).toISOString() }),
			onOutcome: (name) => (app.route.view === 'container'
				? app.go(app.eventsUrl([...app.filters.terms, { field: 'outcome', value: name }]))
				: app.change(F.add(app.filters, 'outcome', name))),
		});
	}

	async line(signal) {
		const { app } = this;
		if (app.route.view === 'container')
			this.timeline.count(null);
		const { since, until } = F.span(app.filters, app.health.now(), app.health.oldest);
		const first = app.filters.since === 'all' ? { since: new Date(since).toISOString() } : {};
		const line = await get('timeline', withParams(app.params(), { ...first, step: stepFor(until - since) }), signal);
		if (!signal.aborted && !this.timeline.drag)
			this.timeline.show(line);
		return line.timeline;
	}

	// The timeline and the containers, said in words: what overview and events begin with.
	async ask(signal, status) {
		const [buckets, byContainer] = await Promise.all([this.line(signal),
			get('summary', withParams(this.app.params(), { by: 'container', limit: CONTAINERS_MAX }), signal), status]);
		if (!signal.aborted)
			this.#say(buckets, byContainer);
		return byContainer;
	}

	// What to do where there is nothing.
	empty(hidden) {
		const { filters, health, change, clear } = this.app;
		showEmpty({ hidden, filters, health, onSince: (since) => change({ ...filters, since, until: null }), onClear: clear });
	}

	words() {
		const { filters, health } = this.app;
		const chosen = F.range(filters);
		if (chosen)
			return chosen.words;
		const { since, until } = F.span(filters, health.now(), health.oldest);
		return filters.until ? `from ${clock(since, false)} to ${clock(until, false)}` : `since ${clock(since, false)}`;
	}

	#say(buckets, byContainer) {
		const outcomes = Object.fromEntries(OUTCOMES.map((name) => [name, 0]));
		for (const row of byContainer.summary)
			OUTCOMES.forEach((name) => { outcomes[name] += row.outcomes[name] ?? 0; });
		const inside = byContainer.summary.filter((row) => row.container !== null);
		const { total } = byContainer;
		this.timeline.count(byContainer.summary.length < CONTAINERS_MAX ? outcomes : null);
		byId('headline').dataset.said = 'yes';
		setText(byId('headline'), headline({
			total, outcomes, containers: inside.length, more: byContainer.summary.length >= CONTAINERS_MAX,
			outside: inside.length < byContainer.summary.length, words: this.words(), filtered: this.app.filters.terms.length > 0,
		}));
		this.#honest(buckets);
		setText(byId('shown'), total ? `${count(total)} in this span` : '');
		document.body.classList.toggle('bare', total === 0);
		this.app.title(total ? short(total) : '');
	}

	#honest(buckets) {
		const { health, filters } = this.app;
		const sum = (name) => buckets.reduce((all, bucket) => all + (bucket[name] || 0), 0);
		const before = health.began ? Math.max(0, health.began - Date.parse(buckets[0]?.time)) || 0 : 0;
		const seen = honesty({ lost: sum('lost_at_most'), unwatched: sum('unwatched_ms') - before,
			running: health.running || health.imported, ends: !filters.until,
			began: before > 0 ? health.now() - health.began : null });
		setText(byId('honesty'), health.imported ? 'From imported records only: what they do not hold was not seen.' : seen.text);
		byId('honesty').className = health.imported ? '' : seen.calm ? 'calm' : 'uneasy';
	}
}
