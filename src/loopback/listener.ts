import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { AbortedError } from '../ground/errors.ts';
import type { AuthorizationResponse, PageOutcome } from './authorization-response.ts';
import { BrowserConversation } from './browser-conversation.ts';
import type { CallbackExpectation } from './callback-expectation.ts';
import { Connections } from './connections.ts';
import { type LoopbackHost, openLoopbackServers } from './loopback-servers.ts';
import { type LoopbackNotice, onceForEachKind } from './notice.ts';
import { outcomePage } from './pages.ts';
import { isAdmitted, lookUpPeerUser, type PeerUser } from './peer-user.ts';
import { closeServer, serveRequests } from './serve-requests.ts';

const GRACE_MILLISECONDS = 1_000;

/** What the listener of one sign-in is opened with. */
export type LoopbackOptions = CallbackExpectation & ListenerOptions;

interface ListenerOptions {
  readonly host: LoopbackHost;
  /** The exact path of the redirect URI; empty when it has none. */
  readonly path: string;
  /** Tried in order; 0 is any free port. */
  readonly ports: readonly number[];
  readonly platform: NodeJS.Platform;
  /** The name of the program that the pages are signed with; absent: that of the command. */
  readonly program?: string;
  /** Told at most once for each kind. */
  readonly notice?: (notice: LoopbackNotice) => void;
  /** User ids whose browsers may answer, besides 0; the user of this process unless told. */
  readonly users?: readonly number[];
  /** Who is at the other end of a socket; asked on Linux only, where `/proc/net/tcp` tells. */
  readonly peerUser?: (socket: Socket) => PeerUser;
  /** How long `finish` waits for a browser that is slow to ask for the last page; a second unless told. */
  readonly graceMilliseconds?: number;
}

/** The listener of one sign-in (RFC 8252 §7.3). */
export interface LoopbackListener {
  readonly port: number;
  readonly redirectUri: string;
  /**
   * Gives the link to open in the browser; it redirects to the authorization URI and marks the browser.
   *
   * Throws a `ProtocolError`, `protocol_invalid_metadata`, for a URI that a browser must not be sent to.
   */
  startLink(authorizationUri: string): string;
  /** Resolves when a browser has followed the start link. */
  readonly startLinkOpened: Promise<void>;
  /**
   * The first authorization response with a valid `state`.
   *
   * Rejects with `AuthorizationServerError` (an error response), `ProtocolError` `protocol_issuer_mismatch`
   * or `protocol_browser_mismatch`, and with `AbortedError` when the listener is closed before.
   */
  readonly response: Promise<AuthorizationResponse>;
  /** Shows the last page, waits a short time until the browser has it, and closes. */
  finish(outcome: PageOutcome): Promise<void>;
  /** Closes at once, also the connections that are open. */
  close(): Promise<void>;
}

/**
 * Opens the listener that catches the authorization response on the loopback interface.
 *
 * Throws a `NetworkError`, `network_port_in_use`, when none of the ports can be had.
 * @see [RFC 8252 §7.3](https://www.rfc-editor.org/rfc/rfc8252#section-7.3)
 */
export async function openLoopbackListener(options: LoopbackOptions): Promise<LoopbackListener> {
  const connections = new Connections();
  const notify = onceForEachKind(options.notice);
  const openReplies = new Set<ServerResponse>();
  const served = new WeakSet<Socket>();
  const users = options.users ?? [process.getuid?.() ?? 0];
  const peerUser = options.peerUser ?? lookUpPeerUser;
  // A browser may connect before the port is known, and so before there is a conversation.
  let current: BrowserConversation | undefined;

  function admits(socket: Socket): boolean {
    const user = options.platform === 'linux' ? peerUser(socket) : 'unknown';
    const admitted = isAdmitted(user, users);
    if (!admitted && user !== 'gone') {
      notify('foreign-user');
    }
    return admitted;
  }

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const conversation = current;
    if (conversation === undefined) {
      request.socket.destroy();
      return;
    }
    // Each connection ends with its first reply. One to a request behind it would never be sent and never be closed.
    if (served.has(request.socket)) {
      return;
    }
    served.add(request.socket);
    openReplies.add(response);
    response.once('close', () => openReplies.delete(response));
    if (request.url === conversation.done.path) {
      connections.keep(request.socket);
    }
    conversation.answer(request, response);
  }

  const { servers, port } = await openLoopbackServers(options.host, options.ports, (server) => {
    serveRequests(server, connections, answer, () => notify('oversized-reply'));
  });
  const origin = `http://${options.host}:${port}`;
  const conversation = new BrowserConversation(options, origin, notify, admits);
  current = conversation;

  let closing: Promise<void> | undefined;
  function close(): Promise<void> {
    closing ??= closeAll();
    return closing;
  }

  async function closeAll(): Promise<void> {
    conversation.authorizationResponse.reject(new AbortedError('the sign-in was stopped'));
    const closed = Promise.all(servers.map(closeServer));
    connections.destroyAll();
    await closed;
  }

  async function finish(outcome: PageOutcome): Promise<void> {
    if (closing !== undefined) {
      return closing;
    }
    conversation.done.show((language) => outcomePage(outcome, language, options.program));
    const sent = [...openReplies].map((reply) => new Promise((resolve) => reply.once('close', resolve)));
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise((resolve) => {
      timer = setTimeout(resolve, options.graceMilliseconds ?? GRACE_MILLISECONDS);
    });
    await Promise.race([
      Promise.all([...sent, conversation.isAnswered ? conversation.done.delivered : undefined]),
      grace,
    ]);
    clearTimeout(timer);
    await close();
  }

  return {
    port,
    redirectUri: `${origin}${options.path}`,
    startLink: (authorizationUri) => conversation.startLink(authorizationUri),
    startLinkOpened: conversation.opened.promise,
    response: conversation.authorizationResponse.promise,
    finish,
    close,
  };
}
