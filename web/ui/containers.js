// SPDX-License-Identifier: MIT
// containers: all that had a violation, the worst first.

import { get, withParams } from './api.js';
import { byId, data, el, plain, setText } from './dom.js';
import { clock, count, plural, short, timeNode } from './format.js';
import { CONTAINERS_MAX } from './span.js';
import { bar, callList, callsOf, idOf } from './toplists.js';

const CALLS_MAX = 1000;

function row(group, calls, max, app) {
	const id = idOf(group);
	const name = data(group.container ?? id ?? '', 120);
	const more = [group.runtime, group.image, group.pod].filter(Boolean);
	const time = (t) => timeNode(Date.parse(t), clock(Date.parse(t), false));
	return el('tr', {},
		el('th', { scope: 'row' }, id ? el('a', { href: app.containerUrl(id), title: plain(group.container ?? id, 200) }, name) : name,
			el('span', { class: 'dim' }, more.flatMap((part, i) => [i ? ' · ' : '', data(part, 80)]))),
		el('td', { class: 'calls' }, callList(calls)),
		el('td', { class: 'dim' }, time(group.first)), el('td', { class: 'dim' }, time(group.last)),
		el('td', { class: 'num', title: count(group.count) }, short(group.count), bar(group, max)));
}

export class Containers {
	constructor(app) {
		this.app = app;
		this.box = byId('containers-box');
	}

	enter() {
		setText(byId('containers-say'), '');
	}

	leave() {
		this.box.replaceChildren();
	}

	async ask(signal) {
		const params = this.app.params();
		const [groups, calls] = await Promise.all([
			get('summary', withParams(params, { by: 'container', limit: CONTAINERS_MAX }), signal),
			get('summary', withParams(params, { by: 'container,syscall', limit: CALLS_MAX }), signal)]);
		if (!signal.aborted)
			this.#show(groups.summary, calls.summary);
	}

	#show(groups, calls) {
		const rows = groups.filter((group) => group.container !== null);
		const outside = groups.find((group) => group.container === null);
		const max = Math.max(1, ...rows.map((group) => group.count));
		const words = this.app.span.words();
		setText(byId('containers-say'), (rows.length ? `${plural(rows.length, 'container')} had violations ${words}.` : `No container had a violation ${words}.`) +
			(outside ? ` ${plural(outside.count, 'more call')} came from programs in no known container.` : ''));
		this.box.replaceChildren(rows.length ? el('table', { class: 'plain' },
			el('thead', {}, el('tr', {}, ['Container', 'Calls', 'First', 'Last', 'Count'].map((text) => el('th', { scope: 'col' }, text)))),
			el('tbody', {}, rows.map((group) => row(group, callsOf(calls, group), max, this.app))))
			: el('p', { class: 'dim pad-box' }, 'A longer time span may show some. Denials by a runtime’s built-in profile are silent: a profile must ask the kernel to log them.'));
	}

	refused() {
		this.box.replaceChildren();
	}
}
