// SPDX-License-Identifier: MIT
// theme: loaded before anything is painted, so that no page flashes in the wrong colours or shows another view first.
(() => {
	'use strict';
	const KEY = 'seccompwatch-theme';
	const VIEWS = [[/^\/events$/, 'events'], [/^\/containers\/./, 'container'], [/^\/containers$/, 'containers'],
		[/^\/lab$/, 'lab'], [/^\/health$/, 'health']];
	const root = document.documentElement;
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
		root.dataset.theme = theme;
		document.dispatchEvent(new CustomEvent('themechange'));
	};
	dark.addEventListener('change', () => apply(stored()));
	window.seccompwatchTheme = () => {
		const next = root.dataset.theme === 'dark' ? 'light' : 'dark';
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
	window.seccompwatchView = (path) => VIEWS.find(([pattern]) => pattern.test(path))?.[1] ?? 'overview';
	root.dataset.view = window.seccompwatchView(location.pathname);
	apply(stored());
})();
