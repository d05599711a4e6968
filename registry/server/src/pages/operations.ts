import type { ListedGateway } from '../api/governance.ts';
import { type ListedOperation, operationLimits, percentileText } from '../usage/operations.ts';
import { html, type Html } from './html.ts';
import { addressOf, countText, table, timeText } from './layout.ts';

/** Who sends what, how often, how fast. */
export function operationsPage(graph: string, operations: readonly ListedOperation[], days: number): Html {
  return html`<p class="soft">The last ${days} days, most called first; at most ${operationLimits.listed}.</p>
    ${table(
      ['Operation', 'Client', 'Calls', 'Errors', 'Median', '95 %', 'Last'],
      operations.map(
        ({ client, count, errors, hash, kind, lastAt, latency, name, version }) => html`<tr>
          <td><a href="${addressOf(graph, 'operations', hash)}">${name === '' ? 'anonymous' : name}</a> <span class="soft">${kind}</span></td>
          <td>${version === '' ? client : `${client}@${version}`}</td><td class="number">${countText(count)}</td>
          <td class="number${errors > 0 && ' bad'}">${countText(errors)}</td>
          <td>${percentileText(latency, 0.5)}</td><td>${percentileText(latency, 0.95)}</td><td>${timeText(lastAt)}</td></tr>`,
      ),
      'No gateway has reported an operation yet.',
    )}`;
}

/** Which gateway runs what. */
export function gatewaysPage(
  graph: string,
  gateways: readonly ListedGateway[],
  head: number | undefined,
): Html {
  return table(
    ['Gateway', 'Version', 'Since', 'Heard of'],
    gateways.map(
      ({ name, seenAt, since, supergraph, version }) => html`<tr><td>${name}</td>
        <td>${
          version === null
            ? html`<span class="warn">unknown <code>${supergraph}</code></span>`
            : html`<a href="${addressOf(graph, 'versions', version)}">${version}</a>${version !== head && html` <span class="warn">not the newest</span>`}`
        }</td><td>${timeText(since)}</td><td>${timeText(seenAt)}</td></tr>`,
    ),
    'No gateway has reported yet.',
  );
}
