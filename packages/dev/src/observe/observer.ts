/** A server that looks at a stack. */
export interface Observer {
  url: string;
  stop: () => Promise<void>;
}

export interface ObserverOptions {
  /** The program to run. */
  command: string;
  stateFolder: string;
  port: number;
  /** Addresses of metrics by part. */
  targets: ReadonlyMap<string, readonly string[]>;
}
