// SPDX-License-Identifier: MIT
// app: which view is looked at, with which filters, and when it is looked at again. The views know how to show; this
// knows what.

import { ApiError, Stream, get, withParams } from './api.js';
import { Container } from './container.js';
import { Containers } from './containers.js';
import { byId, setText } from './dom.js';
import { Events } from './events.js';
import { FilterBar } from './filterbar.js';
import * as F from './filters.js';
import { zone } from './format.js';
import { Health } from './health.js';
import { HealthView } from './healthview.js';
import { Lab } from './lab.js';
import { Overview } from './overview.js';
import { Span } from './span.js';
import { showTrouble } from './state.js';

const SETTLE_MS = 600;
const EVERY_MS = 30000;
const RETRY_MS = 4000;

let route = parse(location);
let asked = new AbortController();
let retry = 0;
const looks = { timer: 0, last: 0, took: 0 };

const app = {
	filters: route.filters,
	health: new Health(),
	get route() { return route; },
	get signal() { return asked.signal; },
	params: (options) => F.toParams(app.filters, options),
	change, clear, go, failed, trouble, reload,
};
app.span = new Span(app);
const views = { overview: new Overview(app), events: new Events(app), containers: new Containers(app),
	container: new Container(app), lab: new Lab(app), health: new HealthView(app) };
const view = () => views[route.view];

const bar = new FilterBar({
	onAdd: (name, value) => change(F.add(app.filters, name, value)),
	onRemove: (name, value) => change(name === 'since' ? { ...app.filters, since: F.DEFAULT_SINCE, until: null } : F.remove(app.filters, name, value)),
	onClear: clear,
	onSince: (since) => change({ ...app.filters, since, until: null }),
});

const stream = new Stream({
	violation: (event) => {
		app.health.record(event);
		view().violation?.(event);
		lookSoon(SETTLE_MS);
	},
	health: (status) => (status.error ? trouble({ message: status.error.message, status: 503 }) : app.health.show(status)),
	reset: () => {
		lookSoon(SETTLE_MS);
		view().reset?.();
	},
	state: connection,
});

// ---- where we are ---------------------------------------------------------------------------------------------

function unescape(text) {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

// A container's page looks at that container; its address carries the time span only.
function parse({ pathname, search }) {
	const name = window.seccompwatchView(pathname);
	const id = name === 'container' ? unescape(pathname.slice('/containers/'.length)) : null;
	const filters = F.fromQuery(search);
	return { view: name, id, filters: id ? { ...filters, terms: [{ field: 'container', value: id }] } : filters };
}

function address(to, filters) {
	const query = F.toQuery(to.startsWith('/containers/') ? { ...filters, terms: [] } : filters);
	return query ? `${to}?${query}` : to;
}

function go(url, replace = false) {
	history[replace ? 'replaceState' : 'pushState'](null, '', url);
	arrive();
}

function change(next) {
	if (F.toQuery(next) !== F.toQuery(app.filters))
		go(address(location.pathname, next));
}

function clear() {
	change({ ...F.EMPTY, since: F.range(app.filters)?.since ?? F.DEFAULT_SINCE });
}

function arrive() {
	const before = route;
	route = parse(location);
	app.filters = route.filters;
	document.documentElement.dataset.view = route.view;
	if (before.view !== route.view || before.id !== route.id) {
		views[before.view].leave?.();
		scrollTo(0, 0);
		byId('main').focus({ preventScroll: true });
	}
	load();
}

function load() {
	delete document.documentElement.dataset.settled;
	links();
	title('');
	bar.show(app.filters, route.view === 'container');
	view().enter?.();
	stream.open(app.params({ time: false }));
	reload();
}

// The views share what is looked at: going from one to the other keeps it.
function links() {
	const kept = route.view === 'container' ? { ...app.filters, terms: [] } : app.filters;
	for (const link of byId('nav').children) {
		const to = link.dataset.to;
		const path = to === 'overview' ? '/' : `/${to}`;
		link.href = to === 'lab' || to === 'health' ? path : address(path, kept);
		const here = to === route.view || (to === 'containers' && route.view === 'container');
		link[here ? 'setAttribute' : 'removeAttribute']('aria-current', 'page');
	}
	byId('report').href = `/api/v1/report?${withParams(app.params(), { format: 'html' })}`;
	byId('crumb').href = byId('top-container-more').href = address('/containers', kept);
}

app.containerUrl = (id) => address(`/containers/${encodeURIComponent(id)}`, app.filters);
app.eventsUrl = (terms) => address('/events', { ...app.filters, terms });

const NAMES = { overview: '', events: 'Events', containers: 'Containers', container: 'Container', lab: 'Profile lab', health: 'Health' };

function title(text) {
	document.title = [text, NAMES[route.view], 'seccompwatch'].filter(Boolean).join(' · ');
}
app.title = title;

// ---- looking --------------------------------------------------------------------------------------------------

function reload() {
	asked.abort();
	asked = new AbortController();
	view().begin?.(asked.signal);
	look();
}

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
	if (!signal.aborted)
		document.documentElement.dataset.settled = 'yes';
	looks.last = performance.now();
	looks.took = looks.last - begun;
}

async function ask(signal) {
	const status = get('health', null, signal).then((s) => app.health.show(s));
	if (app.filters.since === 'all')
		await status;
	await Promise.all([view().ask(signal, status), status]);
}

// Soon after something happened, but never so often that looking becomes the work.
function lookSoon(ms) {
	if (looks.timer || document.hidden)
		return;
	const rest = Math.max(1500, looks.took * 10) - (performance.now() - looks.last);
	looks.timer = setTimeout(look, Math.max(ms, rest));
}

// ---- what goes wrong ------------------------------------------------------------------------------------------

function failed(error, signal) {
	if (error.name === 'AbortError' || signal.aborted)
		return;
	if (!(error instanceof ApiError))
		throw error;
	if (error.status === 401)
		location.assign('/login');
	else if (error.status === 400)
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
	view().refused?.();
}

function trouble(error) {
	showTrouble(error);
	clearTimeout(retry);
	if (error)
		retry = setTimeout(reload, RETRY_MS);
}

// After a break, what happened in between is fetched rather than guessed.
let online = true;
function connection(ok) {
	const was = online;
	online = ok;
	views.events.online(ok);
	app.health.online(ok);
	if (ok && !was)
		reload();
}

// ---- the page -------------------------------------------------------------------------------------------------

const typing = (node) => node.matches?.('input, textarea, select') || node.isContentEditable;

function key(event) {
	if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target))
		return;
	const slash = !byId('filter-form').checkVisibility() ? null : () => byId('filter').focus();
	const does = { '/': slash, ...view().keys?.(event) }[event.key];
	if (!does)
		return;
	event.preventDefault();
	does();
}

// Links to our own views change the view; everything else is the browser's.
function follow(event) {
	const link = event.target.closest?.('a[href]');
	if (!link || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)
		return;
	const ours = link.origin === location.origin && !link.hasAttribute('download') && !link.target &&
		(window.seccompwatchView(link.pathname) !== 'overview' || link.pathname === '/');
	if (!ours || link.hash)
		return;
	event.preventDefault();
	if (link.href !== location.href)
		go(link.href);
}

function start() {
	setText(byId('zone'), zone);
	byId('theme').addEventListener('click', () => window.seccompwatchTheme());
	document.addEventListener('keydown', key);
	document.addEventListener('click', follow);
	document.addEventListener('visibilitychange', () => lookSoon(0));
	addEventListener('popstate', arrive);
	setInterval(() => lookSoon(0), EVERY_MS);
	load();
}

start();
