// SPDX-License-Identifier: MIT
// editor: a text with line numbers, in which lines can be marked. A file can be dropped on it.

import { el, plain } from './dom.js';

const NUMBERED = 20000;
const TEXT_MAX = 1 << 20;

export class Editor {
	constructor({ label, placeholder, onChange }) {
		this.onChange = onChange;
		this.marks = new Map();
		this.lines = 0;
		this.gutter = el('div', { class: 'gutter', 'aria-hidden': 'true' });
		this.bars = el('div', { class: 'bars', 'aria-hidden': 'true' });
		this.text = el('textarea', { 'aria-label': label, placeholder, spellcheck: 'false', autocapitalize: 'off', autocomplete: 'off', wrap: 'off' });
		this.file = el('input', { type: 'file', class: 'offscreen', tabindex: '-1', 'aria-label': 'A file to read', accept: '.json,.yaml,.yml,text/*,application/json' });
		this.say = el('p', { class: 'wrongly', role: 'alert' });
		this.node = el('div', { class: 'editor-box' },
			el('div', { class: 'editor-head' }, el('strong', {}, label), el('span', { class: 'grow' }),
				el('button', { class: 'ghost', type: 'button', click: () => this.file.click() }, 'Open a file…'),
				el('button', { class: 'ghost', type: 'button', click: () => this.set('') }, 'Clear')),
			el('div', { class: 'editor' }, this.bars, this.gutter, this.text), this.say, this.file);
		this.#listen();
		this.#number();
	}

	get value() {
		return this.text.value;
	}

	set(text) {
		this.text.value = text;
		this.text.scrollTop = 0;
		this.#changed();
	}

	// [{ line, bad, message }]
	mark(marks) {
		this.marks = new Map(marks.filter((m) => m.line).map((m) => [m.line, m]));
		[...this.gutter.children].forEach((node, i) => {
			const mark = this.marks.get(i + 1);
			node.className = mark ? (mark.bad ? 'bad' : 'warn') : '';
			node.title = mark ? plain(mark.message, 400) : '';
		});
		this.bars.replaceChildren(...[...this.marks.values()].map(({ line, bad }) => {
			const bar = el('i', { class: bad ? 'bad' : 'warn' });
			bar.style.top = `${(line - 1) * this.#lineHeight}px`;
			return bar;
		}));
		this.#scroll();
	}

	go(line) {
		const lines = this.value.split('\n');
		const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
		this.text.focus();
		this.text.setSelectionRange(start, start + (lines[line - 1] ?? '').length);
		this.text.scrollTop = Math.max(0, (line - 6) * this.#lineHeight);
		this.text.scrollLeft = 0;
	}

	get #lineHeight() {
		return parseFloat(getComputedStyle(this.text).lineHeight) || 20;
	}

	#changed() {
		this.say.textContent = '';
		this.mark([]);
		this.#number();
		this.onChange();
	}

	#number() {
		const lines = Math.min(NUMBERED, this.value.split('\n').length);
		if (lines === this.lines)
			return;
		this.lines = lines;
		this.gutter.replaceChildren(...Array.from({ length: lines }, (_, i) => el('div', {}, String(i + 1))));
	}

	#scroll() {
		this.gutter.scrollTop = this.text.scrollTop;
		this.bars.style.transform = `translateY(${-this.text.scrollTop}px)`;
	}

	async #take(file) {
		if (!file)
			return;
		if (file.size > TEXT_MAX) {
			this.say.textContent = 'This file is larger than 1 MiB: no profile is.';
			return;
		}
		this.set(await file.text());
	}

	#listen() {
		this.text.addEventListener('input', () => this.#changed());
		this.text.addEventListener('scroll', () => this.#scroll(), { passive: true });
		this.file.addEventListener('change', () => {
			this.#take(this.file.files[0]);
			this.file.value = '';
		});
		const over = (on) => (event) => {
			if (!event.dataTransfer?.types.includes('Files'))
				return;
			event.preventDefault();
			this.node.classList.toggle('over', on);
		};
		this.node.addEventListener('dragover', over(true));
		this.node.addEventListener('dragleave', over(false));
		this.node.addEventListener('drop', (event) => {
			over(false)(event);
			this.#take(event.dataTransfer?.files[0]);
		});
	}
}
