import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  request as sendRequest,
} from 'node:http';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export async function listenOnLoopback(server: Server): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new TypeError('the server has no port');
  }
  return `http://127.0.0.1:${address.port}`;
}

export async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Sends the request on as it came, the Host field included, and gives the whole reply. */
export async function forward(request: IncomingMessage, body: Buffer, origin: string): Promise<Reply> {
  const { connection: _connection, 'transfer-encoding': _encoding, ...headers } = request.headers;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const onward = sendRequest(new URL(request.url ?? '/', origin), {
      method: request.method ?? 'GET',
      agent: false,
      headers: { ...headers, ...(body.length > 0 ? { 'content-length': String(body.length) } : {}) },
    });
    onward.once('response', resolve);
    onward.once('error', reject);
    onward.end(body);
  });
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: await readBody(response),
  };
}

export function send(response: ServerResponse, reply: Reply): void {
  const {
    connection: _connection,
    'keep-alive': _alive,
    'transfer-encoding': _encoding,
    ...headers
  } = reply.headers;
  const { 'content-length': _length, ...rest } = headers;
  response.writeHead(reply.status, { ...rest, 'content-length': reply.body.length });
  response.end(reply.body);
}
