import '../no-telemetry.ts';
import { parentPort, workerData } from 'node:worker_threads';
import { ApolloGateway } from '@apollo/gateway';

/** Answers why `@apollo/gateway` does not take a supergraph, or null. */
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const gateway = new ApolloGateway({ supergraphSdl: (workerData as { sdl: string }).sdl, logger: silent });
try {
  await gateway.load({ apollo: {} });
  parentPort?.postMessage(null, []);
} catch (error) {
  parentPort?.postMessage(error instanceof Error ? error.message : String(error), []);
}
await gateway.stop();
