// SPDX-License-Identifier: MIT
// overview: is anything wrong, since when and where: what suffers most, what it was, and what is new.

import { get, withParams } from './api.js';
import { byId } from './dom.js';
import * as F from './filters.js';
import { News } from './news.js';
import { LISTS, showContainers, showTop } from './toplists.js';

const CALLS_MAX = 1000;

export class Overview {
	constructor(app) {
		this.app = app;
		this.news = new News(app);
	}

	async ask(signal, status) {
		const { app } = this;
		const params = app.params();
		const calls = get('summary', withParams(params, { by: 'container,syscall', limit: CALLS_MAX }), signal);
		const lists = LISTS.map((l) => get('summary', withParams(params, { by: l.by, limit: l.fetch }), signal));
		const news = this.news.show(signal);
		const [byContainer, byCall, ...tops] = await Promise.all([app.span.ask(signal, status), calls, ...lists, news]);
		if (signal.aborted)
			return;
		app.span.empty(byContainer.total > 0);
		showContainers(byContainer.summary, byCall.summary, app);
		LISTS.forEach((list, i) => showTop(list, tops[i].summary, (terms) => this.#pick(terms)));
	}

	#pick(terms) {
		this.app.change(terms.reduce((all, t) => F.add(all, t.field, t.value), this.app.filters));
	}

	refused() {
		byId('top-container').replaceChildren();
	}
}
