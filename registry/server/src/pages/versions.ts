import type { Version, VersionSummary } from '@murmuration/registry/wire';
import type { ListedChange } from '../work/jobs.ts';
import { html, type Html } from './html.ts';
import { addressOf, table, timeText } from './layout.ts';
import { sideBySide } from './side-by-side.ts';

export const versionPageLimits = {
  /** Versions of one page of the list. */
  listed: 100,
  /** Changes that are listed. */
  changes: 500,
} as const;

/** Versions, newest first. */
export function versionsPage(graph: string, versions: readonly VersionSummary[]): Html {
  return table(
    ['Version', 'When', 'By', 'Subgraphs', 'Why'],
    versions.toReversed().map(
      ({ at, by, equalTo, id, message, subgraphs }) => html`<tr>
          <td><a href="${addressOf(graph, 'versions', id)}">${id}</a>${equalTo !== undefined && ` = ${equalTo}`}</td>
          <td>${timeText(at)}</td><td>${by}</td><td>${subgraphs.join(', ')}</td><td>${message}</td></tr>`,
    ),
    'Nothing has been published yet.',
  );
}

/** One version beside the one before: what clients see differently, then the SDL side by side. */
export function versionPage(
  version: Version,
  before: Version | undefined,
  changes: readonly ListedChange[] | undefined,
): Html {
  const { at, by, message, subgraphs } = version;
  return html`<p>${timeText(at)} by ${by}. ${message}</p>
    ${before && html`<h2>What clients see differently from version ${before.id}</h2>`}
    ${before && changesTable(changes ?? [])}
    ${subgraphs.map((subgraph) => {
      const old = before?.subgraphs.find(({ name }) => name === subgraph.name)?.sdl ?? '';
      return old === subgraph.sdl
        ? html`<h2>${subgraph.name}</h2><p class="soft">Unchanged.</p>`
        : html`<h2>${subgraph.name}</h2>${sideBySide(old, subgraph.sdl)}`;
    })}
    ${before?.subgraphs
      .filter(({ name }) => !subgraphs.some((one) => one.name === name))
      .map(({ name }) => html`<h2>${name}</h2><p class="bad">Removed.</p>`)}`;
}

/** Changes, the gravest first. */
export function changesTable(changes: readonly ListedChange[]): Html {
  return table(
    ['Level', 'Where', 'What'],
    changes.slice(0, versionPageLimits.changes).map(
      ({ coordinate, level, message }) => html`<tr>
        <td class="${level === 'breaking' ? 'bad' : level === 'dangerous' ? 'warn' : 'good'}">${level}</td>
        <td><code>${coordinate}</code></td><td>${message}</td></tr>`,
    ),
    'No difference.',
  );
}
