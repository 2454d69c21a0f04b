// SPDX-License-Identifier: MIT
// filterbar: the filters as chips, and one field that completes names and values of new ones.

import { get, withParams } from './api.js';
import { byId, data, el, icon, plain, setText } from './dom.js';
import { FIELDS, RANGES, field, parseTerm, range, toParams } from './filters.js';
import { clock, short } from './format.js';

const SHOWN = 9;
const VALUES = 300;
const STALE_MS = 20000;
const ANYWHERE = ['container', 'syscall', 'comm'];
// Nothing completes a free text.
const TIMES = { text: [], since: ['15m', '1h', '6h', '24h', '7d', '30d'], until: ['15m', '1h', '6h', '24h', '7d'] };

export class FilterBar {
	constructor({ onAdd, onRemove, onClear, onSince }) {
		Object.assign(this, { onAdd, onRemove, onClear });
		this.input = byId('filter');
		this.list = byId('suggest');
		this.known = new Map();
		this.options = [];
		this.active = -1;
		this.filters = null;
		for (const button of byId('ranges').children)
			button.addEventListener('click', () => onSince(button.dataset.since));
		byId('clear').addEventListener('click', () => onClear());
		this.input.addEventListener('input', () => this.#suggest());
		this.input.addEventListener('focus', () => this.#suggest());
		this.input.addEventListener('blur', () => this.#close());
		this.input.addEventListener('keydown', (event) => this.#key(event));
		this.list.addEventListener('pointerdown', (event) => event.preventDefault());
		byId('filter-form').addEventListener('submit', (event) => event.preventDefault());
	}

	// `fixed`: the terms are the page's own, only the time span can be changed.
	show(filters, fixed = false) {
		if (this.filters?.since !== filters.since)
			this.known.clear();
		this.filters = filters;
		const chosen = range(filters);
		for (const button of byId('ranges').children)
			button.setAttribute('aria-pressed', String(button.dataset.since === chosen?.since));
		const chips = (fixed ? [] : filters.terms).map((t) => this.#chip(t.field, t.value));
		if (filters.until || !RANGES.some((r) => r.since === filters.since))
			chips.unshift(this.#chip('since', filters.since));
		if (filters.until)
			chips.splice(1, 0, this.#chip('until', filters.until));
		byId('chips').replaceChildren(...chips);
		byId('clear').hidden = chips.length === 0;
		this.complain(null);
	}

	// What the server refused, said where it was typed.
	complain(message, name = null) {
		const box = byId('filter-error');
		box.hidden = !message;
		setText(box, message ?? '');
		for (const chip of byId('chips').children)
			chip.classList.toggle('wrong', Boolean(message) && chip.dataset.field === name);
	}

	#chip(name, value) {
		const { label } = field(name);
		const chip = el('li', { class: 'chip' }, el('span', { class: 'chip-field' }, label), chipValue(name, value),
			el('button', { type: 'button', 'aria-label': `Remove the filter ${label}: ${plain(value, 60)}`, title: 'Remove',
				click: () => this.#removeChip(name, value) }, icon('close')));
		chip.dataset.field = name;
		return chip;
	}

	#removeChip(name, value) {
		this.onRemove(name, value);
		(byId('chips').querySelector('button') ?? this.input).focus({ preventScroll: true });
		if (document.activeElement === this.input)
			this.#close();
	}

	#apply(option) {
		if (!option.value) {
			this.input.value = `${option.field}:`;
			this.#suggest();
			return;
		}
		this.input.value = '';
		this.#close();
		this.onAdd(option.field, option.value);
	}

	#enter() {
		const text = this.input.value;
		const term = parseTerm(text);
		if (this.active >= 0)
			this.#apply(this.options[this.active]);
		else if (term?.value)
			this.#apply(term);
		else if (term)
			this.complain(`Which ${field(term.field).label.toLowerCase()}? Type a value after the colon.`);
		else if (text.trim())
			this.#apply({ field: 'text', value: text.trim() });
	}

	#key(event) {
		const { key } = event;
		if (key === 'Enter') {
			event.preventDefault();
			this.#enter();
		} else if (key === 'ArrowDown' || key === 'ArrowUp') {
			event.preventDefault();
			this.#move(key === 'ArrowDown' ? 1 : -1);
		} else if (key === 'Escape') {
			event.stopPropagation();
			if (this.list.hidden)
				this.input.blur();
			this.#close();
		} else if (key === 'Backspace' && this.input.value === '' && this.filters.terms.length) {
			const last = this.filters.terms.at(-1);
			this.onRemove(last.field, last.value);
		}
	}

	#move(step) {
		if (this.list.hidden) {
			this.#suggest();
			return;
		}
		const n = this.options.length;
		this.active = n ? (this.active + step + n + (this.active < 0 && step < 0 ? 1 : 0)) % n : -1;
		this.#mark();
	}

	#mark() {
		[...this.list.children].forEach((node, i) => {
			node.setAttribute('aria-selected', String(i === this.active));
			if (i === this.active)
				node.scrollIntoView({ block: 'nearest' });
		});
		if (this.active < 0)
			this.input.removeAttribute('aria-activedescendant');
		else
			this.input.setAttribute('aria-activedescendant', `suggest-${this.active}`);
	}

	async #suggest() {
		this.complain(null);
		const text = this.input.value;
		this.#offer(await this.#find(text), text);
	}

	#offer(options, text) {
		if (document.activeElement !== this.input || this.input.value !== text)
			return;
		this.options = options;
		this.active = -1;
		this.list.replaceChildren(...options.map((option, i) => this.#option(option, i)));
		this.list.hidden = options.length === 0;
		this.input.setAttribute('aria-expanded', String(options.length > 0));
		this.#mark();
	}

	#option(option, i) {
		const inside = option.value
			? [el('span', { class: 'chip-field' }, field(option.field).label), data(option.value, 120),
				option.count ? el('span', { class: 'num' }, short(option.count)) : null]
			: [el('span', { class: 'chip-field' }, `${option.field}:`), el('span', { class: 'dim' }, option.hint)];
		return el('li', { id: `suggest-${i}`, role: 'option', 'aria-selected': 'false', click: () => this.#apply(option) }, inside);
	}

	#close() {
		this.list.hidden = true;
		this.active = -1;
		this.input.setAttribute('aria-expanded', 'false');
		this.input.removeAttribute('aria-activedescendant');
	}

	async #find(text) {
		const term = parseTerm(text);
		if (term)
			return (await this.#values(term.field, term.value)).slice(0, SHOWN);
		const word = text.trim().toLowerCase();
		const fields = FIELDS.filter((f) => f.name.includes(word) || f.label.toLowerCase().includes(word))
			.map((f) => ({ field: f.name, value: null, hint: f.hint }));
		if (!word)
			return fields;
		const found = await Promise.all(ANYWHERE.map((name) => this.#values(name, word)));
		return [...fields.slice(0, 3), ...found.flat().slice(0, SHOWN - 2)];
	}

	async #values(name, part) {
		const word = part.toLowerCase();
		const all = await this.#all(name);
		return all.filter((o) => o.value.toLowerCase().includes(word) && o.value !== part);
	}

	async #all(name) {
		const fixed = field(name).values ?? TIMES[name];
		if (fixed)
			return fixed.map((value) => ({ field: name, value }));
		const known = this.known.get(name);
		if (known && Date.now() - known.at < STALE_MS)
			return known.options;
		const options = await this.#ask(name).catch(() => []);
		this.known.set(name, { at: Date.now(), options });
		return options;
	}

	async #ask(name) {
		const params = withParams(toParams(this.filters, { terms: false }), { by: name, limit: VALUES });
		const { summary } = await get('summary', params);
		return summary.filter((row) => row[name] !== null)
			.map((row) => ({ field: name, value: String(row[name]), count: row.count }));
	}
}

// Instants are read in the local zone; ages and names as they are.
function chipValue(name, value) {
	const instant = (name === 'since' || name === 'until') && /^\d{4}-/.test(value) ? Date.parse(value) : NaN;
	return Number.isNaN(instant) ? data(value, 48) : el('span', { title: value }, clock(instant, false));
}
