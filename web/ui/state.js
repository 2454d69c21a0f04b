// SPDX-License-Identifier: MIT
// state: what the page says instead of events when there are none, or when it cannot know.

import { byId, el, setText } from './dom.js';
import { range } from './filters.js';

const code = (text) => el('code', {}, text);
const para = (...children) => el('p', {}, ...children);

function button(text, click) {
	return el('button', { type: 'button', class: 'soft', click }, text);
}

// Nothing was ever recorded: say why that is no proof, and how to see more.
function neverAny() {
	return [
		el('h3', {}, 'Nothing has been recorded yet'),
		para('That is good news only in part. The built-in profiles of Docker, containerd and Podman deny calls silently: ',
			'the program gets an error, and the kernel makes no record of it. Kills are always recorded.'),
		el('h4', {}, 'To see denials'),
		el('ul', {},
			el('li', {}, 'Containers: add ', code('"flags": ["SECCOMP_FILTER_FLAG_LOG"]'), ' to a copy of the profile and run with ',
				code('--security-opt seccomp=FILE'), '. It needs Docker 23 or Podman 4.1, with runc 1.2 or crun.'),
			el('li', {}, 'Older runc: use the action ', code('SCMP_ACT_LOG'), ' for what you want to see. It allows the call and records it.'),
			el('li', {}, 'systemd services: set ', code('SystemCallLog='), ' in the unit.')),
		para(code('seccompwatch doctor'), ' tells what this host can see; ', code('make demo'),
			' commits one harmless violation of each kind; ', code('seccompwatch import FILE'), ' reads old logs.'),
	];
}

function noneHere({ filters, health, onSince, onClear }) {
	const now = range(filters);
	const buttons = [];
	if (filters.terms.length)
		buttons.push(button('Clear the filters', onClear));
	if (now?.since !== 'all')
		buttons.push(button(now?.since === '7d' ? 'Look at all of it' : 'Look at the last week',
			() => onSince(now?.since === '7d' ? 'all' : '7d')));
	return [
		el('h3', {}, filters.terms.length ? 'No event matches these filters' : `No violation ${now?.words ?? 'in this span'}`),
		para(health.running
			? 'New ones appear here by themselves. Denials by a runtime’s built-in profile are not among them: these are silent unless the profile asks the kernel to log.'
			: 'Nobody is watching right now, so nothing new can appear.'),
		el('div', { class: 'row' }, buttons),
	];
}

export function showEmpty(options) {
	const box = byId('empty');
	box.hidden = options.hidden;
	byId('table-box').hidden = !options.hidden;
	if (!options.hidden)
		box.replaceChildren(...(options.health.empty ? neverAny() : noneHere(options)));
}

const REMEDY = {
	unreachable: 'Is it still running? Start it with “sudo seccompwatch run”. This page tries again by itself.',
	503: 'The page will show what there is as soon as the database can be read. It tries again by itself.',
};

// What was shown before stays; where nothing was, that is said instead of waited for.
export function showTrouble(error) {
	const box = byId('trouble');
	box.hidden = !error;
	if (!error)
		return;
	if (byId('headline').dataset.said !== 'yes') {
		setText(byId('headline'), 'What happened cannot be told right now');
		document.body.classList.add('bare');
	}
	setText(byId('trouble-what'), `${error.message}.`.replace(/\.\.$/, '.'));
	setText(byId('trouble-remedy'), REMEDY[error.code] ?? REMEDY[error.status] ?? 'It tries again by itself.');
}
