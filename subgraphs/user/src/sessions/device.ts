import { networkOf } from '@murmuration/service-kit';
import type { RequestContext } from '@murmuration/service-kit/subgraph';
import Bowser from 'bowser';

/** What a request tells of the device that sent it. */
export type Caller = Pick<RequestContext, 'clientAddress' | 'clientAgent'>;

/** As much of it as is kept: enough for its owner to know it. */
export interface Device {
  /** `Firefox on Linux`; null when it said nothing that can be told. */
  client: string | null;
  /** `203.0.113.0/24`; null when the gateway did not say. */
  network: string | null;
}

const longestClient = 64;

export function deviceOf({ clientAddress, clientAgent }: Caller): Device {
  return {
    client: clientAgent === null ? null : clientOf(clientAgent),
    network: clientAddress === null ? null : networkOf(clientAddress),
  };
}

function clientOf(agent: string): string | null {
  if (agent.trim() === '') return null;
  const { browser, os } = Bowser.parse(agent);
  // Whoever is no browser begins with its name: `MurmurationApp/3.1 (…)`.
  const name = browser.name || agent.split(/[/\s]/, 1)[0] || '';
  const plain = [name, os.name]
    .filter(Boolean)
    .join(' on ')
    .replaceAll(/[^\x20-\x7E]/g, '');
  return plain.slice(0, longestClient).trim() || null;
}
