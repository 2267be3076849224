import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type MailServer, startMailServer, talkImap } from '../support/mail-server.ts';
import { type OtherPrograms, openOtherPrograms } from '../support/other-program.ts';
import { runInTerminal } from '../support/pseudo-terminal.ts';
import { discover } from '../support/relying-party.ts';
import { describeWith } from '../support/requirements.ts';
import { type Authority, openAuthority } from '../support/tls.ts';

describeWith(['doveadm', 'openssl'], 'mail programs', () => {
  let authority: Authority;
  let programs: OtherPrograms;
  let mail: MailServer;
  const user = 'ada@example.com';

  beforeAll(async () => {
    programs = await openOtherPrograms();
    await programs.signIn();
    authority = await openAuthority();
    mail = await startMailServer(
      (await discover(programs.server.issuer)).userinfo_endpoint ?? '',
      await authority.issue(['DNS:localhost']),
    );
  });
  afterAll(async () => {
    await mail?.close();
    await authority?.remove();
    await programs?.close();
  });

  describeWith(['msmtp'], 'msmtp', () => {
    it.each(['oauthbearer', 'xoauth2'])(
      'msmtp sends a mail through dovecot with the token (%s)',
      async (auth) => {
        const file = join(programs.work, 'msmtprc');
        // The snippet of the page, with the server of this test.
        const page = readFileSync(join(import.meta.dirname, '../../docs/mail.md'), 'utf8');
        const own = (/## msmtp\n\n```\n([^`]*)```/.exec(page)?.[1] ?? '')
          .replace('smtp.gmail.com', '127.0.0.1')
          .replace('port 465', `port ${mail.submission}`)
          .replace('tls on\n', 'tls off\n')
          .replaceAll('ada@gmail.com', user)
          .replace('auth xoauth2', `auth ${auth}`)
          .replace('token google', 'token forge');
        writeFileSync(file, own, { mode: 0o600 });
        const text = join(programs.work, 'mail');
        writeFileSync(text, `Subject: ${auth}\n\nHello\n`);
        const line = `msmtp --file='${file}' grace@example.com <'${text}'`;
        await programs.run('/bin/sh', ['-c', line]);
        expect(mail.mails.at(-1)).toContain(`Subject: ${auth}`);
      },
    );
  });

  /** The lines that --print has for one client, with the server of this test; and what dovecot says of who came in. */
  async function linesFor(client: string, mechanism: string): Promise<string> {
    const print = ['credential', mechanism, 'forge', '--user', user, '--print', '--for', client];
    const { stdout } = await programs.home.runHere(print);
    return stdout.replaceAll('imap.example.com', 'localhost');
  }
  const expectLogin = (mechanism: string, before: string) =>
    vi.waitFor(
      () =>
        expect(mail.log().slice(before.length)).toContain(
          `Login: user=<${user}>, method=${mechanism.toUpperCase()}`,
        ),
      { timeout: 10_000 },
    );
  const inTerminal = (command: string, ...types: (readonly [RegExp, string])[]) =>
    runInTerminal(command, {
      cwd: programs.work,
      env: { ...programs.environment, TERM: 'xterm', SSL_CERT_FILE: authority.caFile },
      columns: 80,
      rows: 24,
      types,
      limitSeconds: 20,
    });

  describeWith(['mbsync'], 'mbsync', () => {
    it('mbsync lists the mailboxes with the token (xoauth2)', async () => {
      const file = join(programs.work, 'mbsyncrc');
      const own = (await linesFor('mbsync', 'xoauth2')).replace(
        'Host localhost',
        `Host localhost\nPort ${mail.imaps}`,
      );
      const more = `CertificateFile ${authority.caFile}\n\nIMAPStore far\nAccount mail\n\nMaildirStore near\nPath ${programs.work}/near/\nInbox ${programs.work}/near/INBOX\nSubFolders Verbatim\n\nChannel all\nFar :far:\nNear :near:\nPatterns *\n`;
      mkdirSync(join(programs.work, 'near'));
      writeFileSync(file, own + more);
      const before = mail.log();
      const { stdout } = await programs.run('mbsync', ['--config', file, '--list', 'all']);
      expect(stdout).toContain('INBOX');
      await expectLogin('xoauth2', before);
    });
  });

  describeWith(['neomutt'], 'neomutt', () => {
    it.each(['oauthbearer', 'xoauth2'])(
      'neomutt opens the mailbox with the token (%s)',
      async (mechanism) => {
        const file = join(programs.work, 'neomuttrc');
        const own = (await linesFor('neomutt', mechanism)).replace('localhost/', `localhost:${mail.imaps}/`);
        writeFileSync(
          file,
          `${own}set ssl_ca_certificates_file = "${authority.caFile}"\nset spoolfile = "+INBOX"\n`,
        );
        const before = mail.log();
        await inTerminal(`neomutt -F '${file}' -f +INBOX`, [/INBOX|Mailbox/, 'q']);
        await expectLogin(mechanism, before);
      },
    );

    it.each(['oauthbearer', 'xoauth2'])('neomutt sends a mail with the token (%s)', async (mechanism) => {
      const file = join(programs.work, 'neomuttrc');
      const own = (await linesFor('neomutt', mechanism)).replace(
        /smtps:(.*)@smtp\.example\.com:465/,
        `smtp:$1@localhost:${mail.submission}`,
      );
      const more = `set ssl_ca_certificates_file = "${authority.caFile}"\nset copy = no\nset from = ${user}\n`;
      writeFileSync(file, own + more);
      const line = `echo Hello | neomutt -F '${file}' -s 'by neomutt, ${mechanism}' grace@example.com`;
      await programs.run('/bin/sh', ['-c', line]);
      expect(mail.mails.at(-1)).toContain(`Subject: by neomutt, ${mechanism}`);
    });
  });

  describeWith(['aerc'], 'aerc', () => {
    it.each(['oauthbearer', 'xoauth2'])('aerc opens the mailbox with the token (%s)', async (mechanism) => {
      const directory = join(programs.home.home, '.config/aerc');
      mkdirSync(directory, { recursive: true });
      const own = (await linesFor('aerc', mechanism)).replace('@localhost', `@localhost:${mail.imaps}`);
      writeFileSync(join(directory, 'accounts.conf'), own, { mode: 0o600 });
      const before = mail.log();
      await inTerminal('aerc', [/Connected|INBOX/, ':quit\r']);
      await expectLogin(mechanism, before);
    });
  });

  it.each(['oauthbearer', 'xoauth2'])('dovecot takes the text of credential %s', async (mechanism) => {
    const { stdout } = await programs.home.runHere(['credential', mechanism, 'forge', '--user', user]);
    const said = await talkImap(mail.imap, `a AUTHENTICATE ${mechanism.toUpperCase()}`, stdout.trim());
    expect(said).toContain('a OK');
    const other = await programs.home.runHere([
      'credential',
      mechanism,
      'forge',
      '--user',
      'bob@example.com',
    ]);
    expect(
      await talkImap(mail.imap, `a AUTHENTICATE ${mechanism.toUpperCase()}`, other.stdout.trim(), ''),
    ).not.toContain('a OK');
  });
});
