// SPDX-License-Identifier: MIT
// api: the only door to the server.

export class ApiError extends Error {
	constructor(status, body) {
		super(body?.error?.message || `the server answered ${status}`);
		this.status = status;
		this.code = body?.error?.code ?? null;
		this.field = body?.error?.field ?? null;
		this.line = body?.error?.line ?? null;
	}
}

async function ask(path, options) {
	let response;
	try {
		response = await fetch(`/api/v1/${path}`, options);
	} catch (error) {
		if (error.name === 'AbortError')
			throw error;
		throw new ApiError(0, { error: { message: 'Seccompwatch does not answer', code: 'unreachable' } });
	}
	if (response.status === 204)
		return null;
	const body = await response.json().catch(() => null);
	if (!response.ok || body === null)
		throw new ApiError(response.status, body);
	return body;
}

export const get = (path, params, signal) => ask(params ? `${path}?${params}` : path, { signal, headers: { Accept: 'application/json' } });

export const post = (path, body, signal) => ask(path, { method: 'POST', signal,
	...(body === null ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }) });

export const remove = (path) => ask(path, { method: 'DELETE' });

export function withParams(params, extra) {
	const all = new URLSearchParams(params);
	for (const [name, value] of Object.entries(extra))
		if (value !== null && value !== undefined)
			all.set(name, value);
	return all;
}

const RETRY_MS = 3000;

// What happens from now on. The browser reconnects by itself after a broken connection (and says what it saw last),
// but not after an error status; then this does.
export class Stream {
	constructor({ violation, health, reset, state }) {
		this.on = { violation, health, reset, state };
		this.source = null;
		this.timer = 0;
		this.rests = false;
		document.addEventListener('visibilitychange', () => (document.hidden ? this.#rest() : this.#resume()));
		addEventListener('pagehide', () => this.#rest());
		addEventListener('pageshow', () => this.#resume());
	}

	// A browser has six connections to a server, for all its tabs and the pages it keeps to go back to: one that nobody
	// looks at must not hold one of them.
	#rest() {
		if (!this.source && !this.timer)
			return;
		this.close();
		this.rests = true;
	}

	#resume() {
		if (!this.rests || document.hidden)
			return;
		this.open(this.params);
		this.on.reset();
	}

	open(params) {
		this.close();
		this.params = params;
		this.source = new EventSource(`/api/v1/stream?${params}`);
		this.source.addEventListener('open', () => this.on.state(true));
		this.source.addEventListener('error', () => this.#failed());
		this.source.addEventListener('reset', () => this.on.reset());
		for (const name of ['violation', 'health'])
			this.source.addEventListener(name, (message) => deliver(message, this.on[name]));
	}

	close() {
		clearTimeout(this.timer);
		this.timer = 0;
		this.source?.close();
		this.source = null;
		this.rests = false;
	}

	#failed() {
		this.on.state(false);
		if (this.source?.readyState !== EventSource.CLOSED)
			return;
		clearTimeout(this.timer);
		this.timer = setTimeout(() => this.open(this.params), RETRY_MS);
	}
}

function deliver(message, to) {
	let value;
	try {
		value = JSON.parse(message.data);
	} catch {
		return;
	}
	to(value);
}
