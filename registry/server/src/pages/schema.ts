import type { Explored, ExploredField, ExploredType } from '../explore/explored.ts';
import { html, type Html } from './html.ts';
import { addressOf, countText, table } from './layout.ts';

export const schemaPageLimits = {
  /** Hits of a search that are shown. */
  hits: 200,
} as const;

/** All types, or what a search finds: names, descriptions and reasons, whatever the case. */
export function schemaPage(graph: string, { days, isKnown, types, version }: Explored, search: string): Html {
  const wanted = search.toLowerCase();
  const has = (text: string | undefined) => text?.toLowerCase().includes(wanted) ?? false;
  const hits = types.filter(
    ({ description, fields, name }) =>
      has(name) || has(description) || fields.some((field) => has(field.name) || has(field.description)),
  );
  const shown = hits.slice(0, schemaPageLimits.hits);
  return html`<p class="soft">Version ${version}. ${windowText(days, isKnown)}</p>
    ${search !== '' && html`<p>${hits.length} of ${types.length} types match “${search}”.</p>`}
    ${table(
      ['Type', 'Kind', 'Owner', 'Description'],
      shown.map(
        ({ description, fields, kind, name, owners }) => html`<tr>
          <td><a href="${addressOf(graph, 'schema', name)}"><code>${name}</code></a>
            ${
              search !== '' &&
              fields
                .filter((field) => has(field.name))
                .map((field) => html`<br><code class="soft">.${field.name}</code>`)
            }</td>
          <td>${kind}</td><td>${owners.join(', ')}</td><td>${description}</td></tr>`,
      ),
      'Nothing matches.',
    )}
    ${hits.length > shown.length && html`<p class="soft">Only the first ${shown.length} are shown.</p>`}`;
}

/** One type with its fields, who owns and who uses them. */
export function typePage(
  { days, isKnown }: Explored,
  { description, fields, kind, owners }: ExploredType,
): Html {
  return html`<p>${kind}${owners.length > 0 && ` of ${owners.join(', ')}`}. ${description}</p>
    <p class="soft">${windowText(days, isKnown)}</p>
    ${table(
      ['Field', 'Owner', 'Calls', 'Used by'],
      fields.map((field) => fieldRow(field, isKnown)),
      'It has no fields.',
    )}`;
}

function fieldRow(
  { deprecation, description, name, owners, signature, use }: ExploredField,
  isKnown: boolean,
): Html {
  // What it is for stands below it: in a column of its own it is out of a phone's sight, and makes every row tall.
  return html`<tr id="${name}"><td><code>${signature}</code>
      <div>${deprecation !== undefined && html`<span class="warn">Deprecated: ${deprecation}</span> `}${description}</div></td>
    <td>${owners.join(', ')}</td>
    <td class="number">${use.count > 0 ? countText(use.count) : html`<span class="soft">${isKnown ? 'none' : 'not seen'}</span>`}</td>
    <td>${use.clients.join(', ')}</td></tr>`;
}

function windowText(days: number, isKnown: boolean): string {
  return `Use in the last ${days} days${isKnown ? '.' : ', as far as it was reported: the reports do not cover all of them.'}`;
}
