/**
 * How fast do posts reach open subscriptions? `pnpm bench live [--only crowd,saturation,reed,idle] [--seconds n] [--graph file]`
 *
 * Text and author come from other subgraphs than the event. Clients, stores and all processes share the machine; a bare
 * graphql-ws server tells the same clients the same payload in the same run. See README.md.
 */
import { parseArgs } from 'node:util';
import { measureCrowd } from './measure-crowd.ts';
import { measureIdle } from './measure-idle.ts';
import { measureReed } from './measure-reed.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'crowd,reed,idle' },
    seconds: { type: 'string', default: '15' },
    graph: { type: 'string', default: '../shared/data/socfb-Reed98.edges' },
  },
});
const parts = values.only.split(',');
const seconds = Number(values.seconds);
if (parts.includes('crowd')) await measureCrowd(seconds);
if (parts.includes('saturation')) await measureCrowd(seconds, true);
if (parts.includes('reed')) await measureReed(values.graph, seconds);
if (parts.includes('idle')) await measureIdle();
