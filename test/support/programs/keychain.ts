import { isKeychainCallPending, openKeychain } from '../../../src/adapters/keychain.ts';
import { OAuthLoginError } from '../../../src/ground/errors.ts';

/** Runs the calls of its arguments, each `get|set|delete`, and ends as the command does: by itself. */
const [directory = '', deadline = '', ...calls] = process.argv.slice(2);
const SERVICE = 'oauth-login-test';
const busBefore = process.env.DBUS_SESSION_BUS_ADDRESS;

try {
  const keychain = await openKeychain({ directory, deadline: Number(deadline) });
  for (const call of calls) {
    const [name, account = '', password = ''] = call.split(':');
    if (name === 'set') {
      await keychain.setPassword(SERVICE, account, password);
    }
    if (name === 'get') {
      console.log(`got ${await keychain.getPassword(SERVICE, account)}`);
    }
    if (name === 'delete') {
      console.log(`deleted ${await keychain.deletePassword(SERVICE, account)}`);
    }
  }
  console.log('done');
} catch (error) {
  if (!(error instanceof OAuthLoginError)) {
    throw error;
  }
  console.log(`${error.code}: ${error.message}\n${error.hint}`);
  process.exitCode = error.exitCode;
}
if (process.env.DBUS_SESSION_BUS_ADDRESS !== busBefore) {
  console.log('the address of the bus was changed');
}
console.log(`pending ${isKeychainCallPending()}`);
