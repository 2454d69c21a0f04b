// SPDX-License-Identifier: MIT
// container: one of them: what happened, which rule decided, what the smallest safe change is, and the changed profile.

import { ApiError, get, post, remove, withParams } from './api.js';
import { copyText } from './details.js';
import { changeNode, diffCounts, diffNode } from './diff.js';
import { block, byId, data, el, icon, plain, setText } from './dom.js';
import { save } from './export.js';
import { plural, timeNode } from './format.js';
import { suggestionCard } from './suggestions.js';

const STEPS = 12;
const CHANGES = 200;
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
		this.profile = null;
		this.muted = false;
		this.all = false;
		setText(byId('c-name'), plain(this.id.slice(0, 12)));
		setText(byId('c-id'), plain(this.id, 16));
		for (const id of ['c-sub', 'c-verdict', 'suggest-say', 'story-say', 'suggestions', 'story', 'in-force'])
			byId(id).replaceChildren();
		byId('suggestions').setAttribute('aria-busy', 'true');
		byId('story').setAttribute('aria-busy', 'true');
		byId('change').hidden = byId('c-download').hidden = true;
		byId('suggestions').closest('.container-view').classList.add('waiting');
	}

	async ask(signal) {
		const params = this.app.params({ terms: false });
		await Promise.all([this.app.span.line(signal), this.#story(params, signal), this.#suggest(params, signal), this.#fetchProfile(signal)]);
		if (!signal.aborted)
			byId('suggestions').closest('.container-view').classList.remove('waiting');
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
		const terms = [{ field: 'container', value: container?.id ?? this.id }];
		byId('c-events').href = this.app.eventsUrl(terms);
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
			advice = await get(`${this.path}/suggestions`, withParams(params, { all: this.muted ? 1 : null }), signal);
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
		byId('change').hidden = byId('c-download').hidden = true;
	}

	#advise(advice) {
		const open = [...byId('suggestions').querySelectorAll('details')].map((node) => node.open);
		const box = byId('suggestions');
		this.advice = advice;
		box.replaceChildren(...advice.suggestions.map((item) => suggestionCard(item, { rule: this.#rule(item.decided_by), onMute: (i) => this.#mute(i) })));
		box.removeAttribute('aria-busy');
		[...box.querySelectorAll('details')].forEach((node, i) => { node.open = open[i] ?? false; });
		byId('suggest-say').replaceChildren(...this.#summary(advice));
		this.#change(advice);
		this.#inForce();
	}

	#summary({ suggestions, muted, left_out: left, undecidable, warnings }) {
		const some = suggestions.filter((item) => item.recommended !== 'keep').length;
		const parts = [suggestions.length ? `${plural(suggestions.length, 'kind')} of denied calls: ${some ? `a small change answers ${some}` : 'none should be allowed'}` +
			`${some && some < suggestions.length ? `, ${suggestions.length - some} should stay denied` : ''}.` : 'Nothing was denied in this time span that a change to the profile would answer.'];
		if (muted && !this.muted)
			parts.push(`${plural(muted, 'call is', 'calls are')} muted as known noise.`);
		if (left)
			parts.push(`${plural(left, 'rarer call')} left out.`);
		if (undecidable)
			parts.push(`${plural(undecidable, 'call')} cannot be decided from what was recorded.`);
		const show = muted && !this.muted ? el('button', { class: 'link', type: 'button', id: 'show-muted', click: () => this.#showMuted() }, 'Show what is muted') : null;
		return [parts.join(' '), show, ...(warnings ?? []).map((text) => el('span', { class: 'caution' }, data(text)))].filter(Boolean);
	}

	#change({ unified_diff: diff, patch, profile, changed }) {
		byId('change').hidden = byId('c-download').hidden = !diff;
		if (!diff)
			return;
		const { added, removed } = diffCounts(diff);
		const download = byId('c-download');
		download.download = this.#fileName(profile);
		download.href = `/api/v1/${this.path}/suggestions?${withParams(this.app.params({ terms: false }), { format: 'profile' })}`;
		setText(byId('change-say'), 'The recommended options together, as one change to the profile. Compiled as the runtime compiles it, and compared with ' +
			`the profile in force over every call: ${plural(changed.length, 'decision')} ${changed.length === 1 ? 'changes' : 'change'}, all of them listed.`);
		byId('change-list').replaceChildren(...changed.slice(0, CHANGES).map(changeNode));
		setText(byId('change-counts'), `${plural(added, 'line')} added, ${removed} removed`);
		byId('change-diff').replaceChildren(diffNode(diff, 'The change to the profile'));
		byId('change-actions').replaceChildren(
			el('a', { class: 'ghost', href: `/lab?container=${encodeURIComponent(this.id)}&with=suggestions` }, 'Compare in the lab'),
			this.#copyButton('Copy diff', diff), this.#copyButton('Copy JSON Patch', JSON.stringify(patch, null, 2)));
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

	// ---- known noise ----------------------------------------------------------------------------------------------

	#again() {
		this.asked = 0;
		return this.#suggest(this.app.params({ terms: false }), this.app.signal);
	}

	#showMuted() {
		this.muted = true;
		this.#again();
	}

	async #mute(item) {
		try {
			await (item.muted ? this.#unmute(item) : post('mutes', { container: this.story?.container?.name ?? this.story?.container?.id ?? this.id,
				syscall: item.syscall ?? String(item.syscall_nr), arch: item.arch }));
			await this.#again();
		} catch (error) {
			if (!(error instanceof ApiError))
				throw error;
			byId('suggest-say').append(el('span', { class: 'caution', role: 'alert' }, `That could not be kept: ${error.message}.`));
		}
	}

	async #unmute(item) {
		const { mutes } = await get('mutes');
		const { container } = this.story;
		const fits = (mute) => (mute.syscall === item.syscall || mute.syscall === String(item.syscall_nr)) &&
			(mute.arch === null || mute.arch === item.arch) && (mute.action === null || mute.action === item.action) &&
			(mute.container !== null ? [container?.name, container?.id].includes(mute.container)
				: mute.image !== null ? mute.image === container?.image : mute.unit === null);
		await Promise.all(mutes.filter(fits).map((mute) => remove(`mutes/${mute.id}`)));
	}

	// ---- the profile ----------------------------------------------------------------------------------------------

	async #fetchProfile(signal) {
		if (this.profile)
			return;
		const profile = await get(`${this.path}/profile`, null, signal).catch((error) => {
			if (error instanceof ApiError)
				return null;
			throw error;
		});
		if (signal.aborted)
			return;
		this.profile = profile;
		this.#inForce();
		if (this.advice)
			this.#advise(this.advice);
	}

	// What stands at a JSON pointer of the profile in force.
	#rule(pointer) {
		if (!this.profile || !pointer?.startsWith('/'))
			return null;
		const value = pointer.slice(1).split('/').reduce((at, key) => at?.[key.replaceAll('~1', '/').replaceAll('~0', '~')], this.profile);
		return value === null || typeof value !== 'object' ? null : JSON.stringify(value, null, 1);
	}

	#inForce() {
		const box = byId('in-force');
		const open = box.querySelector('details')?.open ?? false;
		const { profile } = this;
		const about = this.advice?.profile;
		const text = profile ? JSON.stringify(profile, null, 2) : '';
		box.replaceChildren(el('p', {}, data(this.story?.profile ?? '')), ...(profile ? [
			about ? el('p', { class: 'dim' }, 'As the engine applied it; SHA-256 ', el('code', {}, data(about.sha256.slice(0, 16))), '…') : null,
			el('details', {}, el('summary', {}, 'Show the profile'), el('pre', { class: 'record profile-text', tabindex: '0', 'aria-label': 'The profile in force' }, block(text))),
			el('div', { class: 'row' },
				el('button', { class: 'soft', type: 'button', id: 'instrument', click: () => this.#instrument(text) }, icon('save'), 'Instrument this profile'),
				el('button', { class: 'ghost', type: 'button', click: () => save(this.#fileName({ format: 'json' }), 'application/json', [text]) }, icon('save'), 'Download as it is'),
				el('a', { class: 'ghost', href: `/lab?container=${encodeURIComponent(this.id)}` }, 'Open in the lab')),
			el('p', { class: 'dim', id: 'instrument-say' }, 'Instrumented, it decides the same, and the kernel records what it denies. It needs Docker 23 or Podman 4.1, with runc 1.2 or crun.'),
		].filter(Boolean) : []));
		if (open)
			box.querySelector('details').open = true;
	}

	async #instrument(text) {
		try {
			const { profile } = await post('profile/instrument', { profile: text, how: 'flag' });
			save(this.#fileName({ format: 'json' }).replace('-seccomp', '-seccomp-logging'), 'application/json', [profile]);
		} catch (error) {
			setText(byId('instrument-say'), `It could not be instrumented: ${error.message}.`);
		}
	}
}
