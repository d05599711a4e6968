import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server that can be cut off and mended, for what happens while the server is out of reach. */
export interface Gate {
  /** The server's URL, through the gate. */
  url: string;
  /** Ends every connection, and refuses new ones. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /**
   * Ends every connection once: when somebody sends a statement with this text, before it reaches the server, or right
   * behind the server's first answer to it.
   */
  cutAt(text: string, when: 'asked' | 'answered'): void;
  close(): Promise<void>;
}

export async function createGate(serverUrl: string): Promise<Gate> {
  const target = new URL(serverUrl);
  const sockets = new Set<Socket>();
  let trap: { text: string; when: 'asked' | 'answered' } | undefined;
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    let isLastAnswer = false;
    near.on('data', (chunk) => {
      if (trap && chunk.includes(trap.text)) {
        const { when } = trap;
        trap = undefined;
        if (when === 'asked') return endAll();
        isLastAnswer = true;
      }
      far.write(chunk);
    });
    far.on('data', (chunk) => {
      if (isLastAnswer) near.end(chunk, endAll);
      else near.write(chunk);
    });
  });
  const endAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  let port = 0;
  const mend = async () => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  };
  const cut = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    endAll();
    await closed;
  };
  await mend();
  const url = new URL(serverUrl);
  url.host = `127.0.0.1:${port}`;
  const cutAt: Gate['cutAt'] = (text, when) => {
    trap = { text, when };
  };
  return { url: url.href, cut, mend, cutAt, close: cut };
}
