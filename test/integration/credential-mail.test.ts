import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type MailServer, startMailServer, talkImap } from '../support/mail-server.ts';
import { type OtherPrograms, openOtherPrograms } from '../support/other-program.ts';
import { discover } from '../support/relying-party.ts';
import { describeWith } from '../support/requirements.ts';

describeWith(['msmtp', 'doveadm'], 'mail programs', () => {
  let programs: OtherPrograms;
  let mail: MailServer;
  const user = 'ada@example.com';

  beforeAll(async () => {
    programs = await openOtherPrograms();
    await programs.signIn();
    mail = await startMailServer((await discover(programs.server.issuer)).userinfo_endpoint ?? '');
  });
  afterAll(async () => {
    await mail?.close();
    await programs?.close();
  });

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
        .replace('auth oauthbearer', `auth ${auth}`)
        .replace('token google', 'token forge');
      writeFileSync(file, own, { mode: 0o600 });
      const text = join(programs.work, 'mail');
      writeFileSync(text, `Subject: ${auth}\n\nHello\n`);
      const line = `msmtp --file='${file}' grace@example.com <'${text}'`;
      await programs.run('/bin/sh', ['-c', line]);
      expect(mail.mails.at(-1)).toContain(`Subject: ${auth}`);
    },
  );

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
