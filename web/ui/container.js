// SPDX-License-Identifier: MIT
// container: one of them: what happened, which rule decided, what the smallest safe change is, and the changed profile.

import { get, withParams } from './api.js';
import { copyText } from './details.js';
import { diffCounts, diffNode } from './diff.js';
import { byId, data, el, icon, plain, setText } from './dom.js';
import { plural, timeNode } from './format.js';
import { suggestionCard } from './suggestions.js';

const STEPS = 12;
const SUGGEST_EVERY_MS = 20000;

export class Container {
	constructor(app) {
		this.app = app;
		this.id = null;
		this.asked = 0;
		this.advice = null;
	}

	get path() {
		return `containers/${encodeURIComponent(this.id)}`;
	}

	enter() {
		this.asked = 0;
		if (this.id === this.app.route.id)
			return;
		this.id = this.app.route.id;
		this.advice = null;
		this.all = false;
		setText(byId('c-name'), plain(this.id.slice(0, 12)));
		setText(byId('c-id'), plain(this.id, 16));
		for (const id of ['c-sub', 'c-verdict', 'suggest-say', 'story-say', 'suggestions', 'story', 'in-force', 'c-actions'])
			byId(id).replaceChildren();
		byId('suggestions').setAttribute('aria-busy', 'true');
		byId('story').setAttribute('aria-busy', 'true');
		byId('change').hidden = true;
	}

	async ask(signal) {
		const params = this.app.params({ terms: false });
		await Promise.all([this.app.span.line(signal), this.#story(params, signal), this.#suggest(params, signal)]);
	}

	// ---- what happened --------------------------------------------------------------------------------------------

	async #story(params, signal) {
		let story;
		try {
			story = await get(`${this.path}/explain`, params, signal);
		} catch (error) {
			this.#unknown(error);
			return;
		}
		if (signal.aborted)
			return;
		this.#head(story);
		this.#steps(story);
		this.story = story;
		this.#inForce();
	}

	#unknown(error) {
		if (error.status !== 404 && error.status !== 409)
			throw error;
		setText(byId('c-verdict'), error.status === 404 ? 'No container of this name or id is known here. Perhaps it had no violation.' : error.message);
		byId('story').removeAttribute('aria-busy');
	}

	#head({ container, sentence, verdict }) {
		const name = container?.name ?? this.id.slice(0, 12);
		byId('c-name').replaceChildren(data(name, 200));
		setText(byId('c-id'), (container?.id ?? this.id).slice(0, 12));
		byId('c-id').title = plain(container?.id ?? this.id);
		const parts = [container?.runtime, container?.image, container?.namespace ? `${container.namespace}/${container.pod ?? ''}` : container?.pod].filter(Boolean);
		byId('c-sub').replaceChildren(...parts.flatMap((part, i) => [i ? ' · ' : '', data(part, 160)]));
		byId('c-verdict').replaceChildren(data(sentence));
		byId('c-verdict').dataset.verdict = verdict;
		this.app.title(plain(name, 60));
		this.#actions(container);
	}

	#actions(container) {
		const terms = [{ field: 'container', value: container?.id ?? this.id }];
		const report = withParams(this.app.params({ terms: false }), { container: terms[0].value, format: 'html' });
		byId('c-actions').replaceChildren(
			el('a', { class: 'ghost', href: this.app.eventsUrl(terms) }, icon('search'), 'Events'),
			el('a', { class: 'ghost', href: `/api/v1/report?${report}`, target: '_blank' }, icon('report'), 'Report'));
	}

	#steps({ steps, earlier, visible, next }) {
		const box = byId('story');
		const shown = this.all ? steps : steps.slice(-STEPS);
		const rows = shown.map(({ time, kind, text, event }) => el('li', { class: `step k-${kind} ${event ? `o-${event.outcome}` : ''}` },
			timeNode(Date.parse(time)), el('span', { class: 'step-dot', 'aria-hidden': 'true' }), el('span', {}, data(text))));
		const hidden = steps.length - shown.length;
		if (hidden > 0 || earlier)
			rows.unshift(el('li', { class: 'step-more' }, hidden > 0
				? el('button', { class: 'link', type: 'button', click: () => { this.all = true; this.#steps(this.story); } }, `Show ${plural(hidden, 'earlier step')}`)
				: el('span', { class: 'dim' }, 'There were violations before these; a longer time span tells of them.')));
		box.replaceChildren(...(rows.length ? rows : [el('li', { class: 'nothing' }, 'Nothing in this time span.')]));
		box.removeAttribute('aria-busy');
		byId('story-say').replaceChildren(data(visible), ...next.map((line) => el('span', { class: 'next' }, data(line))));
	}

	// ---- what to change -------------------------------------------------------------------------------------------

	async #suggest(params, signal) {
		const now = performance.now();
		if (this.asked && now - this.asked < SUGGEST_EVERY_MS)
			return;
		this.asked = now;
		let advice;
		try {
			advice = await get(`${this.path}/suggestions`, params, signal);
		} catch (error) {
			if (error.name === 'AbortError')
				throw error;
			this.#noAdvice(error);
			return;
		}
		if (!signal.aborted)
			this.#advise(advice);
	}

	#noAdvice(error) {
		setText(byId('suggest-say'), '');
		byId('suggestions').removeAttribute('aria-busy');
		byId('suggestions').replaceChildren(el('p', { class: 'card note-card' }, el('strong', {}, 'No advice can be given. '), data(error.message), '.'));
		byId('change').hidden = true;
	}

	#advise(advice) {
		const open = [...byId('suggestions').querySelectorAll('details')].map((node) => node.open);
		const box = byId('suggestions');
		this.advice = advice;
		box.replaceChildren(...advice.suggestions.map((item) => suggestionCard(item, { onMute: this.onMute })));
		box.removeAttribute('aria-busy');
		[...box.querySelectorAll('details')].forEach((node, i) => { node.open = open[i] ?? false; });
		byId('suggest-say').replaceChildren(...this.#summary(advice));
		this.#change(advice);
		this.#inForce();
	}

	#summary({ suggestions, muted, left_out: left, undecidable, warnings }) {
		const parts = [suggestions.length ? `${plural(suggestions.length, 'call')} to decide about.` : 'Nothing was denied in this time span that a change to the profile would answer.'];
		if (muted)
			parts.push(`${plural(muted, 'call is', 'calls are')} muted as known noise.`);
		if (left)
			parts.push(`${plural(left, 'rarer call')} left out.`);
		if (undecidable)
			parts.push(`${plural(undecidable, 'call')} cannot be decided from what was recorded.`);
		return [parts.join(' '), ...(warnings ?? []).map((text) => el('span', { class: 'caution' }, data(text)))];
	}

	#change({ unified_diff: diff, patch, profile }) {
		const section = byId('change');
		section.hidden = !diff;
		if (!diff)
			return;
		const { added, removed } = diffCounts(diff);
		setText(byId('change-say'), 'The recommended options together, as one change to the profile. Compiled as the runtime does, and replayed: nothing else is decided differently.');
		setText(byId('change-counts'), `${plural(added, 'line')} added, ${removed} removed`);
		byId('change-diff').replaceChildren(diffNode(diff, 'The change to the profile'));
		byId('change-actions').replaceChildren(
			this.#copyButton('Copy diff', diff), this.#copyButton('Copy JSON Patch', JSON.stringify(patch, null, 2)),
			el('a', { class: 'strong', id: 'download', download: this.#fileName(profile), href: `/api/v1/${this.path}/suggestions?${withParams(this.app.params({ terms: false }), { format: 'profile' })}` },
				icon('save'), 'Download the changed profile'));
	}

	#fileName(profile) {
		const name = (this.story?.container?.name ?? this.id.slice(0, 12)).replace(/[^A-Za-z0-9_.-]+/g, '_').slice(0, 60);
		return `${name || 'profile'}-seccomp.${profile.format === 'yaml' ? 'yaml' : 'json'}`;
	}

	#copyButton(label, text) {
		const button = el('button', { class: 'ghost', type: 'button', click: async () => {
			const done = await copyText(text, document.body);
			setText(button.lastChild, done ? 'Copied' : 'Not permitted');
			setTimeout(() => setText(button.lastChild, label), 1800);
		} }, icon('copy'), el('span', {}, label));
		return button;
	}

	// ---- the profile ----------------------------------------------------------------------------------------------

	#inForce() {
		const profile = this.advice?.profile;
		byId('in-force').replaceChildren(
			el('p', {}, data(this.story?.profile ?? '')),
			...(profile ? [el('dl', { class: 'facts' },
				el('div', {}, el('dt', {}, 'From'), el('dd', {}, data(profile.source ?? 'not known', 200))),
				el('div', {}, el('dt', {}, 'Format'), el('dd', {}, profile.format ?? 'not known')),
				el('div', {}, el('dt', {}, 'SHA-256'), el('dd', {}, el('code', {}, data((profile.sha256 ?? '').slice(0, 16))))))] : []));
	}
}
