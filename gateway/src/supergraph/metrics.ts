import { Counter, metrics } from '@murmuration/service-kit';

export const supergraphLoads = new Counter({
  name: 'gateway_supergraph_loads_total',
  help: 'Supergraphs taken into service or refused',
  labelNames: ['outcome'],
  registers: [metrics],
});

for (const outcome of ['served', 'refused']) supergraphLoads.labels(outcome).inc(0);
