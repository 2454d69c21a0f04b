// SPDX-License-Identifier: MIT
// filters: what is looked at. The page's own address, the API and the command line share these words.

export const RANGES = [
	{ since: '1h', words: 'in the last hour', ms: 3600e3 },
	{ since: '24h', words: 'in the last 24 hours', ms: 86400e3 },
	{ since: '7d', words: 'in the last 7 days', ms: 7 * 86400e3 },
	{ since: '30d', words: 'in the last 30 days', ms: 30 * 86400e3 },
	{ since: 'all', words: 'since recording began', ms: Infinity },
];
export const DEFAULT_SINCE = '24h';

export const FIELDS = [
	{ name: 'container', label: 'Container', hint: 'its name, or the beginning of its id' },
	{ name: 'syscall', label: 'Syscall', hint: 'ptrace, mount, …' },
	{ name: 'outcome', label: 'Outcome', hint: 'killed, denied, …',
		values: ['killed', 'signalled', 'denied', 'notified', 'traced', 'executed', 'unknown'] },
	{ name: 'action', label: 'Action', hint: 'what the filter answered',
		values: ['kill_process', 'kill_thread', 'trap', 'errno', 'user_notif', 'trace', 'log', 'unknown'] },
	{ name: 'comm', label: 'Program', hint: 'the name it shows, at most 15 bytes' },
	{ name: 'exe', label: 'Executable', hint: 'the path of the program' },
	{ name: 'pid', label: 'Process', hint: 'a number' },
	{ name: 'uid', label: 'User id', hint: 'a number' },
	{ name: 'unit', label: 'Unit', hint: 'a systemd unit, such as ssh.service' },
	{ name: 'runtime', label: 'Runtime', hint: 'docker, podman, …' },
	{ name: 'arch', label: 'Architecture', hint: 'x86_64, x86, aarch64, …' },
	{ name: 'host', label: 'Host', hint: 'the machine that recorded it' },
	{ name: 'text', label: 'Text', hint: 'any part of a name, a path or a call' },
	{ name: 'since', label: 'Since', hint: 'an age such as 90s, 15m, 2h, 7d, or a date' },
	{ name: 'until', label: 'Until', hint: 'an age or a date' },
];
const BY_NAME = new Map(FIELDS.map((f) => [f.name, f]));
const isTime = (name) => name === 'since' || name === 'until';

export const field = (name) => BY_NAME.get(name);

export const EMPTY = Object.freeze({ since: DEFAULT_SINCE, until: null, terms: [] });

export function fromQuery(search) {
	const params = new URLSearchParams(search);
	const terms = [];
	for (const [name, value] of params)
		if (value !== '' && BY_NAME.has(name) && !isTime(name))
			terms.push({ field: name, value });
	return { since: params.get('since') || DEFAULT_SINCE, until: params.get('until') || null, terms };
}

// The page's address: the default is left out, so that "no filter" is a clean address.
export function toQuery(filters) {
	const params = new URLSearchParams();
	if (filters.since !== DEFAULT_SINCE)
		params.append('since', filters.since);
	if (filters.until)
		params.append('until', filters.until);
	for (const { field: name, value } of filters.terms)
		params.append(name, value);
	return params.toString();
}

export function toParams(filters, { time = true, terms = true } = {}) {
	const params = new URLSearchParams();
	if (time && filters.since !== 'all')
		params.append('since', filters.since);
	if (time && filters.until)
		params.append('until', filters.until);
	for (const { field: name, value } of terms ? filters.terms : [])
		params.append(name, value);
	return params;
}

export const has = (filters, name, value) => filters.terms.some((t) => t.field === name && t.value === value);

export function add(filters, name, value) {
	if (isTime(name))
		return { ...filters, [name]: value };
	if (has(filters, name, value))
		return filters;
	return { ...filters, terms: [...filters.terms, { field: name, value }] };
}

export function remove(filters, name, value) {
	if (name === 'since')
		return { ...filters, since: DEFAULT_SINCE };
	if (name === 'until')
		return { ...filters, until: null };
	return { ...filters, terms: filters.terms.filter((t) => t.field !== name || t.value !== value) };
}

export const range = (filters) => (filters.until ? null : RANGES.find((r) => r.since === filters.since) ?? null);

const AGE = /^(\d+)([smhdw])$/;
const AGE_MS = { s: 1e3, m: 60e3, h: 3600e3, d: 86400e3, w: 604800e3 };

// The instant a time word means, NaN when the server has to say what is wrong with it.
export function instant(word, now) {
	const age = AGE.exec(word);
	if (age)
		return now - Number(age[1]) * AGE_MS[age[2]];
	return /^\d+$/.test(word) ? Number(word) * 1000 : Date.parse(word);
}

// [since, until) in ms; `oldest` stands for the beginning of everything.
export function span(filters, now, oldest) {
	const until = filters.until ? instant(filters.until, now) : now;
	const since = filters.since === 'all' ? oldest : instant(filters.since, now);
	return { since: Number.isFinite(since) ? since : now - 3600e3, until: Number.isFinite(until) ? until : now };
}

// "syscall:ptrace", "syscall=ptrace" and a pasted "--syscall ptrace" all mean the same.
export function parseTerm(text) {
	const match = /^-{0,2}([a-z]+)\s*[:= ]\s*(.*)$/is.exec(text.trim());
	const name = match?.[1].toLowerCase();
	return match && BY_NAME.has(name) ? { field: name, value: match[2].trim() } : null;
}
