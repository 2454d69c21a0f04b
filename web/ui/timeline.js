// SPDX-License-Identifier: MIT
// timeline: events by time, stacked by outcome, with what nobody saw drawn as such.

/* global Chart */
import { byId, el, setText } from './dom.js';
import { clock, count, day, dayYear, duration, minute, plural, short, weekday } from './format.js';
import { OUTCOMES, outcome } from './words.js';

const STEPS = [['1m', 60e3], ['2m', 120e3], ['5m', 300e3], ['10m', 600e3], ['15m', 900e3], ['30m', 1800e3],
	['1h', 3600e3], ['2h', 7200e3], ['3h', 10800e3], ['6h', 21600e3], ['12h', 43200e3], ['1d', 86400e3],
	['7d', 604800e3], ['30d', 2592000e3]];
const MAX_BARS = 84;
const TICK_PX = 72;
const MAJORS = [60e3, 300e3, 600e3, 900e3, 1800e3, 3600e3, 7200e3, 10800e3, 21600e3, 43200e3, 86400e3, 172800e3,
	604800e3, 2592000e3, 7776000e3, 31536000e3];

// The finest step that leaves bars wide enough to point at.
export function stepFor(ms) {
	return (STEPS.find(([, size]) => ms / size <= MAX_BARS) ?? STEPS.at(-1))[0];
}

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

function hatch(colour) {
	const tile = document.createElement('canvas');
	tile.width = tile.height = 8;
	const g = tile.getContext('2d');
	g.strokeStyle = colour;
	g.lineWidth = 1.4;
	for (const x of [-4, 4]) {
		g.moveTo(x, 8);
		g.lineTo(x + 8, 0);
	}
	g.moveTo(8, 12);
	g.lineTo(12, 8);
	g.stroke();
	return g.createPattern(tile, 'repeat');
}

// Neighbouring unwatched buckets join to one band. A bucket that was unwatched in part is drawn in part, at the
// side where its neighbour is unwatched too.
export function unwatchedBands(buckets, step) {
	const bands = [];
	buckets.forEach((bucket, i) => {
		const part = Math.min(1, bucket.unwatched_ms / step);
		if (part <= 0.01)
			return;
		const last = bands.at(-1);
		const joins = last && last.to === i;
		if (joins)
			last.to = i + part;
		else
			bands.push({ from: i + 1 - part, to: i + 1, ms: 0 });
		bands.at(-1).ms += bucket.unwatched_ms;
	});
	return bands;
}

const localStep = (ms, size) => Math.floor((ms - new Date(ms).getTimezoneOffset() * 60e3) / size);

function tickLabel(ms, major, spanMs) {
	if (major >= 86400e3)
		return spanMs > 300 * 86400e3 ? dayYear(ms) : spanMs > 8 * 86400e3 ? day(ms) : weekday(ms);
	return localStep(ms, 86400e3) !== localStep(ms - major, 86400e3) ? weekday(ms) : minute(ms);
}

export class Timeline {
	constructor({ onSpan, onOutcome }) {
		this.onSpan = onSpan;
		this.onOutcome = onOutcome;
		this.canvas = byId('chart');
		this.buckets = [];
		this.step = 60e3;
		this.drag = null;
		this.chart = null;
		document.querySelector('script[src*="chart"]').addEventListener('load', () => this.line && this.show(this.line));
		document.addEventListener('themechange', () => this.#restyle());
		this.#listen();
	}

	// The chart's program may come later than the data.
	show(line) {
		this.line = line;
		if (typeof Chart === 'undefined')
			return;
		this.buckets = line.timeline;
		this.step = line.step_ms;
		this.#draw(line.timeline);
	}

	// Buckets are whole, so that the first may begin before the span: exact counts are told where they are known.
	count(outcomes) {
		this.counts = outcomes;
		if (this.chart)
			this.#legend();
	}

	#draw(timeline) {
		if (!this.chart)
			this.#create();
		const { data } = this.chart;
		data.labels = timeline.map((b) => Date.parse(b.time));
		for (const set of data.datasets)
			set.data = timeline.map((b) => b[set.outcome] || null);
		this.chart.update('none');
		this.#describe();
		this.#legend();
	}

	#create() {
		this.colours = this.#palette();
		Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
		new Chart(this.canvas, {
			type: 'bar',
			data: { labels: [], datasets: OUTCOMES.map((name) => this.#dataset(name)) },
			options: this.#options(),
			plugins: [{ id: 'unseen', beforeInit: (chart) => { this.chart = chart; },
				beforeDatasetsDraw: () => this.#drawBands(), afterDatasetsDraw: () => this.#drawMarks() }],
		});
	}

	#dataset(name) {
		return { outcome: name, label: outcome(name).label, data: [], stack: 'all',
			backgroundColor: this.colours[name], hoverBackgroundColor: this.colours[name], borderWidth: 0,
			barPercentage: 1, categoryPercentage: 0.84, maxBarThickness: 26, minBarLength: 2 };
	}

	#palette() {
		const all = { ink: css('muted'), line: css('line'), surface: css('surface'), lost: css('danger'),
			hatch: css('hatch'), select: css('select'), tip: css('tip'), tipInk: css('tip-ink') };
		for (const name of OUTCOMES)
			all[name] = css(`o-${name}`);
		all.pattern = hatch(all.hatch);
		return all;
	}

	#options() {
		return {
			animation: false, maintainAspectRatio: false, responsive: true, layout: { padding: { top: 14 } },
			interaction: { mode: 'index', intersect: false },
			plugins: { legend: { display: false }, tooltip: this.#tooltip() },
			scales: {
				x: { stacked: true, grid: { display: false, drawBorder: false },
					ticks: { autoSkip: false, maxRotation: 0, color: () => this.colours.ink,
						callback: (value, index) => this.#tick(index) } },
				y: { stacked: true, beginAtZero: true, suggestedMax: 4,
					grid: { color: () => this.colours.line, drawBorder: false, drawTicks: false },
					ticks: { precision: 0, maxTicksLimit: 5, padding: 8, color: () => this.colours.ink,
						callback: (value) => short(value) } },
			},
		};
	}

	// The lines of a tooltip come from the bar under the pointer, so that an empty one has words too.
	#tooltip() {
		const at = () => this.chart.getActiveElements()[0]?.index;
		return {
			boxWidth: 9, boxHeight: 9, boxPadding: 5, padding: 11, cornerRadius: 6, caretSize: 0, caretPadding: 12,
			backgroundColor: () => this.colours.tip, titleColor: () => this.colours.tipInk,
			bodyColor: () => this.colours.tipInk, footerColor: () => this.colours.tipInk, footerFont: { weight: 'normal' },
			usePointStyle: true,
			filter: (item) => item.raw > 0, itemSort: (a, b) => b.datasetIndex - a.datasetIndex,
			callbacks: {
				title: () => (at() === undefined ? '' : this.#spanWords(at())),
				label: (item) => `${item.dataset.label}  ${count(item.raw)}`,
				labelColor: ({ dataset: { backgroundColor: colour } }) => ({ backgroundColor: colour, borderColor: colour }),
				labelPointStyle: () => ({ pointStyle: 'rectRounded', rotation: 0 }),
				footer: (items) => (at() === undefined ? [] : this.#notes(at(), items.length === 0)),
			},
		};
	}

	#spanWords(i) {
		const start = Date.parse(this.buckets[i].time);
		return `${clock(start, false)} – ${this.step >= 86400e3 ? clock(start + this.step, false) : minute(start + this.step)}`;
	}

	#tick(index) {
		const room = Math.max(2, Math.floor((this.chart?.chartArea?.width ?? 600) / TICK_PX));
		const spanMs = this.buckets.length * this.step;
		const least = spanMs > 3 * 86400e3 ? 86400e3 : this.step;
		const major = MAJORS.find((m) => m >= least && Math.floor(spanMs / m) <= room) ?? MAJORS.at(-1);
		const at = Date.parse(this.buckets[index]?.time);
		if (localStep(at, major) === localStep(at - this.step, major))
			return null;
		return tickLabel(at, major, spanMs);
	}

	#x(position) {
		const { left, width } = this.chart.chartArea;
		return left + (width * position) / Math.max(1, this.buckets.length);
	}

	#drawBands() {
		const { ctx: g, chartArea: { top, height } } = this.chart;
		for (const band of unwatchedBands(this.buckets, this.step)) {
			const x = this.#x(band.from);
			const width = this.#x(band.to) - x;
			g.save();
			g.translate(x, top);
			g.fillStyle = this.colours.pattern;
			g.fillRect(0, 0, width, height);
			this.#bandLabel(g, width, height);
			g.restore();
		}
		if (this.drag)
			this.#drawSelection(g, top, height);
	}

	#bandLabel(g, width, height) {
		const text = 'nobody was watching';
		g.font = `12px ${Chart.defaults.font.family}`;
		const size = g.measureText(text).width;
		if (size + 20 > width)
			return;
		g.fillStyle = this.colours.surface;
		g.fillRect((width - size) / 2 - 7, height / 2 - 11, size + 14, 22);
		g.fillStyle = this.colours.ink;
		g.textAlign = 'center';
		g.textBaseline = 'middle';
		g.fillText(text, width / 2, height / 2);
	}

	#drawSelection(g, top, height) {
		const [a, b] = this.#selected();
		g.fillStyle = this.colours.select;
		g.fillRect(this.#x(a), top, this.#x(b + 1) - this.#x(a), height);
	}

	// A triangle above each bucket in which something was lost.
	#drawMarks() {
		const { ctx: g, chartArea: { top } } = this.chart;
		g.save();
		g.fillStyle = this.colours.lost;
		this.buckets.forEach((bucket, i) => {
			if (!bucket.lost_at_most)
				return;
			const x = this.#x(i + 0.5);
			g.beginPath();
			g.moveTo(x - 6, top - 12);
			g.lineTo(x + 6, top - 12);
			g.lineTo(x, top - 2);
			g.fill();
		});
		g.restore();
	}

	// A chart keeps the colours its bars were made with.
	#restyle() {
		if (!this.chart)
			return;
		this.chart.destroy();
		this.chart = null;
		this.show(this.line);
	}

	#sum(name) {
		return this.buckets.reduce((sum, bucket) => sum + (bucket[name] || 0), 0);
	}

	#legend() {
		const of = (name) => this.counts?.[name] ?? this.#sum(name);
		const items = OUTCOMES.filter((name) => of(name) > 0).map((name) => this.#legendItem(name, of(name)));
		const unwatched = this.#sum('unwatched_ms');
		const lost = this.#sum('lost_at_most');
		if (unwatched >= 1000)
			items.push(el('li', { class: 'key' }, el('i', { class: 'swatch hatched' }),
				'unwatched', el('b', {}, duration(unwatched))));
		if (lost > 0)
			items.push(el('li', { class: 'key' }, el('i', { class: 'lostmark' }), 'lost', el('b', {}, `up to ${short(lost)}`)));
		if (!items.length)
			items.push(el('li', { class: 'key' }, 'no events'));
		byId('legend').replaceChildren(...items);
	}

	#legendItem(name, n) {
		const { label } = outcome(name);
		return el('li', {}, el('button', { class: 'key', type: 'button', title: `Show only: ${label.toLowerCase()}`,
			click: () => this.onOutcome(name) }, el('i', { class: `swatch o-${name}` }), label,
		el('b', {}, short(n))));
	}

	#describe(index = null) {
		const parts = (sum) => OUTCOMES.filter((n) => sum(n) > 0)
			.map((n) => `${outcome(n).label.toLowerCase()} ${count(sum(n))}`).join(', ') || 'no events';
		if (index === null) {
			this.canvas.setAttribute('aria-label', `Events by time: ${parts((n) => this.#sum(n))}. ` +
				'Arrow keys read one bar after the other, Enter narrows to it.');
			return;
		}
		setText(byId('chart-live'), `${this.#spanWords(index)}: ` +
			[parts((n) => this.buckets[index][n]), ...this.#notes(index)].join(', '));
	}

	#notes(index, none = false) {
		const { unwatched_ms: unwatched, lost_at_most: lost } = this.buckets[index];
		const notes = [];
		if (none)
			notes.push('no events');
		if (unwatched >= 1000)
			notes.push(unwatched >= this.step ? 'nobody was watching' : `nobody was watching for ${duration(unwatched)}`);
		if (lost > 0)
			notes.push(`up to ${plural(lost, 'record')} lost`);
		return notes;
	}

	#index(x) {
		const { left, width } = this.chart.chartArea;
		const i = Math.floor(((x - left) / width) * this.buckets.length);
		return Math.min(this.buckets.length - 1, Math.max(0, i));
	}

	#selected() {
		return [Math.min(this.drag.from, this.drag.to), Math.max(this.drag.from, this.drag.to)];
	}

	#choose(from, to) {
		this.onSpan(Date.parse(this.buckets[from].time), Date.parse(this.buckets[to].time) + this.step);
	}

	#listen() {
		const at = (event) => this.#index(event.clientX - this.canvas.getBoundingClientRect().left);
		this.canvas.addEventListener('pointerdown', (event) => {
			if (!this.chart || event.button !== 0 || this.buckets.length < 2)
				return;
			this.drag = { from: at(event), to: at(event) };
			this.canvas.setPointerCapture(event.pointerId);
		});
		this.canvas.addEventListener('pointermove', (event) => this.#move(event, at));
		this.canvas.addEventListener('pointercancel', () => this.#drop(false));
		this.canvas.addEventListener('pointerup', (event) => this.#drop(this.#meant(event)));
		this.canvas.addEventListener('keydown', (event) => this.#key(event));
		this.canvas.addEventListener('blur', () => this.#point(null));
	}

	#move(event, at) {
		if (!this.drag)
			return;
		this.drag.to = at(event);
		this.chart.draw();
	}

	// A tap of a finger reads a bar; only drawing across bars narrows to them.
	#meant(event) {
		return event.pointerType !== 'touch' || (this.drag && this.drag.from !== this.drag.to);
	}

	#drop(take) {
		if (!this.drag)
			return;
		const chosen = this.#selected();
		this.drag = null;
		if (take)
			this.#choose(...chosen);
		else
			this.chart.draw();
	}

	#key(event) {
		const last = this.buckets.length - 1;
		const moves = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
		if (event.key in moves) {
			event.preventDefault();
			this.#point(Math.min(last, Math.max(0, (this.pointed ?? last + 1) + moves[event.key])));
		} else if (event.key === 'Enter' && this.pointed !== null && this.pointed !== undefined) {
			this.#choose(this.pointed, this.pointed);
		}
	}

	#point(index) {
		this.pointed = index;
		if (!this.chart)
			return;
		const active = index === null ? [] : OUTCOMES.map((_, datasetIndex) => ({ datasetIndex, index }));
		this.chart.tooltip.setActiveElements(active, { x: index === null ? 0 : this.#x(index + 0.5), y: 60 });
		this.chart.draw();
		if (index !== null)
			this.#describe(index);
	}
}
