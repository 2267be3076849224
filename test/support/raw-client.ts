import { connect, type Socket } from 'node:net';

/** A reply as it came over the wire. */
export interface RawReply {
  readonly status: number;
  /** Names as sent, in order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** All of it, one character for each byte. */
  readonly text: string;
}

export interface RawOptions {
  readonly address?: '127.0.0.1' | '::1';
  /** How long the other side may take to close the connection. */
  readonly timeoutMilliseconds?: number;
}

function readReply(text: string): RawReply | undefined {
  const end = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = text.slice(0, Math.max(end, 0)).split('\r\n');
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1];
  if (status === undefined) {
    return undefined;
  }
  const headers = lines.map((line): readonly [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const body = Buffer.from(text.slice(end + 4), 'latin1').toString('utf8');
  return { status: Number(status), headers, body, text };
}

/** Opens a socket and resolves once it is connected; the caller destroys it. */
export async function openSocket(port: number, options: RawOptions = {}): Promise<Socket> {
  const socket = connect({ port, host: options.address ?? '127.0.0.1' });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => socket.destroy());
  return socket;
}

/** Reads until the other side closes; gives nothing when it closed without a reply. */
export async function readUntilClose(
  socket: Socket,
  timeoutMilliseconds = 90_000,
): Promise<RawReply | undefined> {
  const chunks: Buffer[] = [];
  const timer = setTimeout(
    () => socket.destroy(new Error('the other side did not close')),
    timeoutMilliseconds,
  );
  let failure: Error | undefined;
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', (error) => {
    failure = error;
  });
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  clearTimeout(timer);
  if (failure?.message === 'the other side did not close') {
    throw failure;
  }
  return readReply(Buffer.concat(chunks).toString('latin1'));
}

/** Sends exactly these bytes (one for each character) and reads until the other side closes. */
export async function sendRaw(
  port: number,
  request: string,
  options: RawOptions = {},
): Promise<RawReply | undefined> {
  const socket = await openSocket(port, options);
  const reply = readUntilClose(socket, options.timeoutMilliseconds);
  socket.write(Buffer.from(request, 'latin1'));
  return await reply;
}

/** Writes a GET with the right `Host` and these further header lines. */
export function getRequest(authority: string, target: string, headers: readonly string[] = []): string {
  return [`GET ${target} HTTP/1.1`, `Host: ${authority}`, ...headers, '', ''].join('\r\n');
}

/** The value of a header, the first one of that name. */
export function headerOf(reply: RawReply | undefined, name: string): string | undefined {
  return reply?.headers.find(([candidate]) => candidate.toLowerCase() === name.toLowerCase())?.[1];
}
