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
const PATH = 1;
const INTERFACE = 2;
const MEMBER = 3;
const REPLY_SERIAL = 5;
const DESTINATION = 6;
const SIGNATURE = 8;
/** Bytes before the header fields. */
const PREFIX_LENGTH = 16;

// D-Bus Specification, "Marshaling": little endian, one character for each byte, from a boundary of eight bytes on.

/** Lays out a number (`u`), or the length of an array. */
export const uint32 = (value: number) =>
  String.fromCharCode(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24);

/** Lays out ASCII text as a string (`s`) or object path (`o`). */
export const string = (text: string) => `${uint32(text.length)}${text}\0`;

/** Lays out a signature (`g`). */
export const signature = (text: string) => `${String.fromCharCode(text.length)}${text}\0`;

/** Fills up to the boundary that the next value needs. */
export const aligned = (bytes: string, boundary: number) =>
  bytes.padEnd(Math.ceil(bytes.length / boundary) * boundary, '\0');

/** The call in bytes (`latin1`); a service that does not run is not started for it. */
export function methodCallMessage(serial: number, call: MethodCall): string {
  const { body = '' } = call;
  const values: [number, string][] = [
    [PATH, `\x01o\0${string(call.path)}`],
    [INTERFACE, `\x01s\0${string(call.interface)}`],
    [MEMBER, `\x01s\0${string(call.member)}`],
    [DESTINATION, `\x01s\0${string(call.destination)}`],
  ];
  if (call.signature !== undefined) {
    values.push([SIGNATURE, `\x01g\0${signature(call.signature)}`]);
  }
  let fields = '';
  for (const [code, value] of values) {
    fields = aligned(fields, 8) + String.fromCharCode(code) + value;
  }
  const prefix = `l${String.fromCharCode(METHOD_CALL, NO_AUTO_START, VERSION)}`;
  return aligned(prefix + uint32(body.length) + uint32(serial) + uint32(fields.length) + fields, 8) + body;
}

/** Reads the values of a body in the order in which they were laid out; throws a `RangeError` beyond the end. */
export class MessageReader {
  private readonly bytes: Buffer;
  private at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  uint32(): number {
    this.at = Math.ceil(this.at / 4) * 4 + 4;
    return this.bytes.readUInt32LE(this.at - 4);
  }

  /** An array of bytes, as text. */
  text(): string {
    const length = this.uint32();
    this.at += length;
    if (this.at > this.bytes.length) {
      throw new RangeError('a message that ends too early');
    }
    return this.bytes.toString('utf8', this.at - length, this.at);
  }

  /** A string or an object path. */
  string(): string {
    const text = this.text();
    this.at += 1;
    return text;
  }

  /** A variant (`v`) that holds a string; throws a `RangeError` when it holds something else. */
  stringVariant(): string {
    if (this.bytes.toString('latin1', this.at, this.at + 3) !== signature('s')) {
      throw new RangeError('not a string in a variant');
    }
    this.at += 3;
    return this.string();
  }

  /** An array of object paths. */
  paths(): string[] {
    const end = this.uint32() + this.at;
    const paths: string[] = [];
    while (this.at < end) {
      paths.push(this.string());
    }
    return paths;
  }
}

/** Reads the first message; `undefined` while it is not all there. Throws a `RangeError` when it is malformed. */
export function readMessage(bytes: Buffer): ReceivedMessage | undefined {
  if (bytes.length < PREFIX_LENGTH) {
    return undefined;
  }
  if (bytes[0] !== 0x6c || bytes[3] !== VERSION) {
    throw new RangeError('not a message');
  }
  const fieldsEnd = PREFIX_LENGTH + bytes.readUInt32LE(12);
  const bodyStart = Math.ceil(fieldsEnd / 8) * 8;
  const length = bodyStart + bytes.readUInt32LE(4);
  if (bytes.length < length) {
    return undefined;
  }
  let replySerial: number | undefined;
  let bodySignature = '';
  const header = bytes.subarray(0, fieldsEnd);
  for (let at = PREFIX_LENGTH; at < fieldsEnd; at = Math.ceil(at / 8) * 8) {
    const code = header[at];
    // After the code comes the type of the value: a signature of one character.
    const type = header.toString('latin1', at + 1, at + 4);
    at += 4;
    if (type === '\x01u\0') {
      if (code === REPLY_SERIAL) {
        replySerial = header.readUInt32LE(at);
      }
      at += 4;
    } else if (type === '\x01g\0') {
      const size = header.readUInt8(at);
      if (code === SIGNATURE) {
        bodySignature = header.toString('latin1', at + 1, at + 1 + size);
      }
      at += size + 2;
    } else if (type === '\x01s\0' || type === '\x01o\0') {
      at += header.readUInt32LE(at) + 5;
    } else {
      throw new RangeError('a header field of another type');
    }
    if (at > fieldsEnd) {
      throw new RangeError('a header field that ends too late');
    }
  }
  const body = new MessageReader(bytes.subarray(bodyStart, length));
  return { isReturn: bytes[1] === METHOD_RETURN, replySerial, signature: bodySignature, body, length };
}
