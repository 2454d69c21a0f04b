// SPDX-License-Identifier: MIT
// details: everything one event says, in words first.

import { byId, data, el, icon, setText } from './dom.js';
import { count, duration, full, plural, utc, zone } from './format.js';
import { recordText } from './record.js';
import { badge, syscallName } from './rows.js';
import * as words from './words.js';

const NARROW = matchMedia('(max-width: 760px)');
const COPIED_MS = 1800;

// [label, field of the event, also a filter]
const GROUPS = [
	['The call', [
		['System call', 'syscall', true], ['Number', 'syscall_nr'], ['Architecture', 'arch', true],
		['32-bit on 64-bit', 'compat'], ['Arguments', 'args'], ['Instruction', 'ip'],
	]],
	['The decision', [
		['Outcome', 'outcome', true], ['Action', 'action', true], ['Error', 'errno'], ['Mode', 'mode'],
		['Signal', 'sig'], ['Code', 'code'],
	]],
	['The program', [
		['Name', 'comm', true], ['Executable', 'exe', true], ['Process', 'pid', true], ['Thread', 'tid'],
		['Parent', 'ppid'], ['User', 'uid', true], ['Group', 'gid'], ['Login user', 'auid'], ['Session', 'ses'],
		['Security context', 'subj'],
	]],
	['Where', [
		['Container', 'container.name'], ['Container id', 'container.id'], ['Runtime', 'container.runtime'],
		['Image', 'container.image'], ['Pod', 'container.pod'], ['Namespace', 'container.namespace'],
		['Pod uid', 'container.pod_uid'], ['Systemd unit', 'unit', true], ['Host', 'host', true],
		['How known', 'attribution'],
	]],
	['The record', [
		['Time', 'time'], ['Last', 'last_time'], ['Count', 'count'], ['Serial', 'serial'], ['Read from', 'source'],
		['Time taken from', 'time_source'], ['Change', 'seq'],
	]],
];

const SHOWN = {
	time: (v) => `${full(Date.parse(v))} (${zone})`,
	last_time: (v) => `${full(Date.parse(v))} (${zone})`,
	count: (v) => count(v),
	attribution: words.attribution,
	source: words.source,
	time_source: words.timeSource,
	compat: (v) => (v === 1 ? 'yes' : 'no'),
	outcome: (v) => words.outcome(v).label,
	sig: (v) => ({ 31: '31 (SIGSYS)', 9: '9 (SIGKILL)', 0: 'none' }[v] ?? v),
	args: (v) => v.join(', '),
	uid: (v) => (v === 0 ? '0 (root)' : v),
};

const valueOf = (event, path) => path.split('.').reduce((at, key) => at?.[key] ?? null, event);

function unknownWord(event, path) {
	if (path.startsWith('container.') && event.container === null)
		return event.attribution === 'none' ? 'not known' : 'none';
	return 'not recorded';
}

// What the API filters by: the container's name, and numbers as they are written.
function filterFor(event, path) {
	const value = valueOf(event, path);
	if (value === null)
		return null;
	if (path === 'container.name' || (path === 'container.id' && event.container.name === null))
		return { field: 'container', value };
	return path === 'container.runtime' ? { field: 'runtime', value } : { field: path, value: String(value) };
}

export class Details {
	constructor({ app, onFilter, onClose, onStep }) {
		this.app = app;
		this.box = byId('details');
		this.onFilter = onFilter;
		this.onClose = onClose;
		this.event = null;
		byId('details-close').addEventListener('click', () => this.close());
		byId('details-copy').addEventListener('click', () => this.#copy());
		byId('details-prev').addEventListener('click', () => onStep(-1));
		byId('details-next').addEventListener('click', () => onStep(1));
		this.box.addEventListener('cancel', (event) => {
			event.preventDefault();
			this.close();
		});
	}

	get isOpen() {
		return this.box.open;
	}

	open(event) {
		this.#show(event);
		setText(byId('details-copied'), '');
		if (this.box.open)
			return;
		if (NARROW.matches)
			this.box.showModal();
		else
			this.box.show();
		document.body.classList.add('has-details');
		byId('details-title').focus({ preventScroll: true });
	}

	// The same event with a grown count or a late name.
	refresh(event) {
		const at = byId('details-body').scrollTop;
		this.#show(event);
		byId('details-body').scrollTop = at;
	}

	#show(event) {
		this.event = event;
		this.#fill();
	}

	close() {
		if (!this.box.open)
			return;
		this.box.close();
		document.body.classList.remove('has-details');
		const { event } = this;
		this.event = null;
		this.onClose(event);
	}

	#fill() {
		const { event } = this;
		const [short, text] = words.explain(event);
		byId('details-title').replaceChildren(syscallName(event), ' by ', data(event.comm ?? event.exe ?? 'unknown', 80));
		byId('details-say').replaceChildren(badge(event.outcome), el('strong', {}, short), el('p', {}, text),
			...this.#advice(event).filter(Boolean));
		byId('details-fields').replaceChildren(...GROUPS.map((group) => this.#group(group)), this.#record());
		byId('details-body').scrollTop = 0;
	}

	#advice(event) {
		const notes = [];
		if (event.count > 1) {
			const span = Date.parse(event.last_time) - Date.parse(event.time);
			notes.push(`This stands for ${plural(event.count, 'identical violation')} within ${span < 1000 ? 'a second' : duration(span)}.`);
		}
		if (event.syscall === null)
			notes.push('No table here knows a name for this number' + (event.arch === null ? ', because the record does not say its architecture.' : ' on this architecture.'));
		if (event.container === null && event.attribution === 'none')
			notes.push(`Which container it was is not known. ${words.whyUnknown(event)}`);
		const inside = event.container ? el('p', {}, el('a', { href: this.app.containerUrl(event.container.id) }, 'Why, and what to change in this container')) : null;
		return [...notes.map((note) => el('p', { class: 'note' }, note)), inside];
	}

	#group([title, fields]) {
		const rows = fields.flatMap(([label, path, filters]) => this.#field(label, path, filters));
		return el('section', {}, el('h3', {}, title), el('dl', { class: 'fields' }, rows));
	}

	#record() {
		const text = recordText(this.event);
		return el('section', {}, el('h3', {}, 'The record’s text, rebuilt from these fields'),
			el('pre', { class: 'record', tabindex: '0', 'aria-label': 'Record' }, data(text)),
			el('p', { class: 'dim' }, 'Not the original: the bytes that came are not kept.', this.event.count > 1 ? ' This is the first of them.' : ''));
	}

	#field(label, path, filters) {
		const value = valueOf(this.event, path);
		if (value === null)
			return [el('div', { class: 'absent' }, el('dt', { title: path }, label),
				el('dd', {}, unknownWord(this.event, path)))];
		const shown = SHOWN[path]?.(value) ?? value;
		const isTime = path === 'time' || path === 'last_time';
		const node = isTime ? el('time', { datetime: value, title: utc(Date.parse(value)) }, shown) : data(shown);
		return [el('div', {}, el('dt', { title: path }, label), el('dd', {}, node,
			isTime ? el('span', { class: 'dim' }, utc(Date.parse(value))) : null,
			filters || path.startsWith('container.') ? this.#filterButton(label, path) : null))];
	}

	#filterButton(label, path) {
		const term = ['container.name', 'container.id', 'container.runtime'].includes(path) || !path.includes('.')
			? filterFor(this.event, path) : null;
		if (!term || (path === 'container.id' && this.event.container.name !== null))
			return null;
		return el('button', { class: 'only', type: 'button', 'aria-label': `Show only events with this ${label.toLowerCase()}`,
			title: 'Show only these', click: () => this.onFilter(term) }, icon('filter'));
	}

	async #copy() {
		const text = JSON.stringify(this.event, null, 2);
		const done = await copyText(text, this.box);
		const note = byId('details-copied');
		setText(note, done ? 'Copied' : 'The browser does not permit copying');
		setTimeout(() => setText(note, ''), COPIED_MS);
	}
}

// The clipboard API needs a secure context; a plain-HTTP address on a network is none, so the old way stays.
export async function copyText(text, near) {
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		const area = el('textarea', { class: 'offscreen', readonly: true });
		area.value = text;
		near.append(area);
		area.select();
		const done = document.execCommand('copy');
		area.remove();
		return done;
	}
}
