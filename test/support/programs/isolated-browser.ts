// Opens a page as the library does: `node isolated-browser.mjs`, and tells how the opener ended.
import { openIsolated } from '../../../src/adapters/isolated-browser.ts';

const running = setInterval(() => {}, 60_000);
const launch = await openIsolated('http://127.0.0.1:1/s/abcdefghijklmnopqrstuvwxyz', { ...process.env });
const code = await launch.exited;
process.stdout.write(`${code} ${process.env.OAUTH_LOGIN_PASSPHRASE}\n`);
clearInterval(running);
