import type { EdgeContext } from '../operation/context.ts';
import type { Admitted } from '../operation/types.ts';
import { execute } from '../execution/execute.ts';
import type { SupergraphHost } from '../supergraph/host.ts';
import type { GatewayInterface } from './gateway-interface.ts';

/** Where an operation's context says what was admitted. Apollo Server copies contexts, so it cannot be remembered by them. */
const admission = Symbol('admitted');

/** The same context, for Apollo Server: it knows what was admitted under it. */
export function withAdmission(context: EdgeContext, admitted: Admitted): EdgeContext {
  return { ...context, [admission]: admitted } as EdgeContext;
}

/** Our executor behind the interface that Apollo Server has for gateways. */
export function createOurGateway(host: Pick<SupergraphHost, 'serving' | 'onSwap'>): GatewayInterface {
  const stops: (() => void)[] = [];
  return {
    onSchemaLoadOrUpdate(listener) {
      const announce = () => {
        const { apiSchema, supergraphSdl } = host.serving().generation;
        listener({ apiSchema, coreSupergraphSdl: supergraphSdl });
      };
      announce();
      const stop = host.onSwap(announce);
      stops.push(stop);
      return stop;
    },
    async load() {
      return {
        async executor({ context }) {
          const edge = context as EdgeContext & { readonly [admission]?: Admitted };
          // By the plan that admission made: it is of the supergraph that admitted the operation.
          const admitted = edge[admission];
          if (!admitted?.compiled) throw new Error('an operation came past admission');
          const { compiled, variables } = admitted;
          return execute(compiled, { variables, context: edge, signal: edge.signal });
        },
      };
    },
    async stop() {
      for (const stop of stops) stop();
    },
  };
}
