/** How a scenario is run. */
export interface ChaosOptions {
  /** How long it makes trouble; setting up and looking at what became of it come on top. */
  seconds: number;
  /** What is done comes of it. */
  seed: number;
  /** How often each part is killed; three times by default. */
  rounds?: number;
  /** How many sockets are cut; 10,000 by default. */
  cuts?: number;
  /** How many people there are, where a scenario leaves it open. */
  people?: number;
  /** How long after its hiding was acknowledged what was said before may still come; what is promised by default. */
  graceMs?: number;
  log(line: string): void;
}

export interface ChaosResult {
  /** Promises that did not hold; empty when all did. */
  wrong: string[];
  figures: Record<string, number>;
}

export type Scenario = (options: ChaosOptions) => Promise<ChaosResult>;
