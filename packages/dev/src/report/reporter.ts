/** Where a start tells what it does. */
export interface Reporter {
  /** Runs one step and tells how it went and how long it took. */
  step: <T>(label: string, work: () => Promise<T>) => Promise<T>;
  note: (message: string) => void;
  /** A step that counts, redrawn in place on a terminal. */
  progress: (label: string, done: number, total: number) => void;
}

/** Says nothing: for tests. */
export const silentReporter: Reporter = {
  step: (_label, work) => work(),
  note: () => {},
  progress: () => {},
};

const barWidth = 28;
/** A log file gets a line per this much of a long step, not one per batch. */
const plainStep = 0.25;

/** Writes to the terminal, or plain lines where there is none. */
export function createReporter(out: NodeJS.WriteStream = process.stderr): Reporter {
  let isBarOpen = false;
  let lastPlain = { label: '', share: 0 };
  const line = (text: string) => {
    if (isBarOpen) out.write('\r\u001b[K');
    isBarOpen = false;
    out.write(`${text}\n`);
  };
  return {
    note: line,
    step: async (label, work) => {
      const startedAt = performance.now();
      try {
        const result = await work();
        line(`  ✓ ${label} (${seconds(performance.now() - startedAt)})`);
        return result;
      } catch (error) {
        line(`  ✗ ${label}`);
        throw error;
      }
    },
    progress: (label, done, total) => {
      const share = total === 0 ? 1 : Math.min(done / total, 1);
      if (out.isTTY) {
        const filled = Math.round(share * barWidth);
        const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
        out.write(`\r\u001b[K    ${bar} ${label} ${done}/${total}`);
        isBarOpen = true;
      } else if (label !== lastPlain.label || share - lastPlain.share >= plainStep) {
        lastPlain = { label, share };
        out.write(`    ${label} ${done}/${total}\n`);
      }
    },
  };
}

/** A duration for people. */
export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
