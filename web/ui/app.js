// SPDX-License-Identifier: MIT
// app: what the page looks at, and when it looks again. The parts know how to show; this knows what.

import { ApiError, Stream, get, withParams } from './api.js';
import { Details } from './details.js';
import { byId, setText } from './dom.js';
import { FilterBar } from './filterbar.js';
import * as F from './filters.js';
import { clock, count, short, zone } from './format.js';
import { Health } from './health.js';
import { Live } from './live.js';
import { showEmpty, showTrouble } from './state.js';
import { EventTable, identity, showMore } from './table.js';
import { Timeline, stepFor } from './timeline.js';
import { LISTS, showTop } from './toplists.js';
import { OUTCOMES, headline, honesty } from './words.js';

const PAGE = 100;
const SETTLE_MS = 600;
const EVERY_MS = 30000;
const RETRY_MS = 4000;
const AGAIN_MS = 2000;

let filters = F.fromQuery(location.search);
let asked = new AbortController();
let cursor = null;
let loading = false;
let again = 0;
let retry = 0;
const looks = { timer: 0, last: 0, took: 0 };

const health = new Health();
const table = new EventTable({ onOpen: openDetails });
const live = new Live({ take, known: (event) => table.has(event) });
const details = new Details({ onFilter: (t) => change(F.add(filters, t.field, t.value)), onClose: closed, onStep: step });
const timeline = new Timeline({
	onSpan: (since, until) => change({ ...filters, since: new Date(since).toISOString(), until: new Date(until).toISOString() }),
	onOutcome: (name) => change(F.add(filters, 'outcome', name)),
});
const bar = new FilterBar({
	onAdd: (name, value) => change(F.add(filters, name, value)),
	onRemove: (name, value) => change(name === 'since' ? { ...filters, since: F.DEFAULT_SINCE, until: null } : F.remove(filters, name, value)),
	onClear: clear,
	onSince: (since) => change({ ...filters, since, until: null }),
});
const stream = new Stream({
	violation: (event) => {
		live.push(event);
		health.record(event);
		lookSoon(SETTLE_MS);
	},
	health: (status) => (status.error ? trouble({ message: status.error.message, status: 503 }) : health.show(status)),
	reset: manyChanged,
	state: connection,
});

// ---- what is looked at ----------------------------------------------------------------------------------------

function change(next) {
	const query = F.toQuery(next);
	if (query === F.toQuery(filters))
		return;
	filters = next;
	history.pushState(null, '', query ? `?${query}` : location.pathname);
	load();
}

function clear() {
	change({ ...F.EMPTY, since: F.range(filters)?.since ?? F.DEFAULT_SINCE });
}

function load() {
	details.close();
	live.forget();
	bar.show(filters);
	stream.open(F.toParams(filters, { time: false }));
	reload();
}

function reload() {
	asked.abort();
	asked = new AbortController();
	look();
	loadEvents(true);
}

// More changed than is said row by row: the newest page is fetched anew, when nobody is reading the old one.
function manyChanged() {
	lookSoon(SETTLE_MS);
	clearTimeout(again);
	again = setTimeout(() => (live.paused || live.reading || loading ? manyChanged() : loadEvents(true)), AGAIN_MS);
}

// ---- the overview ---------------------------------------------------------------------------------------------

async function look() {
	const { signal } = asked;
	const begun = performance.now();
	clearTimeout(looks.timer);
	looks.timer = 0;
	try {
		await ask(signal);
		trouble(null);
	} catch (error) {
		failed(error, signal);
	}
	looks.last = performance.now();
	looks.took = looks.last - begun;
}

async function ask(signal) {
	const params = F.toParams(filters);
	const status = get('health', null, signal).then((s) => health.show(s));
	if (filters.since === 'all')
		await status;
	const buckets = get('timeline', timelineParams(params), signal);
	const lists = LISTS.map((l) => get('summary', withParams(params, { by: l.by, limit: l.fetch }), signal));
	const [line, ...tops] = await Promise.all([buckets, ...lists, status]);
	if (signal.aborted)
		return;
	if (!timeline.drag)
		timeline.show(line);
	LISTS.forEach((list, i) => showTop(list, tops[i].summary, pick));
	say(line.timeline, tops[0]);
	if (!live.reading && filters.since !== 'all')
		table.dropBefore(F.span(filters, health.now(), 0).since);
}

function timelineParams(params) {
	const { since, until } = F.span(filters, health.now(), health.oldest);
	const first = filters.since === 'all' ? { since: new Date(since).toISOString() } : {};
	return withParams(params, { ...first, step: stepFor(until - since) });
}

function pick(terms) {
	change(terms.reduce((all, t) => F.add(all, t.field, t.value), filters));
}

function spanWords() {
	const chosen = F.range(filters);
	if (chosen)
		return chosen.words;
	const { since, until } = F.span(filters, health.now(), health.oldest);
	return filters.until ? `from ${clock(since, false)} to ${clock(until, false)}` : `since ${clock(since, false)}`;
}

function say(buckets, byContainer) {
	const outcomes = Object.fromEntries(OUTCOMES.map((name) => [name, 0]));
	for (const row of byContainer.summary)
		OUTCOMES.forEach((name) => { outcomes[name] += row.outcomes[name] ?? 0; });
	const inside = byContainer.summary.filter((row) => row.container !== null);
	const total = byContainer.total;
	byId('headline').dataset.said = 'yes';
	setText(byId('headline'), headline({
		total, outcomes, containers: inside.length, more: byContainer.summary.length >= LISTS[0].fetch,
		outside: inside.length < byContainer.summary.length, words: spanWords(), filtered: filters.terms.length > 0,
	}));
	const sum = (name) => buckets.reduce((all, bucket) => all + (bucket[name] || 0), 0);
	const before = health.began ? Math.max(0, health.began - Date.parse(buckets[0]?.time)) || 0 : 0;
	const seen = honesty({ lost: sum('lost_at_most'), unwatched: sum('unwatched_ms') - before,
		running: health.running || health.imported, ends: !filters.until,
		began: before > 0 ? health.now() - health.began : null });
	setText(byId('honesty'), health.imported ? 'From imported records only: what they do not hold was not seen.' : seen.text);
	byId('honesty').className = health.imported ? '' : seen.calm ? 'calm' : 'uneasy';
	setText(byId('shown'), total ? `${count(total)} in this span` : '');
	document.body.classList.toggle('bare', total === 0);
	document.title = total ? `${short(total)} · seccompwatch` : 'seccompwatch';
}

// Soon after something happened, but never so often that looking becomes the work.
function lookSoon(ms) {
	if (looks.timer || document.hidden)
		return;
	const rest = Math.max(1500, looks.took * 10) - (performance.now() - looks.last);
	looks.timer = setTimeout(look, Math.max(ms, rest));
}

// ---- the events -----------------------------------------------------------------------------------------------

// Where rows were dropped from the end, the cursor points too far back: the oldest row shown says where to go on.
function eventParams(fresh) {
	const params = withParams(F.toParams(filters), { limit: PAGE, order: 'desc' });
	if (fresh)
		return params;
	return withParams(params, table.trimmed ? { until: new Date(table.oldest + 1).toISOString() } : { cursor });
}

async function loadEvents(fresh) {
	const { signal } = asked;
	loading = true;
	showMore(!fresh && cursor !== null, true);
	try {
		const page = await get('events', eventParams(fresh), signal);
		cursor = page.next;
		if (signal.aborted)
			return;
		if (fresh)
			table.replace(page.events);
		else
			table.append(page.events);
		trouble(null);
	} catch (error) {
		failed(error, signal);
	}
	if (signal.aborted)
		return;
	loading = false;
	showMore(cursor !== null, false);
	empty();
	live.flush();
}

function empty() {
	const hidden = table.rows.size > 0 || loading || !byId('trouble').hidden || !byId('filter-error').hidden;
	showEmpty({ hidden, filters, health, onSince: (since) => change({ ...filters, since, until: null }), onClear: clear });
}

function take(events) {
	const { since, until } = F.span(filters, health.now(), -Infinity);
	const beyond = cursor === null ? -Infinity : table.oldest;
	for (const event of events) {
		const at = Date.parse(event.time);
		const belongs = (filters.since === 'all' || at >= since) && (!filters.until || at < until) && at >= beyond;
		if (belongs || table.has(event))
			table.insert(event);
		if (details.event && identity(details.event) === identity(event))
			details.refresh(event);
	}
	empty();
}

function openDetails(event) {
	table.mark(event);
	details.open(event);
}

function closed(event) {
	table.mark(null);
	table.focus(event);
}

function step(by) {
	const next = table.beside(details.event, by);
	if (!next)
		return;
	table.mark(next);
	details.open(next);
}

// ---- what goes wrong ------------------------------------------------------------------------------------------

function failed(error, signal) {
	if (error.name === 'AbortError' || signal.aborted)
		return;
	if (!(error instanceof ApiError))
		throw error;
	if (error.status === 400)
		refused(error);
	else
		trouble(error);
}

function refused(error) {
	bar.complain(error.message, error.field);
	setText(byId('headline'), 'One of these filters cannot be used');
	setText(byId('honesty'), 'Remove the one that is marked, or correct it.');
	byId('honesty').className = '';
	document.body.classList.add('bare');
	table.clear();
}

function trouble(error) {
	showTrouble(error);
	clearTimeout(retry);
	if (error)
		retry = setTimeout(reload, RETRY_MS);
}

// After a break, what happened in between is fetched rather than guessed.
function connection(ok) {
	const was = live.connected;
	live.online = ok;
	if (ok && !was)
		reload();
}

// ---- the page -------------------------------------------------------------------------------------------------

const typing = (node) => node.matches?.('input, textarea, select') || node.isContentEditable;

function key(event) {
	if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target))
		return;
	const does = {
		'/': () => byId('filter').focus(),
		Escape: () => details.close(),
		p: () => live.toggle(),
		...(byId('details').contains(event.target) && { j: () => step(1), k: () => step(-1) }),
	}[event.key];
	if (!does)
		return;
	event.preventDefault();
	does();
}

function start() {
	setText(byId('zone'), zone);
	byId('theme').addEventListener('click', () => window.seccompwatchTheme());
	byId('older').addEventListener('click', () => loadEvents(false));
	document.addEventListener('keydown', key);
	document.addEventListener('visibilitychange', () => lookSoon(0));
	addEventListener('popstate', () => {
		filters = F.fromQuery(location.search);
		load();
	});
	setInterval(() => lookSoon(0), EVERY_MS);
	load();
}

start();
