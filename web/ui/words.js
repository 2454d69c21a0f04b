// SPDX-License-Identifier: MIT
// words: what actions, outcomes and losses mean, in sentences.

import { count, duration, plural } from './format.js';

export const OUTCOMES = ['killed', 'signalled', 'denied', 'notified', 'traced', 'executed', 'unknown'];

const OUTCOME = {
	killed: { label: 'Killed', mark: '✕', noun: ['kill', 'kills'] },
	signalled: { label: 'Signalled', mark: '!', noun: ['signalled call', 'signalled calls'] },
	denied: { label: 'Denied', mark: '–', noun: ['denied call', 'denied calls'] },
	notified: { label: 'Notified', mark: '?', noun: ['call handed to a supervisor', 'calls handed to a supervisor'] },
	traced: { label: 'Traced', mark: '→', noun: ['call handed to a tracer', 'calls handed to a tracer'] },
	executed: { label: 'Executed', mark: '✓', noun: ['logged call', 'logged calls'] },
	unknown: { label: 'Unknown', mark: '·', noun: ['call with an unknown outcome', 'calls with unknown outcomes'] },
};
export const outcome = (name) => OUTCOME[name] ?? OUTCOME.unknown;

const ACTION = {
	kill_process: ['The process was killed.',
		'The filter answered KILL_PROCESS: the call was not made and the kernel ended the whole process with ' +
		'SIGSYS. A container that dies this way exits with status 159 (128 + 31).'],
	kill_thread: ['The calling thread was killed.',
		'The filter answered KILL_THREAD: the call was not made and the kernel ended this thread with SIGSYS. ' +
		'A program with several threads goes on without it, and often hangs.'],
	trap: ['The program got a SIGSYS signal.',
		'The filter answered TRAP: the call was not made. A program that handles the signal may have dealt with ' +
		'it (sandboxes do this on purpose); any other dies of it.'],
	errno: ['The call was denied.',
		'The filter answered ERRNO: the call was not made, the program was told that it failed and went on. ' +
		'The kernel does not record which error it was told.'],
	user_notif: ['A supervisor was asked.',
		'The filter answered USER_NOTIF: a supervising program decided what to do. Its decision is not recorded.'],
	trace: ['A tracer was asked.',
		'The filter answered TRACE: a tracing program decided what to do. Where there was none, the call failed ' +
		'with ENOSYS.'],
	log: ['The call went through.',
		'The filter answered LOG: the call was allowed and recorded. Nothing was blocked.'],
	unknown: ['The process was killed.',
		'The filter answered with a value the kernel does not define, and the kernel treats that as ' +
		'KILL_PROCESS. The profile or the program that installed the filter is faulty.'],
};
const STRICT = ['The thread was killed.',
	'The program was in strict mode, which permits only read, write, exit and sigreturn. The kernel ended it ' +
	'with SIGKILL.'];
const NO_ACTION = ['What happened is not known.',
	'The record carries no code, so it does not say what the filter answered.'];

// [a short sentence, an explanation]
export function explain(event) {
	if (event.mode === 'strict')
		return STRICT;
	const [title, text] = ACTION[event.action] ?? NO_ACTION;
	if (event.action === 'errno' && event.errno)
		return [`The call was denied with ${event.errno}.`,
			`The filter answered ERRNO: the call was not made, the program was told ${event.errno} and went on.`];
	return [title, text];
}

const LOSS = {
	gap: (n) => `At most ${plural(n, 'record')} never arrived (a gap in the serial numbers)`,
	enobufs: (n) => `The receive buffer ran over ${n === 1 ? 'once' : `${count(n)} times`}`,
	kernel_lost: (n) => `The kernel dropped ${plural(n, 'record')} before sending them`,
	malformed: (n) => `${plural(n, 'line')} could not be read`,
	unwritten: (n) => `${plural(n, 'event')} could not be stored`,
	unwatched: () => 'Nobody was watching',
};
export const loss = (kind, n) => (LOSS[kind] ?? (() => `${plural(n, 'record')} lost (${kind})`))(n);

const ATTRIBUTION = {
	live: 'read from the process while it lived',
	cached: 'from the table of processes, read before it died',
	probe: 'seen by the probe in the kernel',
	file: 'said by the imported text',
	none: 'not known',
};
export const attribution = (name) => ATTRIBUTION[name] ?? name;

// Why an event has no container, when that is no answer in itself.
export function whyUnknown(event) {
	return event.source === 'netlink' || event.source === 'probe'
		? 'The process was gone before anyone could look.'
		: 'The imported text does not say, and the process is long gone.';
}

const SOURCE = {
	netlink: 'the kernel, live', 'audit.log': 'auditd’s log file', journal: 'the journal',
	kmsg: 'the kernel’s message text', probe: 'a probe in the kernel',
};
export const source = (name) => SOURCE[name] ?? name;

const TIME_SOURCE = {
	audit: 'the kernel’s own stamp', text: 'the log line’s, to the second', unknown: 'not recorded: when it was read',
};
export const timeSource = (name) => TIME_SOURCE[name] ?? name;

function list(parts) {
	return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

// Kills and denials first, then the commonest of the rest; what is left is one number.
function happened(outcomes) {
	const grave = ['killed', 'denied'].filter((name) => outcomes[name] > 0);
	const others = OUTCOMES.filter((name) => !grave.includes(name) && outcomes[name] > 0)
		.sort((a, b) => outcomes[b] - outcomes[a]);
	const named = [...grave, ...others.slice(0, others.length === 2 && grave.length < 2 ? 2 : 1)];
	const parts = named.map((name) => plural(outcomes[name], ...outcome(name).noun));
	const rest = others.filter((name) => !named.includes(name)).reduce((sum, name) => sum + outcomes[name], 0);
	if (rest > 0)
		parts.push(plural(rest, 'other call'));
	return list(parts);
}

function who(containers, more, outside) {
	const inside = `${more ? 'Over ' : ''}${plural(containers, 'container')}`;
	if (containers === 0)
		return outside ? 'Programs in no known container' : 'Something';
	return outside ? `${inside} and other programs` : inside;
}

// "3 containers had 214 denied calls in the last 24 hours"
export function headline({ total, outcomes, containers, more, outside, words, filtered }) {
	if (total === 0)
		return `No ${filtered ? 'matching ' : ''}violation ${words}`;
	return `${who(containers, more, outside)} had ${happened(outcomes)} ${words}`;
}

const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}.`;

// What could not be seen: { text, calm }. Calm only when the whole span was watched and nothing was lost, or when it
// was watched from the very beginning (`began`: how long ago that is).
export function honesty({ lost, unwatched, running, ends, began }) {
	const parts = [];
	if (!running && ends)
		parts.push('nobody is watching now');
	if (unwatched >= 1000)
		parts.push(parts.length ? `${duration(unwatched)} of it went unwatched` : `nobody was watching for ${duration(unwatched)} of it`);
	if (lost > 0)
		parts.push(`up to ${plural(lost, 'record was', 'records were')} lost`);
	const first = began === null ? '' : `Recording began ${duration(began)} ago. `;
	if (parts.length)
		return { text: first + sentence(list(parts)), calm: false };
	return { text: first ? `${first}Nothing was lost since.` : 'It was watched all the time, and nothing was lost.', calm: true };
}
