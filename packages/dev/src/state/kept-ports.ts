import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort } from '../provision/ports.ts';

export interface KeptPorts {
  /** The port this name had at the last start if it is still free, else a new one. Never one port twice. */
  of: (name: string) => Promise<number>;
  /** Notes a port that was chosen elsewhere. */
  keep: (name: string, port: number) => void;
  /** The port of the last start. */
  last: (name: string) => number | undefined;
}

/** Ports stay the same from one start to the next, so that bookmarks and dashboards do too. */
export function openKeptPorts(stateFolder: string): KeptPorts {
  const file = path.join(stateFolder, 'ports.json');
  const ports = read(file);
  const keep = (name: string, port: number) => {
    ports[name] = port;
    writeFileSync(file, `${JSON.stringify(ports, null, 2)}\n`);
  };
  return {
    last: (name) => ports[name],
    keep,
    of: async (name) => {
      const others = Object.entries(ports).flatMap(([other, port]) => (other === name ? [] : [port]));
      let port = await freePort(ports[name]);
      while (others.includes(port)) port = await freePort();
      keep(name, port);
      return port;
    },
  };
}

function read(file: string): Record<string, number> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
  } catch {
    return {};
  }
}
