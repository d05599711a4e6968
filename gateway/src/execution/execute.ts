import type {
  CompiledOperation,
  EventOutcome,
  ExecuteArgs,
  ExecutionOutcome,
  SubgraphResponse,
} from './types.ts';

/** Runs a query or a mutation. Never rejects for what a subgraph did: that becomes `errors`. */
export function execute(compiled: CompiledOperation, args: ExecuteArgs): Promise<ExecutionOutcome> {
  if (compiled.kind === 'subscription') {
    throw new Error('A subscription is opened upstream, then executeRest runs for each event');
  }
  return compiled.run(args);
}

/** Completes one upstream event of a subscription. The event is left as it is, so subscribers may share it. */
export function executeRest(
  compiled: CompiledOperation,
  event: SubgraphResponse,
  args: ExecuteArgs,
): Promise<EventOutcome> {
  return compiled.runRest(event, args);
}
