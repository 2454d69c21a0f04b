// SPDX-License-Identifier: MIT
// record: the kernel's line, written again from the fields. It is not the original: the bytes that came are not kept.

const ARCH = { x86_64: 'c000003e', x32: 'c000003e', x86: '40000003', aarch64: 'c00000b7', arm: '40000028', ppc64le: 'c0000015',
	ppc64: '80000015', s390x: '80000016', s390: '16', riscv64: 'c00000f3', mips: '8', mipsel: '40000008', mips64: '80000008',
	mipsel64: 'c0000008', loongarch64: 'c0000102' };
const UNSET = 4294967295;

// The bytes that "\xNN" and "\\" stand for.
function bytes(text) {
	const out = [];
	const encoder = new TextEncoder();
	for (const [, hex, slash, char] of text.matchAll(/\\x([0-9a-f]{2})|\\(\\)|([^])/giu))
		out.push(...(hex ? [parseInt(hex, 16)] : encoder.encode(slash ?? char)));
	return out;
}

// As the kernel writes what a process chose: quoted, or hex when it could be taken for something else.
function chosen(text) {
	if (text === null)
		return '(null)';
	const raw = bytes(text);
	return raw.every((b) => b > 0x20 && b < 0x7f && b !== 0x22) ? `"${String.fromCharCode(...raw)}"`
		: raw.map((b) => b.toString(16).toUpperCase().padStart(2, '0')).join('');
}

export function recordText(e) {
	const stamp = (Date.parse(e.time) / 1000).toFixed(3);
	const arch = e.arch === null ? null : ARCH[e.arch] ?? e.arch.replace(/^0x/, '');
	const fields = [['auid', e.auid ?? UNSET], ['uid', e.uid], ['gid', e.gid], ['ses', e.ses ?? UNSET], ['subj', e.subj],
		['pid', e.pid], ['comm', chosen(e.comm)], ['exe', chosen(e.exe)], ['sig', e.sig], ['arch', arch],
		['syscall', e.syscall_nr], ['compat', e.compat], ['ip', e.ip], ['code', e.code]];
	return `type=SECCOMP msg=audit(${stamp}:${e.serial ?? '?'}): ` +
		fields.filter(([, value]) => value !== null && value !== undefined).map(([name, value]) => `${name}=${value}`).join(' ');
}
