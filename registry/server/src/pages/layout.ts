import { html, type Html } from './html.ts';

/** The parts of a graph that have a page, in the order of the bar. */
const sections = [
  ['', 'Overview'],
  ['schema', 'Schema'],
  ['versions', 'Versions'],
  ['checks', 'Checks'],
  ['operations', 'Operations'],
  ['gateways', 'Gateways'],
] as const;

export type Section = (typeof sections)[number][0];

/** A page of a graph. */
export function graphPage(graph: string, current: Section, title: string, body: Html): string {
  const base = addressOf(graph);
  return page(
    `${title} · ${graph}`,
    html`<header>
      <strong>${graph}</strong>
      <nav aria-label="Parts">${sections.map(
        ([path, name]) =>
          html`<a href="${path === '' ? base : `${base}/${path}`}"${path === current && html` aria-current="page"`}>${name}</a>`,
      )}</nav>
      <form action="${base}/schema" role="search"><input type="search" name="q" maxlength="100" placeholder="Search the schema" aria-label="Search the schema"></form>
    </header>
    <main id="main"><h1>${title}</h1>${body}</main>`,
  );
}

/** Any page. */
export function page(title: string, body: Html): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><link rel="stylesheet" href="/style.css"></head>
<body><a class="skip" href="#main">To the content</a>${body}</body></html>`.text;
}

/** Where a graph's pages begin; other parts of addresses go through `encodeURIComponent` as well. */
export function addressOf(graph: string, ...path: readonly (string | number)[]): string {
  return ['', 'graphs', graph, ...path].map((part) => encodeURIComponent(part)).join('/');
}

/** A table that scrolls by itself where a screen is narrow. */
export function table(heads: readonly string[], rows: readonly Html[], none: string): Html {
  if (rows.length === 0) return html`<p class="soft">${none}</p>`;
  return html`<div class="table" tabindex="0" role="region" aria-label="${heads[0]}"><table><thead><tr>${heads.map(
    (head) => html`<th scope="col">${head}</th>`,
  )}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** A moment, to the minute, in UTC. */
export function timeText(at: Date | string): Html {
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`;
}

/** 48210 as `48,210`. */
export const countText = (count: number): string => count.toLocaleString('en-US');

/** The way to what comes before the last one shown, if there may be some. */
export function olderLink(shown: number, most: number, before: number | undefined): Html {
  if (before === undefined || shown < most) return html``;
  return html`<p><a href="?before=${before}" rel="next">Older</a></p>`;
}
