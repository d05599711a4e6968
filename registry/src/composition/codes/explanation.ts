/** What a composition code means and what to do about it; `registry explain CODE` prints both. */
export type CodeExplanation = { means: string; fix: string };
