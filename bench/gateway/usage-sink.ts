import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A registry in a process of its own that takes every report and looks at none; it tells its parent its port. */
const server = createServer((request, response) => {
  request.resume().once('end', () => response.writeHead(202).end('{"status":"counted"}'));
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.once('disconnect', () => process.exit(0));
