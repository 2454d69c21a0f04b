// SPDX-License-Identifier: MIT
// suggestions: what was denied, why, how risky it is to allow, and what can be done, each option with its proof.

import { changeNode } from './diff.js';
import { block, data, el, icon } from './dom.js';
import { clock, plural, timeNode } from './format.js';
import { badge } from './rows.js';

const RISK = { low: ['good', '▽'], medium: ['warn', '◇'], high: ['bad', '▲'] };
const OUTCOME = { kill_process: 'killed', kill_thread: 'killed', unknown: 'killed', trap: 'signalled', errno: 'denied', user_notif: 'notified',
	trace: 'traced', log: 'executed' };
const CHANGES_SHOWN = 40;
const EXES_SHOWN = 4;
const RULE_MAX = 4000;
const STUB = 'the runtime’s own stub for calls newer than the profile';

function risk(item) {
	const [state, mark] = RISK[item.risk] ?? ['dim', '?'];
	return el('span', { class: `risk ${state}` }, el('i', { 'aria-hidden': 'true' }, mark), `${item.risk} risk`);
}

const time = (text) => timeNode(Date.parse(text), clock(Date.parse(text), false));

function evidence(item) {
	const shown = item.exes.slice(0, EXES_SHOWN).flatMap((exe, i) => [i ? ', ' : '', data(exe, 120)]);
	const more = item.exes.length - EXES_SHOWN;
	return el('p', { class: 'evidence' }, el('b', {}, plural(item.count, 'time')), ', ', time(item.first), item.first === item.last ? null : [' to ', time(item.last)],
		shown.length ? [' by ', ...shown, more > 0 ? ` and ${more} more` : null] : null,
		item.errno ? ` (answered with ${item.errno})` : null);
}

function decided(item) {
	if (item.decided_by === null)
		return el('span', { class: 'none' }, 'not this profile');
	if (item.decided_by === 'stub')
		return STUB;
	return item.decided_by === '/defaultAction' ? ['the profile’s default ', el('code', {}, '/defaultAction')]
		: ['the rule ', el('code', {}, data(item.decided_by))];
}

// "mkdir on x86_64, x32 and x86" where it is one call's, else how many.
function sayChanged(changed) {
	const names = new Set(changed.map((c) => c.syscall ?? c.syscall_nr));
	const arches = [...new Set(changed.map((c) => c.arch))];
	if (names.size > 1 || arches.length > 4)
		return plural(changed.length, 'decision');
	return [...names][0] + ' on ' + (arches.length < 2 ? arches.join('') : `${arches.slice(0, -1).join(', ')} and ${arches.at(-1)}`);
}

function proof(option) {
	const { changed } = option;
	if (!changed.length)
		return null;
	return el('details', {}, el('summary', {}, `Proven: changes ${sayChanged(changed)}, and nothing else`),
	el('ul', { class: 'changes' }, changed.slice(0, CHANGES_SHOWN).map(changeNode),
		changed.length > CHANGES_SHOWN ? el('li', { class: 'dim' }, `and ${plural(changed.length - CHANGES_SHOWN, 'more decision')}`) : null));
}

function option(o, recommended) {
	return el('li', { class: `option${recommended ? ' best' : ''}${o.kind === 'keep' ? ' keep' : ''}` },
		el('div', { class: 'option-title' }, el('span', {}, data(o.title)), recommended ? el('span', { class: 'tag' }, 'recommended') : null),
		o.line ? el('pre', { class: 'record' }, block(o.line)) : null, proof(o));
}

// Smallest change first as the server has it, but what it recommends is read first.
function options(item) {
	const best = item.options.filter((o) => o.kind === item.recommended);
	const rest = item.options.filter((o) => o.kind !== item.recommended);
	return [el('ul', { class: 'options' }, best.map((o) => option(o, true))),
		rest.length ? el('details', { class: 'others' }, el('summary', {}, `${plural(rest.length, 'other option')}`), el('ul', { class: 'options' }, rest.map((o) => option(o, false)))) : null];
}

export function suggestionCard(item, { rule, onMute }) {
	const name = item.syscall ?? `number ${item.syscall_nr}`;
	return el('article', { class: item.muted ? 'card suggestion muted' : 'card suggestion' },
		el('header', {}, el('h3', {}, data(name)), el('span', { class: 'dim' }, item.arch), badge(OUTCOME[item.action] ?? 'unknown'), risk(item),
			el('span', { class: 'grow' }), onMute ? el('button', { class: 'ghost', type: 'button',
				'aria-label': item.muted ? `Show ${name} again` : `Mute ${name}: known noise`, title: item.muted ? 'Propose it again' : 'Known noise: do not propose it again',
				click: () => onMute(item) }, icon('mute'), item.muted ? 'Unmute' : 'Mute') : null),
		evidence(item),
		el('dl', { class: 'why' },
			el('div', {}, el('dt', {}, 'Decided by'), el('dd', {}, decided(item), el('span', { class: 'dim' }, data(item.reason)),
				rule ? el('details', {}, el('summary', {}, 'Show the rule'), el('pre', { class: 'record' }, block(rule, RULE_MAX))) : null)),
			el('div', {}, el('dt', {}, 'If allowed'), el('dd', {}, data(item.risk_reason)))),
		...options(item));
}
