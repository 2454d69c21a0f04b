// SPDX-License-Identifier: MIT
// rows: what one event looks like in the table.

import { data, el, plain } from './dom.js';
import { clock, count, short, timeNode, utc } from './format.js';
import { outcome, whyUnknown } from './words.js';

const CELL_MAX = 160;

// Identical violations of one calendar second are one row, whatever its serial and count grow to.
export function identity(e) {
	return JSON.stringify([e.host, Math.floor(Date.parse(e.time) / 1000), e.pid, e.arch, e.syscall_nr, e.code, e.uid,
		e.comm, e.exe, e.time_source === 'audit' ? null : e.serial]);
}

export function badge(name) {
	const { label, mark } = outcome(name);
	return el('span', { class: `badge o-${name}` }, el('i', { 'aria-hidden': 'true' }, mark), label);
}

export function syscallName(e) {
	if (e.syscall !== null)
		return data(e.syscall);
	return el('span', { class: 'none' }, `number ${e.syscall_nr}`);
}

function syscallCell(e) {
	const foreign = e.arch === null || e.compat === 1 || e.arch.startsWith('0x');
	return [syscallName(e), foreign ? el('span', { class: 'dim' }, e.arch ?? 'arch unknown') : null];
}

function programCell(e) {
	const name = e.comm ?? e.exe;
	if (name === null)
		return [el('span', { class: 'none' }, `process ${e.pid ?? 'unknown'}`)];
	const path = e.comm !== null && e.exe !== null ? el('span', { class: 'dim' }, data(e.exe, CELL_MAX)) : null;
	return [data(name, CELL_MAX), path];
}

function whereCell(e) {
	const c = e.container;
	if (c) {
		const more = c.pod ?? c.image;
		return [data(c.name ?? c.id.slice(0, 12), CELL_MAX),
			more ? el('span', { class: 'dim' }, data(more, CELL_MAX)) : null];
	}
	if (e.unit)
		return [data(e.unit, CELL_MAX), el('span', { class: 'dim' }, 'systemd unit')];
	const gone = e.attribution === 'none';
	return [el('span', { class: 'none', title: gone ? whyUnknown(e) : null },
		gone ? 'not known' : 'no container')];
}

const times = (n) => (n > 1 ? `×\u202f${short(n)}` : '');

export function spoken(e) {
	const who = plain(e.comm ?? e.exe ?? `process ${e.pid}`, 60);
	const where = e.container ? ` in ${plain(e.container.name ?? e.container.id, 60)}` : '';
	return `${clock(Date.parse(e.time))}, ${outcome(e.outcome).label}: ` +
		`${e.syscall === null ? `number ${e.syscall_nr}` : plain(e.syscall)} by ${who}${where}, ${count(e.count)} times`;
}

export function cells(e) {
	const cell = (name, ...children) => el('td', { class: `c-${name}`, role: 'gridcell' }, ...children);
	return [
		cell('time', timeNode(Date.parse(e.time))),
		cell('outcome', badge(e.outcome)),
		cell('syscall', ...syscallCell(e)),
		cell('program', ...programCell(e)),
		cell('where', ...whereCell(e)),
		cell('count', el('span', { title: e.count > 1 ? `${count(e.count)} identical, the last at ${utc(Date.parse(e.last_time))}` : null },
			times(e.count))),
	];
}
