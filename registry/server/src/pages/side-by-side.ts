import { html, type Html } from './html.ts';

export const diffLimits = {
  /** Lines of both texts together that differ between their common beginning and end; more are shown as replaced. */
  lines: 4_000,
  /** Lines that are shown around a difference. */
  context: 3,
} as const;

type Row = { kind: 'same' | 'changed'; before: string | undefined; after: string | undefined };

/** Two texts beside each other, without what they have in common far from a difference. */
export function sideBySide(before: string, after: string): Html {
  const rows = alignLines(before === '' ? [] : before.split('\n'), after.split('\n'));
  const near = rows.map((_, at) =>
    rows
      .slice(Math.max(0, at - diffLimits.context), at + diffLimits.context + 1)
      .some(({ kind }) => kind === 'changed'),
  );
  const shown = rows.flatMap((row, at): Html[] => {
    if (near[at]) return [rowHtml(row)];
    return near[at - 1] ? [html`<tr><td class="soft">⋯</td><td class="soft">⋯</td></tr>`] : [];
  });
  return html`<div class="table" tabindex="0" role="region" aria-label="Difference"><table class="diff">
    <thead><tr><th scope="col">Before</th><th scope="col">After</th></tr></thead><tbody>${shown}</tbody></table></div>`;
}

function rowHtml({ after, before, kind }: Row): Html {
  const isChanged = kind === 'changed';
  return html`<tr><td${isChanged && before !== undefined && html` class="gone"`}>${before ?? ''}</td><td${isChanged && after !== undefined && html` class="come"`}>${after ?? ''}</td></tr>`;
}

/** Pairs the lines of two texts by their longest common sequence. */
export function alignLines(before: readonly string[], after: readonly string[]): Row[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  )
    end++;
  const same = (line: string | undefined): Row => ({ kind: 'same', before: line, after: line });
  return [
    ...before.slice(0, start).map(same),
    ...pairUp(middle(before.slice(start, before.length - end), after.slice(start, after.length - end))),
    ...before.slice(before.length - end).map(same),
  ];
}

type Step = { side: 'both' | 'before' | 'after'; line: string };

function middle(before: readonly string[], after: readonly string[]): Step[] {
  const gone = (line: string): Step => ({ side: 'before', line });
  const come = (line: string): Step => ({ side: 'after', line });
  if (before.length + after.length > diffLimits.lines) return [...before.map(gone), ...after.map(come)];
  // lengths[i][j]: how much the rests from line i and from line j have in common.
  const width = after.length + 1;
  const lengths = new Uint16Array((before.length + 1) * width);
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--)
      lengths[i * width + j] =
        before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const steps: Step[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const [one, other] = [before[i], after[j]];
    if (one !== undefined && one === other) {
      steps.push({ side: 'both', line: one });
      i++;
      j++;
    } else if (one !== undefined && (other === undefined || at(i + 1, j) >= at(i, j + 1))) {
      steps.push(gone(one));
      i++;
    } else {
      steps.push(come(other ?? ''));
      j++;
    }
  }
  return steps;
}

/** Lines that went stand beside those that came for them. */
function pairUp(steps: readonly Step[]): Row[] {
  const rows: Row[] = [];
  let gone: string[] = [];
  let come: string[] = [];
  const flush = () => {
    for (let at = 0; at < Math.max(gone.length, come.length); at++)
      rows.push({ kind: 'changed', before: gone[at], after: come[at] });
    [gone, come] = [[], []];
  };
  for (const { line, side } of steps) {
    if (side === 'before') gone.push(line);
    else if (side === 'after') come.push(line);
    else {
      flush();
      rows.push({ kind: 'same', before: line, after: line });
    }
  }
  flush();
  return rows;
}
