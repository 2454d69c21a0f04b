// SPDX-License-Identifier: MIT
// export: exactly what the filters show, oldest first, as the command line writes it.

import { get, withParams } from './api.js';
import { byId, el, icon, setText } from './dom.js';
import { count } from './format.js';

const PAGE = 1000;
const ROWS_MAX = 200000;

const CONTAINER = ['id', 'runtime', 'name', 'image', 'pod', 'namespace', 'pod_uid', 'outer', 'uid', 'user'];

// A cell that a spreadsheet would take for a formula gets an apostrophe.
function cell(value) {
	if (value === null || value === undefined)
		return '';
	if (typeof value === 'number')
		return String(value);
	const text = Array.isArray(value) ? value.join(' ') : String(value);
	const formula = /^[=+\-@\t\r]/.test(text);
	return formula || /[,"\r\n]/.test(text) ? `"${formula ? '\'' : ''}${text.replaceAll('"', '""')}"` : text;
}

function flat(event) {
	return Object.entries(event).flatMap(([name, value]) => (name === 'container'
		? CONTAINER.map((part) => [`container_${part}`, value?.[part] ?? null]) : [[name, value]]));
}

const FORMATS = {
	csv: {
		label: 'CSV', type: 'text/csv',
		head: (event) => (event ? `${flat(event).map(([name]) => name).join(',')}\r\n` : ''),
		line: (event) => `${flat(event).map(([, value]) => cell(value)).join(',')}\r\n`,
	},
	jsonl: { label: 'JSON lines', type: 'application/x-ndjson', head: () => '', line: (event) => `${JSON.stringify(event)}\n` },
};

export function save(name, type, parts) {
	const link = el('a', { download: name, href: URL.createObjectURL(new Blob(parts, { type })) });
	document.body.append(link);
	link.click();
	link.remove();
	setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// Pages come newest first, each in the order of the file.
async function collect(app, format, signal, said) {
	const params = withParams(app.params(), { limit: PAGE, order: 'asc' });
	const parts = [];
	let cursor = null, rows = 0, head = '';
	do {
		const page = await get('events', withParams(params, { cursor }), signal);
		head ||= format.head(page.events[0]);
		parts.push(page.events.map(format.line).join(''));
		rows += page.events.length;
		cursor = page.next;
		said(`${count(rows)} rows…`);
	} while (cursor !== null && rows < ROWS_MAX);
	return { parts: [head, ...parts.reverse()], rows, whole: cursor === null };
}

export class Exporter {
	constructor(app) {
		this.app = app;
		this.say = byId('export-say');
		byId('export').replaceChildren(
			el('span', { class: 'dim', id: 'export-label' }, 'Export'),
			...Object.entries(FORMATS).map(([name, { label }]) => el('button', { class: 'ghost', type: 'button', 'data-format': name,
				'aria-label': `Export what is shown as ${label}`, title: `Everything that these filters match, as ${label}`,
				click: () => this.run(name) }, name === 'csv' ? icon('save') : null, label)));
	}

	async run(name) {
		const format = FORMATS[name];
		const { signal } = this.app;
		const said = (text) => {
			this.say.hidden = !text;
			setText(this.say, text);
		};
		try {
			const { parts, rows, whole } = await collect(this.app, format, signal, said);
			save(`seccompwatch-events.${name}`, format.type, parts);
			said(whole ? `${count(rows)} rows saved.`
				: `Only the newest ${count(rows)} rows are in the file: a browser is no place for more. ` +
					`All of them: seccompwatch events --format ${name} -o FILE, with the same filters.`);
		} catch (error) {
			said('');
			this.app.failed(error, signal);
		}
	}
}
