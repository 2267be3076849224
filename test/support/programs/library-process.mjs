// Uses the library as a program would: `node library-process.mjs API ISSUER CLIENT_ID`. Each event is a line on standard
// error; the last line tells what the library did to this process, and how long it kept it running after the last result.
import { writeSync } from 'node:fs';

const [api, issuer, clientId] = process.argv.slice(2);
const seen = { stdout: [], exits: 0, unhandled: [], warnings: [], signals: new Set() };
process.stdout.write = (chunk) => seen.stdout.push(String(chunk)) > 0;
for (const name of ['exit', 'abort', 'reallyExit', 'kill']) {
  process[name] = () => {
    seen.exits += 1;
  };
}
process.on('newListener', (name) => {
  if (/^SIG/.test(String(name))) {
    seen.signals.add(name);
  }
});
process.on('unhandledRejection', (reason) => seen.unhandled.push(String(reason)));
process.on('warning', (warning) => seen.warnings.push(warning.message));
process.env.OAUTH_LOGIN_GITHUB_TOKEN = 'kept';
const variables = JSON.stringify(process.env);

// What a hostile package may have done before.
for (const [name, value] of Object.entries({
  account: 'evil',
  agree: true,
  allowHttpLoopback: true,
  clientId: 'evil',
  device: true,
  redirectUri: 'https://evil.example/callback',
  tenant: 'evil',
})) {
  Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true });
}

const { findAccount, signIn } = await import(api);
const show = (event) => void writeSync(2, `${JSON.stringify(event)}\n`);
const options = { name: 'acme', clientId, openBrowser: false, store: 'file', show };
const plain = await signIn(issuer, options).catch(({ code }) => code);
const account = await signIn(issuer, { ...options, allowHttpLoopback: true });
const twenty = await Promise.all(Array.from({ length: 20 }, () => account.token()));
const response = await account.request(`${issuer}/me`);
const { sub } = await response.json();
const again = await findAccount(issuer, { name: 'acme' });
const stop = new AbortController();
const stopped = await signIn(issuer, {
  ...options,
  allowHttpLoopback: true,
  signal: stop.signal,
  show: ({ event }) => void (event === 'waiting' && stop.abort()),
}).catch(({ code }) => code);
await account.signOut();
const ended = performance.now();
process.on('exit', (code) => {
  const lingered = performance.now() - ended;
  const { signals, ...rest } = seen;
  const own = { plain, stopped, sub, tokens: new Set(twenty.map(({ token }) => token)).size, id: again?.id };
  const untouched = JSON.stringify(process.env) === variables;
  writeSync(2, `${JSON.stringify({ ...rest, ...own, signals: [...signals], code, untouched, lingered })}\n`);
});
