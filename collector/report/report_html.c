/* SPDX-License-Identifier: MIT */
/* HTML: one file that needs no other and runs nothing, for a screen by day and night, and for paper. */
#include "report_doc.h"

static const char head[] =
	"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
	"form-action 'none'\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	"<meta name=\"color-scheme\" content=\"light dark\"><meta name=\"referrer\" content=\"no-referrer\">\n<title>";

static const char style[] =
	"</title>\n<style>\n"
	":root{--bg:#fff;--fg:#1d2126;--dim:#5b6470;--line:#dfe3e8;--soft:#f5f6f8;--killed:#ac0a12;--signalled:#a548a8;"
	"--denied:#dd6a1c;--notified:#4c78ee;--traced:#17246e;--executed:#0d6a5c;--unknown:#8f9197;--add:#e3f5e8;--cut:#fde8e7}\n"
	"@media screen and (prefers-color-scheme:dark){:root{--bg:#14171b;--fg:#e6e9ed;--dim:#9aa4b0;--line:#333a42;--soft:#1d2126;"
	"--killed:#f6463a;--signalled:#de7ce6;--denied:#f4cf45;--notified:#95e2f4;--traced:#7055f7;--executed:#45c18c;"
	"--unknown:#888a90;--add:#173524;--cut:#40201f}}\n"
	"*{box-sizing:border-box}body{margin:0 auto;max-width:64rem;padding:2rem 1.25rem 4rem;background:var(--bg);color:var(--fg);"
	"font:15px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}\n"
	"h1{font-size:1.6rem;line-height:1.2;margin:0 0 .3rem}h2{font-size:1.15rem;margin:2.2rem 0 .6rem;padding-top:.9rem;"
	"border-top:1px solid var(--line)}h3{font-size:1rem;margin:1.6rem 0 .5rem}p{margin:.4rem 0;max-width:46rem}"
	"h1+p{color:var(--dim)}.lead{font-size:1.2rem;line-height:1.4;margin:1rem 0}li{margin:.25rem 0;max-width:46rem}\n"
	".box{overflow-x:auto;margin:.5rem 0}table{border-collapse:collapse;width:100%;font-size:.87rem}"
	"th{text-align:left;font-weight:600;color:var(--dim);white-space:nowrap}th,td{padding:.32rem .6rem .32rem 0;"
	"border-bottom:1px solid var(--line);vertical-align:top}.n{text-align:right;font-variant-numeric:tabular-nums;"
	"white-space:nowrap}td.t{white-space:nowrap;font-variant-numeric:tabular-nums}td.c,pre{font-family:ui-monospace,"
	"'DejaVu Sans Mono',monospace;font-size:.8rem}td.c{min-width:8.5rem;unicode-bidi:plaintext}td.t,th.t{padding-left:.8rem}"
	"td.w:not(:last-child){min-width:4.2rem}\n"
	"pre{margin:.6rem 0;padding:.7rem .9rem;background:var(--soft);border:1px solid var(--line);border-radius:6px;overflow-x:auto;"
	"white-space:pre-wrap;line-height:1.4}pre span{display:block}pre .a{background:var(--add)}pre .d{background:var(--cut)}\n"
	"figure{margin:.5rem 0}svg{width:100%;height:auto;display:block}svg text{fill:var(--dim);font:11px system-ui,sans-serif}"
	".axis{stroke:var(--line)}.gap{fill:url(#hatch)}#hatch path{stroke:var(--unknown)}.lost{fill:var(--killed)}"
	".o-killed{fill:var(--killed);background:var(--killed)}.o-signalled{fill:var(--signalled);background:var(--signalled)}"
	".o-denied{fill:var(--denied);background:var(--denied)}.o-notified{fill:var(--notified);background:var(--notified)}"
	".o-traced{fill:var(--traced);background:var(--traced)}.o-executed{fill:var(--executed);background:var(--executed)}"
	".o-unknown{fill:var(--unknown);background:var(--unknown)}\n"
	".legend{display:flex;flex-wrap:wrap;gap:.2rem 1rem;list-style:none;padding:0;margin:.4rem 0;font-size:.85rem;"
	"color:var(--dim)}.legend i{display:inline-block;width:.7rem;height:.7rem;border-radius:2px;margin-right:.35rem}"
	".legend .h{background:repeating-linear-gradient(135deg,var(--unknown) 0 1px,transparent 1px 4px)}\n"
	"@media print{body{max-width:none;padding:0;font-size:10.5pt}h2,h3{break-after:avoid}tr,figure{break-inside:avoid}"
	"thead{display:table-header-group}.box{overflow:visible}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}\n"
	"@page{margin:16mm}\n"
	"</style></head>\n<body><main>\n";

/* Names may hold what reorders or hides text: shown as on a terminal, then escaped for HTML. */
static void add_safe(struct text *to, struct span s)
{
	CLEANUP_TEXT struct text shown = TEXT_EMPTY;

	text_add_terminal(&shown, s);
	text_add_html(to, text_span(&shown));
	to->failed |= shown.failed;
}

static void start(struct report_doc *doc, const char *title)
{
	text_add_str(doc->to, head);
	add_safe(doc->to, span_from(title));
	text_add_str(doc->to, style);
	text_add_str(doc->to, "<h1>");
	add_safe(doc->to, span_from(title));
	text_add_str(doc->to, "</h1>\n");
}

static void heading(struct report_doc *doc, int level, const char *text)
{
	text_printf(doc->to, "<h%d>", level);
	add_safe(doc->to, span_from(text));
	text_printf(doc->to, "</h%d>\n", level);
}

static void paragraph(struct report_doc *doc, const char *text, bool lead)
{
	text_add_str(doc->to, lead ? "<p class=\"lead\">" : "<p>");
	add_safe(doc->to, span_from(text));
	text_add_str(doc->to, "</p>\n");
}

static void list(struct report_doc *doc, bool begin)
{
	text_add_str(doc->to, begin ? "<ul>\n" : "</ul>\n");
}

static void item(struct report_doc *doc, const char *text)
{
	text_add_str(doc->to, "<li>");
	add_safe(doc->to, span_from(text));
	text_add_str(doc->to, "</li>\n");
}

static const char *class_of(const struct report_column *column)
{
	if (column->number)
		return "n";
	if (column->code)
		return "c";
	return strstr(column->title, "(UTC)") ? "t" : "w";
}

static void table(struct report_doc *doc, const struct report_column *columns, size_t n)
{
	doc->columns = columns;
	doc->n_columns = n;
	if (n == 0) {
		text_add_str(doc->to, "</tbody></table></div>\n");
		return;
	}
	text_add_str(doc->to, "<div class=\"box\"><table><thead><tr>");
	for (size_t i = 0; i < n; i++)
		text_printf(doc->to, "<th scope=\"col\" class=\"%s\">%s</th>", class_of(&columns[i]), columns[i].title);
	text_add_str(doc->to, "</tr></thead><tbody>\n");
}

static void row(struct report_doc *doc, const char *const *cells)
{
	text_add_str(doc->to, "<tr>");
	for (size_t i = 0; i < doc->n_columns; i++) {
		text_printf(doc->to, "<td class=\"%s\">", class_of(&doc->columns[i]));
		add_safe(doc->to, span_from(cells[i]));
		text_add_str(doc->to, "</td>");
	}
	text_add_str(doc->to, "</tr>\n");
}

static const char *line_class(const char *language, struct span line)
{
	if (strcmp(language, "diff") != 0 || line.len == 0)
		return "";
	return line.data[0] == '+' ? " class=\"a\"" : line.data[0] == '-' ? " class=\"d\"" : "";
}

static void code(struct report_doc *doc, const char *language, const char *text)
{
	text_add_str(doc->to, "<pre>");
	for (const char *end; *text; text = end) {
		struct span line;

		end = strchrnul(text, '\n');
		line = (struct span){text, (size_t)(end - text)};
		end += *end == '\n';
		text_printf(doc->to, "<span%s>", line_class(language, line));
		add_safe(doc->to, line.len ? line : SPAN(" "));
		text_add_str(doc->to, "</span>");
	}
	text_add_str(doc->to, "</pre>\n");
}

static void chart(struct report_doc *doc, const struct report *r)
{
	report_add_chart(r, doc->to);
}

static void end(struct report_doc *doc)
{
	text_add_str(doc->to, "</main></body></html>\n");
}

const struct report_doc_ops report_html = {start, heading, paragraph, list, item, table, row, code, chart, end};
