/** A call of a method; `body` is laid out as `signature` says. */
export interface MethodCall {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature?: string;
  readonly body?: string;
}

/** A message that answers the call of `replySerial`; others have none. */
export interface ReceivedMessage {
  readonly isReturn: boolean;
  readonly replySerial: number | undefined;
  readonly signature: string;
  readonly body: MessageReader;
  /** Bytes of the whole message. */
  readonly length: number;
}

// D-Bus Specification, "Message Format": types, codes of header fields, flags.
const METHOD_CALL = 1;
const METHOD_RETURN = 2;
const NO_AUTO_START = 2;
const VERSION = 1;
const FIELD = { path: 1, interface: 2, member: 3, replySerial: 5, destination: 6, signature: 8 } as const;
/** Bytes before the header fields. */
const PREFIX_LENGTH = 16;

// D-Bus Specification, "Marshaling": little endian, one character for each byte, from a boundary of eight bytes on.
const byte = (value: number) => String.fromCharCode(value);

/** Lays out a number (`u`), or the length of an array. */
export const uint32 = (value: number) =>
  String.fromCharCode(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24);

/** Lays out ASCII text as a string (`s`) or object path (`o`). */
export const string = (text: string) => `${uint32(text.length)}${text}\0`;

/** Lays out a signature (`g`). */
export const signature = (text: string) => `${byte(text.length)}${text}\0`;

/** Fills up to the boundary that the next value needs. */
export const aligned = (bytes: string, boundary: number) =>
  bytes.padEnd(Math.ceil(bytes.length / boundary) * boundary, '\0');

/** The call in bytes (`latin1`); a service that does not run is not started for it. */
export function methodCallMessage(serial: number, call: MethodCall): string {
  const texts: [number, string, string][] = [
    [FIELD.path, 'o', call.path],
    [FIELD.interface, 's', call.interface],
    [FIELD.member, 's', call.member],
    [FIELD.destination, 's', call.destination],
  ];
  let fields = '';
  for (const [code, type, text] of texts) {
    fields = aligned(fields, 8) + byte(code) + signature(type) + string(text);
  }
  if (call.signature !== undefined) {
    fields = aligned(fields, 8) + byte(FIELD.signature) + signature('g') + signature(call.signature);
  }
  const body = call.body ?? '';
  const prefix = `l${byte(METHOD_CALL)}${byte(NO_AUTO_START)}${byte(VERSION)}`;
  return aligned(prefix + uint32(body.length) + uint32(serial) + uint32(fields.length) + fields, 8) + body;
}

/** Reads values in the order in which they were laid out; throws a `RangeError` beyond the end. */
export class MessageReader {
  private readonly bytes: Buffer;
  private at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  align(boundary: number): void {
    this.at = Math.ceil(this.at / boundary) * boundary;
  }

  byte(): number {
    this.at += 1;
    return this.bytes.readUInt8(this.at - 1);
  }

  uint32(): number {
    this.align(4);
    this.at += 4;
    return this.bytes.readUInt32LE(this.at - 4);
  }

  /** A string, an object path or an array of bytes. */
  text(length = this.uint32()): string {
    const start = this.at;
    this.at += length;
    if (this.at > this.bytes.length) throw new RangeError('a message that ends too early');
    return this.bytes.toString('utf8', start, this.at);
  }

  string(): string {
    const text = this.text();
    this.byte();
    return text;
  }

  signature(): string {
    const text = this.text(this.byte());
    this.byte();
    return text;
  }

  /** An array of object paths. */
  paths(): string[] {
    const end = this.uint32() + this.at;
    const paths: string[] = [];
    while (this.at < end) paths.push(this.string());
    return paths;
  }
}

/** Reads the first message; `undefined` while it is not all there. Throws a `RangeError` when it is malformed. */
export function readMessage(bytes: Buffer): ReceivedMessage | undefined {
  if (bytes.length < PREFIX_LENGTH) return undefined;
  if (bytes[0] !== 'l'.charCodeAt(0) || bytes[3] !== VERSION) throw new RangeError('not a message');
  const fieldsEnd = PREFIX_LENGTH + bytes.readUInt32LE(12);
  const bodyStart = Math.ceil(fieldsEnd / 8) * 8;
  const length = bodyStart + bytes.readUInt32LE(4);
  if (bytes.length < length) return undefined;
  let replySerial: number | undefined;
  let bodySignature = '';
  const fields = new MessageReader(bytes.subarray(PREFIX_LENGTH, fieldsEnd));
  while (!fields.isAtEnd) {
    fields.align(8);
    const code = fields.byte();
    const type = fields.signature();
    if (type === 'u') {
      const number = fields.uint32();
      if (code === FIELD.replySerial) replySerial = number;
    } else {
      const text = type === 'g' ? fields.signature() : fields.string();
      if (code === FIELD.signature) bodySignature = text;
    }
  }
  const body = new MessageReader(bytes.subarray(bodyStart, length));
  return { isReturn: bytes[1] === METHOD_RETURN, replySerial, signature: bodySignature, body, length };
}
