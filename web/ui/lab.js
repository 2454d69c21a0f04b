// SPDX-License-Identifier: MIT
export class Lab {
	async ask(signal, status) {
		await status;
	}
}
