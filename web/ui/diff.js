// SPDX-License-Identifier: MIT
// diff: a unified diff with colours, and the words of changed decisions.

import { data, el } from './dom.js';

const KIND = { '+': 'add', '-': 'del', '@': 'hunk', '\\': 'hunk' };
const HUNK = /^@@ -(\d+)(?:,\d+)? \+(\d+)/;

// [{ kind, before, after, text }]: the file names are left out, the lines are numbered.
export function diffLines(text) {
	const lines = [];
	let before = 0, after = 0, inside = false;
	for (const line of text.replace(/\n$/, '').split('\n')) {
		const hunk = HUNK.exec(line);
		if (hunk) {
			[before, after] = [Number(hunk[1]), Number(hunk[2])];
			inside = true;
			lines.push({ kind: 'hunk', before: null, after: null, text: line });
		} else if (inside) {
			const kind = KIND[line[0]] ?? 'same';
			lines.push({ kind, before: kind === 'add' || kind === 'hunk' ? null : before, after: kind === 'del' || kind === 'hunk' ? null : after, text: line.slice(1) });
			before += kind === 'del' || kind === 'same' ? 1 : 0;
			after += kind === 'add' || kind === 'same' ? 1 : 0;
		}
	}
	return lines;
}

const SIGN = { add: '+', del: '−', same: '', hunk: '' };
const SPOKEN = { add: 'added: ', del: 'removed: ' };

function lineNode({ kind, before, after, text }) {
	if (kind === 'hunk')
		return el('div', { class: 'd-hunk' }, el('span', { class: 'd-text' }, text));
	return el('div', { class: `d-${kind}` },
		el('span', { class: 'd-no', 'aria-hidden': 'true' }, before ?? ''), el('span', { class: 'd-no', 'aria-hidden': 'true' }, after ?? ''),
		el('span', { class: 'd-sign', 'aria-hidden': 'true' }, SIGN[kind]),
		el('span', { class: 'd-text' }, SPOKEN[kind] ? el('span', { class: 'offscreen' }, SPOKEN[kind]) : null, data(text)));
}

export function diffNode(text, label) {
	return el('div', { class: 'diff', role: 'region', 'aria-label': label, tabindex: '0' }, diffLines(text).map(lineNode));
}

export function diffCounts(text) {
	const lines = diffLines(text);
	return { added: lines.filter((l) => l.kind === 'add').length, removed: lines.filter((l) => l.kind === 'del').length };
}

const short = (action) => String(action ?? '').replace(/^SCMP_ACT_/, '');

// "x86_64 mkdir(…): ERRNO EPERM → ALLOW"
export function changeNode({ arch, syscall, syscall_nr: nr, args, from, to, asked }) {
	const some = args?.some((a) => a !== null) ? `(${args.map((a) => a ?? '·').join(', ').replace(/(, ·)+$/, '')})` : '';
	return el('li', { class: asked ? 'asked' : null },
		el('code', {}, data(syscall ?? `number ${nr}`), some), el('span', { class: 'dim' }, arch),
		el('span', { class: 'from' }, short(from)), el('span', { 'aria-label': 'becomes' }, '→'), el('span', { class: 'to' }, short(to)),
		asked ? el('span', { class: 'tag' }, 'as asked') : null);
}
