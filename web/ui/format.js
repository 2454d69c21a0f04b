// SPDX-License-Identifier: MIT
// format: numbers, sizes and times as a person reads them.

import { el } from './dom.js';

const NUMBER = new Intl.NumberFormat('en');
const SHORT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const CLOCK = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
const DAY = { day: 'numeric', month: 'short' };
const UNITS = [['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]];

const formatter = (options) => new Intl.DateTimeFormat('en-GB', options);
const SECOND_CLOCK = formatter({ ...CLOCK, second: '2-digit' });
const MINUTE_CLOCK = formatter(CLOCK);
const DAY_ONLY = formatter(DAY);
const WEEKDAY = formatter({ weekday: 'short', day: 'numeric' });
const DAY_YEAR = formatter({ ...DAY, year: 'numeric' });
const FULL = formatter({ ...DAY, year: 'numeric', ...CLOCK, second: '2-digit', fractionalSecondDigits: 3 });
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone || 'local time';

export const zone = ZONE;
export const count = (n) => NUMBER.format(n);
export const short = (n) => (Math.abs(n) < 10000 ? NUMBER.format(n) : SHORT.format(n).replace(/([KMBT])$/, '\u202f$1'));
export const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;

export function bytes(n) {
	const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
	let i = 0;
	while (n >= 1024 && i < units.length - 1) {
		n /= 1024;
		i++;
	}
	return `${i === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)} ${units[i]}`;
}

// "3 days", "12 minutes": one unit, rounded down, as people say it.
export function duration(ms) {
	const seconds = Math.max(0, Math.round(ms / 1000));
	for (const [name, size] of UNITS)
		if (seconds >= size)
			return plural(Math.floor(seconds / size), name);
	return 'a moment';
}

export const ago = (time, now) => (now - time < 1500 ? 'just now' : `${duration(now - time)} ago`);

const sameDay = (a, b) => a.toDateString() === b.toDateString();

export function clock(ms, seconds = true) {
	const date = new Date(ms);
	const today = new Date();
	const time = (seconds ? SECOND_CLOCK : MINUTE_CLOCK).format(date);
	if (sameDay(date, today))
		return time;
	return `${(date.getFullYear() === today.getFullYear() ? DAY_ONLY : DAY_YEAR).format(date)}, ${time}`;
}

export const minute = (ms) => MINUTE_CLOCK.format(ms);
export const weekday = (ms) => WEEKDAY.format(ms);
export const day = (ms) => DAY_ONLY.format(ms);
export const dayYear = (ms) => DAY_YEAR.format(ms);
export const full = (ms) => FULL.format(ms);
export const utc = (ms) => `${new Date(ms).toISOString().replace('T', ' ').replace('Z', '')} UTC`;

// The local time to read, UTC on hover, the exact instant for machines.
export function timeNode(ms, text = clock(ms)) {
	return el('time', { datetime: new Date(ms).toISOString(), title: utc(ms) }, text);
}

// "since 09:12": when something began, as far as the span that is looked at tells.
export const since = (time) => ['since ', timeNode(Date.parse(time), clock(Date.parse(time), false))];
