import { type Report, useText } from '@murmuration/registry/wire';
import type { ListedCheck } from '../api/judgements.ts';
import { html, type Html } from './html.ts';
import { addressOf, table, timeText } from './layout.ts';

export const checkPageLimits = {
  /** Changes and problems that are listed. */
  listed: 500,
} as const;

/** Checks, newest first. */
export function checksPage(graph: string, checks: readonly ListedCheck[]): Html {
  return table(
    ['Check', 'When', 'Verdict', 'By', 'Context'],
    checks.map(
      ({ at, by, context, id, verdict }) => html`<tr>
        <td><a href="${addressOf(graph, 'checks', id)}">${id}</a></td><td>${timeText(at)}</td>
        <td>${verdictText(verdict)}</td><td>${by}</td><td>${context ?? ''}</td></tr>`,
    ),
    'Nothing has been checked yet.',
  );
}

/** One check: its steps, its changes with usage and approvals, its problems. */
export function checkPage({ at, by, context, report, verdict }: ListedCheck & { report: Report }): Html {
  const { against, changes = [], compositionErrors = [], documents = [], steps = [] } = report;
  return html`<p>${verdictText(verdict)}: ${timeText(at)} by ${by}, against ${against}.</p>
    ${table(
      ['Step', 'Status', 'Result'],
      steps.map(
        (step) => html`<tr><td>${step.name}</td><td>${step.status}</td>
          <td>${step.status === 'skipped' ? step.because : step.summary}</td></tr>`,
      ),
      'Of this report only the verdict was kept.',
    )}
    ${
      (compositionErrors.length > 0 || documents.length > 0) &&
      html`<h2>Problems</h2><ul>${[...compositionErrors, ...documents]
        .slice(0, checkPageLimits.listed)
        .map(({ message }) => html`<li class="bad">${message}</li>`)}</ul>`
    }
    ${changes.length > 0 && html`<h2>Changes</h2>`}
    ${
      changes.length > 0 &&
      table(
        ['Level', 'Change', 'Use', 'Verdict'],
        changes.slice(0, checkPageLimits.listed).map((change) => changeRow(change, context)),
        '',
      )
    }`;
}

function changeRow(change: Report['changes'][number], context: string | null): Html {
  const { approval, coordinate, id, level, message, notes, severity, usage } = change;
  const use =
    usage.status === 'used'
      ? usage.operations.map((one) => `${one.name} (${useText(one)})`).join('; ')
      : usage.status;
  return html`<tr><td>${level}</td><td><code>${coordinate}</code><div>${message} ${notes.join(' ')}</div></td><td>${use}</td>
    <td class="${severity === 'fail' ? 'bad' : severity === 'warn' ? 'warn' : 'good'}">${severity}${approval && ` (approved by ${approval.by}: ${approval.reason})`}
    ${severity === 'fail' && html`<br><code>registry approve ${id} --context ${context ?? 'CONTEXT'} --reason …</code>`}</td></tr>`;
}

function verdictText(verdict: string): Html {
  return html`<strong class="${verdict === 'passed' ? 'good' : 'bad'}">${verdict}</strong>`;
}
