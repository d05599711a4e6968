import { createServer } from 'node:net';

/** Ends the process when another program listens on the port, naming the way out. */
export async function refuseTakenPort(port, host) {
  const isFree = await new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
  if (isFree) return;
  console.error(`Port ${port} is taken by another program. Choose another: PORT=${port + 1} npm start`);
  process.exit(1);
}
