// SPDX-License-Identifier: MIT
// healthview: whether violations can be seen at all, what was missed, what is stored.

import { get } from './api.js';
import { byId, data, el, setText } from './dom.js';
import { ago, bytes, clock, count, duration, plural, timeNode } from './format.js';
import { OUTCOMES, attribution, loss as lossWords } from './words.js';

const parse = (time) => (time ? Date.parse(time) : null);

function fact(label, value, more = null, state = null) {
	return el('div', {}, el('dt', {}, label), el('dd', {}, el('strong', { class: state }, value), more ? el('span', { class: 'dim' }, more) : null));
}

const STATE = { true: ['good', '✓', 'seen'], false: ['bad', '✕', 'not seen'], null: ['dim', '?', 'not known'] };

const CHECKS = {
	audit_read: 'The kernel’s audit records', network_namespace: 'Network namespace', pid_namespace: 'Process ids',
	actions_logged: 'Recorded actions', exclude_rule: 'Audit rules', rate_limit: 'Audit’s rate limit', auditd: 'auditd',
	receive_buffer: 'Receive buffer', kernel_lost: 'Lost by the kernel', collector: 'Collector', rest: 'Only root can tell',
};

function check({ id, ok, detail, remedy }) {
	const [state, mark, word] = STATE[ok];
	return el('li', {}, el('i', { class: `mark ${state}`, 'aria-label': word, role: 'img' }, mark), el('div', {},
		el('strong', {}, CHECKS[id] ?? id), el('p', {}, detail), remedy ? el('p', { class: 'remedy' }, el('code', {}, remedy)) : null));
}

export class HealthView {
	constructor(app) {
		this.app = app;
		this.health = app.health;
		this.health.onShow = () => this.#show();
		setInterval(() => this.#show(), 5000);
	}

	enter() {
		this.#show();
	}

	async ask(signal, status) {
		const [{ timeline }] = await Promise.all([get('timeline', 'since=1h&step=1m', signal), status]);
		const minutes = timeline.map((bucket) => OUTCOMES.reduce((sum, name) => sum + bucket[name], 0));
		this.pace = { hour: minutes.reduce((a, b) => a + b, 0), most: Math.max(0, ...minutes) };
		this.#show();
	}

	#show() {
		const { status } = this.health;
		if (!status || this.app.route.view !== 'health')
			return;
		const { health } = this;
		const now = health.now();
		byId('health-facts').closest('.health-view').classList.toggle('waiting', !status.checks);
		setText(byId('health-headline'), this.#headline());
		setText(byId('health-say'), this.#sentence(now));
		byId('health-facts').replaceChildren(...this.#facts(now));
		byId('loss-facts').replaceChildren(...this.#missed());
		this.#losses(status.losses ?? []);
		byId('attribution-facts').replaceChildren(...this.#attributed());
		this.#checks(status.checks);
	}

	#headline() {
		const { health } = this;
		if (health.imported)
			return 'Imported records only';
		return health.running ? health.missed ? 'Watching, and something was lost' : 'Watching, and nothing was lost' : 'Nobody is watching';
	}

	#sentence(now) {
		const { health, health: { status } } = this;
		const last = health.lastRecord;
		if (health.imported)
			return 'No collector ever ran on this database: what the imported text does not hold was not seen.';
		if (!health.running)
			return 'Violations that happen now are not recorded. Start the collector: sudo seccompwatch run';
		const since = parse(status.collector.since);
		return `The collector has been reading the kernel ${since ? `for ${duration(now - since)}` : 'for a while'}; ` +
			`${last ? `the last record came ${ago(last, now)}.` : 'no record has come yet.'}`;
	}

	#facts(now) {
		const { collector, database, version } = this.health.status;
		const since = parse(collector.since);
		const days = database.oldest && database.newest ? Math.max(1, (parse(database.newest) - parse(database.oldest)) / 86400e3) : 1;
		return [
			fact('Collector', collector.running ? 'Running' : this.health.imported ? 'None' : 'Not running',
				collector.running && since ? ['process ', String(collector.pid), ', since ', timeNode(since)] : null,
				collector.running ? 'good' : this.health.imported ? null : 'bad'),
			fact('Last record', this.health.lastRecord ? ago(this.health.lastRecord, now) : 'none yet',
				this.health.lastRecord ? [timeNode(this.health.lastRecord)] : null),
			fact('Events', count(database.events), database.events ? ['in ', plural(database.rows, 'row'), ', about ', count(Math.round(database.events / days)), ' a day'] : null),
			fact('In the last hour', this.pace ? count(this.pace.hour) : '…', this.pace?.hour ? `at most ${count(this.pace.most)} in a minute` : null),
			fact('Kept since', database.oldest ? clock(parse(database.oldest), false) : 'nothing yet',
				database.oldest ? ago(parse(database.oldest), now) : null),
			fact('Database', bytes(database.bytes), data(database.path, 200)),
			fact('Version', version, 'collector and page are one program'),
		];
	}

	#missed() {
		const { gaps, lost_at_most: lost, kernel_lost: kernel, enobufs, malformed, unwritten } = this.health.status.loss;
		const row = (label, n, more) => fact(label, n ? count(n) : 'none', n ? more : null, n ? 'warn' : 'good');
		return [
			row('Records that never came', lost, `at most, in ${plural(gaps, 'gap')} of the serial numbers`),
			row('Dropped by the kernel', kernel, 'before they got a number'),
			row('Receive buffer overruns', enobufs, 'a reader too slow for a storm'),
			row('Unreadable lines', malformed, 'of imported text'),
			row('Not stored', unwritten, 'the disk was full or slow'),
		];
	}

	#losses(list) {
		const items = list.map(({ kind, host, first, last, count: n }) => {
			const length = parse(last) - parse(first);
			return el('li', {}, timeNode(parse(first)), el('span', {}, `${lossWords(kind, n)}${length < 1000 ? '' : kind === 'unwatched' ? ` for ${duration(length)}` : `, over ${duration(length)}`}`),
				host ? el('span', { class: 'dim' }, data(host, 60)) : null);
		});
		byId('losses').replaceChildren(...items);
	}

	#attributed() {
		const all = this.health.status.attribution;
		const sum = Object.values(all).reduce((a, b) => a + b, 0);
		return Object.entries(all).filter(([, n]) => n > 0 || sum === 0)
			.map(([name, n]) => fact(attribution(name), count(n), sum ? `${Math.round((100 * n) / sum)} %` : null));
	}

	#checks(checks) {
		byId('checks').closest('.card').hidden = !checks;
		if (!checks)
			return;
		const hidden = checks.filter((c) => c.ok === false).length;
		setText(byId('checks-say'), hidden ? `${plural(hidden, 'thing')} below keeps violations out of sight.`
			: 'Kills are always recorded. Denials are recorded only where the profile asks for it (its log flag): the built-in profiles of Docker, containerd and Podman do not.');
		const told = checks.filter((c) => c.ok !== null);
		const rest = checks.filter((c) => c.ok === null).map((c) => (CHECKS[c.id] ?? c.id).replace(/^(The |Audit|Lost|Receive)/, (w) => w.toLowerCase()));
		byId('checks').replaceChildren(...told.map(check), ...(rest.length ? [check({ id: 'rest', ok: null,
			detail: `${rest.join(', ')}. This page runs without privilege, on purpose.`, remedy: 'sudo seccompwatch doctor' })] : []));
	}
}
