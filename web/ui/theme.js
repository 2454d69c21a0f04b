// SPDX-License-Identifier: MIT
// theme: loaded before anything is painted, so that no page flashes in the wrong colours.
(() => {
	'use strict';
	const KEY = 'seccompwatch-theme';
	const dark = matchMedia('(prefers-color-scheme: dark)');
	const stored = () => {
		try {
			return localStorage.getItem(KEY);
		} catch {
			return null;
		}
	};
	const apply = (choice) => {
		const theme = choice === 'light' || choice === 'dark' ? choice : dark.matches ? 'dark' : 'light';
		document.documentElement.dataset.theme = theme;
		document.dispatchEvent(new CustomEvent('themechange'));
	};
	dark.addEventListener('change', () => apply(stored()));
	window.seccompwatchTheme = () => {
		const next = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
		try {
			if ((next === 'dark') === dark.matches)
				localStorage.removeItem(KEY);
			else
				localStorage.setItem(KEY, next);
		} catch {
			/* a browser that keeps nothing still switches */
		}
		apply(next);
	};
	apply(stored());
})();
