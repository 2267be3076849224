import { UsageError } from '../../ground/errors.ts';
import type { InstallWish, PrintedLines } from './installation.ts';
import { plainWords } from './plain-words.ts';

/** The servers of a provider's mail. At port 465, TLS comes before the first word; at 587 the client asks for it. */
interface MailServers {
  readonly imap: string;
  readonly smtp: string;
  readonly port: 465 | 587;
}

/** As the documentation of each provider names them; docs/mail.md has the scopes. */
const servers: Readonly<Record<string, MailServers>> = {
  google: { imap: 'imap.gmail.com', smtp: 'smtp.gmail.com', port: 465 },
  microsoft: { imap: 'outlook.office365.com', smtp: 'smtp.office365.com', port: 587 },
  yahoo: { imap: 'imap.mail.yahoo.com', smtp: 'smtp.mail.yahoo.com', port: 465 },
  fastmail: { imap: 'imap.fastmail.com', smtp: 'smtp.fastmail.com', port: 465 },
};
const unknown: MailServers = { imap: 'imap.example.com', smtp: 'smtp.example.com', port: 465 };

interface MailAccount extends MailServers {
  readonly mechanism: 'xoauth2' | 'oauthbearer';
  readonly user: string;
  /** The command that prints the token. */
  readonly command: string;
}

/** The lines of each mail client, by the name that `--for` takes. */
const clients: Readonly<Record<string, (account: MailAccount) => string>> = {
  msmtp: ({ smtp, port, mechanism, user, command }) =>
    `# msmtp: ~/.msmtprc
account default
host ${smtp}
port ${port}
tls on
tls_starttls ${port === 465 ? 'off' : 'on'}
auth ${mechanism}
user ${user}
from ${user}
passwordeval ${command}
`,
  mbsync: ({ imap, mechanism, user, command }) =>
    `# mbsync: ~/.mbsyncrc
IMAPAccount mail
Host ${imap}
User ${user}
AuthMechs ${mechanism.toUpperCase()}
PassCmd ${JSON.stringify(command)}
SSLType IMAPS
`,
  neomutt: ({ imap, smtp, port, mechanism, user, command }) =>
    `# neomutt: ~/.neomuttrc
set imap_user = "${user}"
set folder = "imaps://${imap}/"
set imap_authenticators = "${mechanism}"
set imap_oauth_refresh_command = ${JSON.stringify(command)}
set smtp_url = "${port === 465 ? 'smtps' : 'smtp'}://${user}@${smtp}:${port}/"
set smtp_authenticators = "${mechanism}"
set smtp_oauth_refresh_command = ${JSON.stringify(command)}
`,
  aerc: ({ imap, smtp, port, mechanism, user, command }) => {
    const name = encodeURIComponent(user);
    return `# aerc: ~/.config/aerc/accounts.conf
[mail]
source = imaps+${mechanism}://${name}@${imap}
source-cred-cmd = ${command}
outgoing = ${port === 465 ? 'smtps' : 'smtp'}+${mechanism}://${name}@${smtp}:${port}
outgoing-cred-cmd = ${command}
from = ${user}
`;
  },
  himalaya: ({ imap, smtp, port, mechanism, user, command }) => {
    const words = JSON.stringify(command.split(' '));
    const startTls = port === 465 ? '' : 'smtp.starttls = true\n';
    return `# himalaya 2: ~/.config/himalaya/config.toml
[accounts.mail]
imap.server = "imaps://${imap}:993"
imap.sasl.${mechanism}.username = "${user}"
imap.sasl.${mechanism}.token.command = ${words}
smtp.server = "${port === 465 ? 'smtps' : 'smtp'}://${smtp}:${port}"
${startTls}smtp.sasl.${mechanism}.username = "${user}"
smtp.sasl.${mechanism}.token.command = ${words}
`;
  },
};

/** What a mail client needs: each has accounts with more settings than these, so nothing is written into its files. */
export function mailLines(mechanism: MailAccount['mechanism']): PrintedLines {
  return {
    why: 'an account of a mail client has more settings than these',
    snippet(wish) {
      const { words, options } = wish;
      const account = {
        ...(servers[wish.provider ?? ''] ?? unknown),
        mechanism,
        user: userOf(wish),
        command: plainWords(['oauth-login', 'token', ...words]),
      };
      const chosen = options.for === undefined ? Object.keys(clients) : [options.for];
      return chosen.map((client) => linesOf(client)(account)).join('\n');
    },
  };
}

function linesOf(client: string): (account: MailAccount) => string {
  const found = Object.hasOwn(clients, client) ? clients[client] : undefined;
  if (found === undefined) {
    throw new UsageError('usage_invalid', `there are no lines for ${JSON.stringify(client)}`, {
      hint: `the mail clients are ${Object.keys(clients).join(', ')}`,
    });
  }
  return found;
}

/** Throws a `UsageError` for a name that would not stay within its quotes. */
function userOf({ options, email }: InstallWish): string {
  const user = options.user ?? email ?? 'ada@example.com';
  if (!/^[\w.+@-]+$/.test(user)) {
    throw new UsageError('usage_invalid', `${JSON.stringify(user)} is no user name at a mail server`, {
      hint: 'name it with --user, for example --user ada@example.com',
    });
  }
  return user;
}
