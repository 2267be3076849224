import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Credentials } from './tls.ts';

/** Where Debian has it; no other place is in the PATH of everybody. */
const DOVECOT = '/usr/sbin/dovecot';
/** The user that Debian has for this. */
const NOBODY = 65_534;

/** A dovecot that lets in whoever shows an access token that the issuer knows; it hands mail on to a server here. */
export interface MailServer {
  readonly imap: number;
  /** IMAP with TLS from the first byte. */
  readonly imaps: number;
  readonly submission: number;
  /** The mails that arrived. */
  readonly mails: readonly string[];
  log(): string;
  close(): Promise<void>;
}

/** Starts dovecot in a directory of its own; it tries each token at the UserInfo endpoint. */
export async function startMailServer(userInfoEndpoint: string, tls: Credentials): Promise<MailServer> {
  const directory = mkdtempSync(join(tmpdir(), 'oauth-login-mail-'));
  const mails: string[] = [];
  const relay = createServer((socket) => receiveMail(socket, mails));
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const [imap, imaps, submission] = [await freePort(), await freePort(), await freePort()];
  const log = join(directory, 'log');
  writeFileSync(
    join(directory, 'oauth2'),
    `introspection_mode = auth\nintrospection_url = ${userInfoEndpoint}\nusername_attribute = email\n`,
  );
  writeFileSync(
    join(directory, 'conf'),
    configuration(directory, { imap, imaps, submission, relay: portOf(relay) }),
  );
  writeFileSync(join(directory, 'cert'), tls.cert);
  writeFileSync(join(directory, 'key'), tls.key);
  mkdirSync(join(directory, 'mail'));
  // dovecot reads no mail as root.
  chmodSync(directory, 0o755);
  if (userInfo().uid === 0) {
    chownSync(join(directory, 'mail'), NOBODY, NOBODY);
  }
  const dovecot = spawn(DOVECOT, ['-F', '-c', join(directory, 'conf')], {
    stdio: 'ignore',
    env: { PATH: `${process.env.PATH}:/usr/sbin` },
  });
  await answers(imap, dovecot, () => readFileSync(log, 'utf8'));
  return {
    imap,
    imaps,
    submission,
    mails,
    log: () => readFileSync(log, 'utf8'),
    async close() {
      dovecot.kill('SIGTERM');
      await once(dovecot, 'exit');
      relay.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function configuration(
  directory: string,
  ports: {
    readonly imap: number;
    readonly imaps: number;
    readonly submission: number;
    readonly relay: number;
  },
): string {
  const { uid, gid, username } = userInfo();
  const users = uid === 0 ? '' : `default_internal_user = ${username}\ndefault_login_user = ${username}\n`;
  const listener = (service: string, name: string, port: number, secure = 0) =>
    `service ${service}-login {\n chroot =\n inet_listener ${name} {\n  port = ${port}\n }\n inet_listener ${name}s {\n  port = ${secure}\n  ssl = yes\n }\n}\n`;
  return `protocols = imap submission
base_dir = ${directory}/run
state_dir = ${directory}/run
log_path = ${directory}/log
listen = 127.0.0.1
ssl = yes
ssl_cert = <${directory}/cert
ssl_key = <${directory}/key
disable_plaintext_auth = no
auth_failure_delay = 0
auth_mechanisms = xoauth2 oauthbearer
mail_location = maildir:${directory}/mail/%u
first_valid_uid = 1
submission_relay_host = 127.0.0.1
submission_relay_port = ${ports.relay}
${users}passdb {
 driver = oauth2
 mechanisms = xoauth2 oauthbearer
 args = ${directory}/oauth2
}
userdb {
 driver = static
 args = uid=${uid || NOBODY} gid=${gid || NOBODY} home=${directory}/mail/%u
}
service anvil {
 chroot =
}
${listener('imap', 'imap', ports.imap, ports.imaps)}${listener('submission', 'submission', ports.submission)}`;
}

/** The least that a server says to be given a mail (RFC 5321). */
function receiveMail(socket: Socket, mails: string[]): void {
  let mail: string | undefined;
  let rest = '';
  socket.on('error', () => {});
  socket.write('220 relay\r\n');
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\r\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (mail !== undefined && line !== '.') {
        mail += `${line}\n`;
        continue;
      }
      if (mail !== undefined) {
        mails.push(mail);
        mail = undefined;
      } else if (line === 'DATA') {
        mail = '';
        socket.write('354 go on\r\n');
        continue;
      }
      socket.write(line === 'QUIT' ? '221 bye\r\n' : '250 ok\r\n');
    }
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

function portOf(server: ReturnType<typeof createServer>): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function answers(port: number, dovecot: ChildProcess, log: () => string): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(20)) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) {
      return;
    }
    if (dovecot.exitCode !== null) {
      break;
    }
  }
  throw new Error(`dovecot does not answer: ${log()}`);
}

/** Says these lines to a server, one after each line of an answer that begins with the tag or `+`; gives what it said. */
export async function talkImap(port: number, ...lines: readonly string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let said = '';
  for await (const chunk of socket.setEncoding('utf8')) {
    said += chunk;
    if (/^(?:a OK|a NO|a BAD|\+|\* OK)[^\n]*\n$/m.test(chunk)) {
      const [line, ...rest] = lines;
      lines = rest;
      if (line === undefined) {
        break;
      }
      socket.write(`${line}\r\n`);
    }
  }
  socket.destroy();
  return said;
}
