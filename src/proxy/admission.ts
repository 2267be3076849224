import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Secret } from '../ground/secret.ts';
import { isAdmitted, lookUpPeerUser, type PeerUser, readTables } from '../loopback/peer-user.ts';
import { isOurHost } from '../loopback/request-screening.ts';
import type { TokenPresentation } from '../providers/provider.ts';
import { showsPhantomToken } from './phantom-token.ts';
import type { Refusal } from './refusal.ts';

/** Whose requests are answered. */
export interface AdmissionOptions {
  readonly phantom: Secret;
  /** How the API of the provider takes a token. */
  readonly presentation?: TokenPresentation;
  readonly platform: NodeJS.Platform;
  /** User ids, besides 0; the user of this process unless told. */
  readonly users?: readonly number[];
  /** Who is at the other end of a socket; asked on Linux only. */
  readonly peerUser?: (socket: Socket) => Promise<PeerUser>;
}

/** Tells why a request is not answered, or nothing; `authority` is the host and port that was listened on. */
export type Admission = (request: IncomingMessage, authority: string) => Promise<Refusal | undefined>;

/**
 * Decides who may use the proxy: this user, by its own address, with the phantom token. Pages in a browser may not.
 */
export function openAdmission(options: AdmissionOptions): Admission {
  const { phantom, presentation, platform } = options;
  const users = options.users ?? [process.getuid?.() ?? 0];
  const peerUser = options.peerUser ?? openPeerLookup();
  const known = new WeakMap<Socket, Promise<boolean>>();
  const isUser = (socket: Socket): Promise<boolean> => {
    const answer = known.get(socket) ?? peerUser(socket).then((user) => isAdmitted(user, users));
    known.set(socket, answer);
    return answer;
  };
  return async (request, authority) => {
    if (platform === 'linux' && !(await isUser(request.socket))) {
      return 'other_user';
    }
    if (!isOurHost(request, authority)) {
      return 'wrong_host';
    }
    if (isOfBrowserPage(request)) {
      return 'browser_page';
    }
    return showsPhantomToken(request, presentation, phantom) ? undefined : 'token_required';
  };
}

/**
 * Whether a page in a browser asks (Fetch Metadata §2, Fetch §3.2). Browsers send `Sec-Fetch-Site` with every request to
 * a loopback address; the `fetch` of Node sends `Sec-Fetch-Mode` alone.
 */
function isOfBrowserPage({ headers }: IncomingMessage): boolean {
  return Object.keys(headers).some(
    (name) => name === 'origin' || (name.startsWith('sec-fetch-') && name !== 'sec-fetch-mode'),
  );
}

/** Looks up who is at the other end. Connections that come at one moment share one look at the table of the kernel. */
export function openPeerLookup(): (socket: Socket) => Promise<PeerUser> {
  let waiting: (() => void)[] = [];
  let read = readTables;
  const answerAll = () => {
    const texts = new Map<string, string>();
    read = (names) => {
      const key = names.join();
      const text = texts.get(key) ?? readTables(names);
      texts.set(key, text);
      return text;
    };
    const all = waiting;
    waiting = [];
    for (const answer of all) {
      answer();
    }
  };
  return (socket) =>
    new Promise((resolve) => {
      if (waiting.push(() => resolve(lookUpPeerUser(socket, read))) === 1) {
        setImmediate(answerAll);
      }
    });
}
