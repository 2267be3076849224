import { openUnlockedKeyring } from '../../../src/adapters/secret-service.ts';
import { sessionBusSocket } from '../../../src/adapters/session-bus-address.ts';

/** Has so many readers read the value of an account so many times, over a new connection each time; prints each other value. */
const [account = '', readers = '', times = ''] = process.argv.slice(2);
const socket = sessionBusSocket(process.env) ?? '';
const values = new Set<string>();

async function read(): Promise<void> {
  for (let count = 0; count < Number(times); count += 1) {
    const keyring = await openUnlockedKeyring(socket, 'oauth-login-test', 10_000);
    values.add(await keyring.read(account));
  }
}

await Promise.all(Array.from({ length: Number(readers) }, read));
for (const value of values) {
  console.log(value);
}
// The connections are left to the end of the process.
process.exit();
