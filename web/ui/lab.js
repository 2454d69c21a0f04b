// SPDX-License-Identifier: MIT
// lab: a profile of the reader's own: what is wrong with it, how it answers a call, what differs between two.

import { get, post } from './api.js';
import { changeNode } from './diff.js';
import { byId, data, el, icon, setText } from './dom.js';
import { Editor } from './editor.js';
import { save } from './export.js';
import { count, plural } from './format.js';

const IDLE_MS = 600;
const CHANGES_SHOWN = 300;
const MODES = { check: 'Check', decide: 'Decide a call', diff: 'Compare two' };
const EXAMPLE = `{
  "defaultAction": "SCMP_ACT_ERRNO",
  "architectures": ["SCMP_ARCH_X86_64"],
  "syscalls": [
    {
      "names": ["read", "write", "openat", "close", "mmap", "exit_group"],
      "action": "SCMP_ACT_ALLOW"
    },
    {
      "names": ["personality"],
      "action": "SCMP_ACT_ALLOW",
      "args": [{ "index": 0, "value": 0, "op": "SCMP_CMP_EQ" }]
    },
    {
      "names": ["mkdirr"],
      "action": "SCMP_ACT_ALLOW"
    }
  ]
}
`;

const input = (id, label, props) => el('label', { class: 'field', for: id }, el('span', {}, label), el('input', { id, type: 'text', spellcheck: 'false', autocapitalize: 'off', ...props }));

function select(id, label, options) {
	return el('label', { class: 'field', for: id }, el('span', {}, label),
		el('select', { id }, options.map(([value, text]) => el('option', { value }, text))));
}

export class Lab {
	constructor(app) {
		this.app = app;
		this.mode = 'check';
		this.timer = 0;
		this.asked = new AbortController();
		const changed = () => this.#later();
		this.one = new Editor({ label: 'Profile', placeholder: 'Paste a profile here (JSON or YAML), or drop a file.', onChange: changed });
		this.two = new Editor({ label: 'Second profile', placeholder: 'The profile to compare with.', onChange: changed });
		this.result = el('div', { class: 'card lab-result', id: 'lab-result', 'aria-live': 'polite' });
		byId('lab').append(this.#tabs(), this.#call(), el('div', { class: 'editors' }, this.one.node, this.two.node), this.#tools(), this.result);
		this.#show();
	}

	enter() {
		const params = new URLSearchParams(location.search);
		if (params.get('container'))
			this.#fetch(params.get('container'), params.get('with') === 'suggestions');
	}

	async ask(signal, status) {
		await status;
	}

	keys(event) {
		return event.target.role === 'tab' && { ArrowRight: () => this.#turn(1), ArrowLeft: () => this.#turn(-1) };
	}

	// ---- what is asked --------------------------------------------------------------------------------------------

	#tabs() {
		this.tabs = Object.entries(MODES).map(([mode, label]) => el('button', { type: 'button', role: 'tab', id: `lab-${mode}`,
			'aria-controls': 'lab-result', click: () => this.#choose(mode) }, label));
		return el('div', { class: 'ranges', role: 'tablist', 'aria-label': 'What to ask' }, this.tabs);
	}

	#call() {
		this.call = el('div', { class: 'fields-row' }, input('lab-syscall', 'System call', { placeholder: 'clone3, or a number' }),
			input('lab-args', 'Arguments', { placeholder: '0x10, 0, …' }), input('lab-arch', 'Architecture', { placeholder: 'the host’s' }));
		this.call.addEventListener('input', () => this.#later());
		this.call.addEventListener('keydown', (event) => event.key === 'Enter' && this.#run());
		return this.call;
	}

	#tools() {
		const more = el('details', {}, el('summary', {}, 'Assumptions: runc, Docker’s default capabilities, this host’s kernel'),
			el('div', { class: 'fields-row' },
				select('lab-runtime', 'Runtime', [['', 'runc'], ['crun', 'crun'], ['plain', 'plain libseccomp']]),
				input('lab-caps', 'Capabilities', { placeholder: 'default, ALL, none, or SYS_ADMIN,…' }),
				input('lab-kernel', 'Kernel', { placeholder: 'this host’s' }),
				input('lab-host', 'Host', { placeholder: 'this host’s architecture' })));
		more.addEventListener('input', () => this.#later());
		return el('div', { class: 'lab-tools' }, more, el('span', { class: 'grow' }),
			el('button', { class: 'ghost', type: 'button', id: 'lab-example', click: () => this.one.set(EXAMPLE) }, 'Take an example'),
			el('button', { class: 'ghost', type: 'button', id: 'lab-instrument', title: 'The same decisions, and the kernel records the denials',
				click: () => this.#instrument() }, icon('save'), 'Save with logging'),
			el('button', { class: 'strong', type: 'button', id: 'lab-run', click: () => this.#run() }, 'Check'));
	}

	#choose(mode) {
		this.mode = mode;
		this.#show();
		this.#run();
	}

	#turn(step) {
		const modes = Object.keys(MODES);
		this.#choose(modes[(modes.indexOf(this.mode) + step + modes.length) % modes.length]);
		byId(`lab-${this.mode}`).focus();
	}

	#show() {
		for (const tab of this.tabs) {
			const on = tab.id === `lab-${this.mode}`;
			tab.setAttribute('aria-selected', String(on));
			tab.tabIndex = on ? 0 : -1;
		}
		this.call.hidden = this.mode !== 'decide';
		this.two.node.hidden = this.mode !== 'diff';
		byId('lab-run') && setText(byId('lab-run'), { check: 'Check', decide: 'Decide', diff: 'Compare' }[this.mode]);
		if (!this.one.value)
			this.#hint();
	}

	#hint() {
		this.result.replaceChildren(el('p', { class: 'dim' }, { check: 'Errors and warnings appear here, each marked at its line.',
			decide: 'Name a system call: what the profile answers, and which of its rules decides.',
			diff: 'Two profiles: every call that they decide differently, not the text that differs.' }[this.mode]));
	}

	#assumed() {
		const value = (id) => byId(id).value.trim();
		const said = { runtime: value('lab-runtime'), caps: value('lab-caps'), kernel: value('lab-kernel'), host_arch: value('lab-host') };
		return Object.fromEntries(Object.entries(said).filter(([, text]) => text));
	}

	#question() {
		const assumed = this.#assumed();
		if (this.mode === 'diff')
			return this.one.value && this.two.value ? { from: this.one.value, to: this.two.value, ...assumed } : null;
		if (!this.one.value)
			return null;
		if (this.mode === 'check')
			return { profile: this.one.value, ...assumed };
		const syscall = byId('lab-syscall').value.trim();
		const arch = byId('lab-arch').value.trim();
		const args = byId('lab-args').value.split(/[\s,]+/).filter(Boolean);
		return syscall ? { profile: this.one.value, syscall: /^\d+$/.test(syscall) ? Number(syscall) : syscall, args, ...(arch && { arch }), ...assumed } : null;
	}

	#later() {
		clearTimeout(this.timer);
		this.timer = setTimeout(() => this.#run(), IDLE_MS);
	}

	async #run() {
		clearTimeout(this.timer);
		this.asked.abort();
		this.asked = new AbortController();
		const { signal } = this.asked;
		const question = this.#question();
		if (!question) {
			this.#hint();
			return;
		}
		this.result.setAttribute('aria-busy', 'true');
		try {
			const answer = await post(`profile/${this.mode}`, question, signal);
			if (!signal.aborted)
				this.#answer(answer);
		} catch (error) {
			if (error.name !== 'AbortError')
				this.#refused(error);
		}
		if (!signal.aborted)
			this.result.removeAttribute('aria-busy');
	}

	// ---- what is answered -----------------------------------------------------------------------------------------

	#answer(answer) {
		this.one.mark([]);
		this.two.mark([]);
		this.result.replaceChildren(...{ check: () => this.#checked(answer), decide: () => this.#decided(answer), diff: () => this.#differ(answer) }[this.mode]());
	}

	#line(editor, line, text) {
		return line ? el('button', { class: 'link', type: 'button', click: () => editor.go(line) }, text ?? `line ${line}`) : null;
	}

	#refused(error) {
		const editor = error.field === 'to' ? this.two : this.one;
		if (error.status === 401) {
			location.assign('/login');
			return;
		}
		editor.mark([{ line: error.line, bad: true, message: error.message }]);
		this.result.replaceChildren(el('h2', { class: 'bad' }, error.status === 422 ? 'This is no profile that can be used' : 'That could not be answered'),
			el('p', {}, data(error.message), '. ', this.#line(editor, error.line)));
	}

	#checked({ warnings, format, rules, instructions }) {
		this.one.mark(warnings.map((w) => ({ ...w, bad: false })));
		return [el('h2', { class: warnings.length ? 'warn' : 'good' }, warnings.length ? `Usable, with ${plural(warnings.length, 'remark')}` : 'Nothing to remark'),
			el('p', { class: 'dim' }, `${format}, ${plural(rules, 'rule')}, a filter of ${count(instructions)} instructions (the kernel takes 4,096)`),
			el('ul', { class: 'findings' }, warnings.map((w) => el('li', {}, el('span', { class: 'tag' }, w.id), el('span', {}, data(w.message)),
				this.#line(this.one, w.line) ?? (w.pointer ? el('code', {}, data(w.pointer)) : null))))];
	}

	#decided({ syscall, syscall_nr: nr, arch, action, errno, decided_by: by, line, reason, runtime, about }) {
		const good = /ALLOW|LOG/.test(action ?? '');
		if (line)
			this.one.mark([{ line, bad: false, message: reason }]);
		return [el('h2', { class: good ? 'good' : 'bad' }, data(syscall ?? `number ${nr}`), `: ${(action ?? 'unknown').replace('SCMP_ACT_', '')}${errno ? ` ${errno}` : ''}`),
			el('p', {}, data(reason), ' ', this.#line(this.one, line)),
			el('dl', { class: 'facts' },
				el('div', {}, el('dt', {}, 'Decided by'), el('dd', {}, el('code', {}, data(by ?? 'nothing of this profile')))),
				el('div', {}, el('dt', {}, 'The call'), el('dd', {}, `number ${nr} on ${arch}, under ${runtime}`)),
				about ? el('div', {}, el('dt', {}, `Risk: ${about.risk}`), el('dd', {}, about.risk_reason ?? about.why ?? '')) : null)];
	}

	#differ({ changed, total }) {
		if (!total)
			return [el('h2', { class: 'good' }, 'They decide every call alike')];
		return [el('h2', {}, `${plural(total, 'decision')} differ`.replace(/^1 decision differ/, '1 decision differs')),
			el('ul', { class: 'changes tall' }, changed.slice(0, CHANGES_SHOWN).map(changeNode)),
			total > CHANGES_SHOWN ? el('p', { class: 'dim' }, `and ${count(total - CHANGES_SHOWN)} more: seccompwatch profile diff lists all.`) : null].filter(Boolean);
	}

	async #instrument() {
		if (!this.one.value)
			return;
		try {
			const { profile } = await post('profile/instrument', { profile: this.one.value, how: 'flag' });
			save('seccomp-with-logging.json', 'application/json', [profile]);
		} catch (error) {
			this.#refused(error);
		}
	}

	// A container's profile, and what would become of it.
	async #fetch(id, both) {
		const path = `containers/${encodeURIComponent(id)}`;
		try {
			this.one.set(JSON.stringify(await get(`${path}/profile`), null, 2));
			if (both) {
				this.two.set(JSON.stringify(await get(`${path}/suggestions`, 'format=profile'), null, 2));
				this.#choose('diff');
			}
		} catch (error) {
			this.#refused(error);
		}
	}
}
