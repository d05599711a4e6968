import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to an address that can be cut, as networks are. */
export interface Cuttable {
  port: number;
  /** Connections so far. */
  count(): number;
  /** Destroys all that are open. */
  cut(): void;
  /** From now on the next connections are cut after so many bytes of the server's; one number each. */
  cutAfter(bytes: readonly number[]): void;
  close(): Promise<void>;
}

export async function startCuttable(to: { port: number; host: string }): Promise<Cuttable> {
  const open = new Set<Socket>();
  const limits: number[] = [];
  let count = 0;
  const server = createServer((client) => {
    count++;
    const limit = limits.shift() ?? Number.POSITIVE_INFINITY;
    const upstream = connect(to);
    let passed = 0;
    const cut = () => {
      client.destroy();
      upstream.destroy();
      open.delete(client);
    };
    open.add(client);
    for (const side of [client, upstream]) side.once('close', cut).once('error', cut);
    client.pipe(upstream);
    upstream.on('data', (data) => {
      passed += data.length;
      client.write(passed <= limit ? data : data.subarray(0, data.length - (passed - limit)));
      if (passed >= limit) cut();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cutAll = () => {
    for (const client of open) client.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    count: () => count,
    cut: cutAll,
    cutAfter: (bytes) => void limits.push(...bytes),
    async close() {
      cutAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
