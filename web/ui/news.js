// SPDX-License-Identifier: MIT
import { byId } from './dom.js';

export async function showNew() {
	byId('new').closest('.card').hidden = true;
}
