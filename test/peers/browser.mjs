#!/usr/bin/env node
// Plays the End-User's browser for the conformance suite, whose servers ask nobody anything: it follows every redirect
// and keeps the cookies of this machine. `fetch` would call itself a script in its Sec-Fetch fields.
import { get } from 'node:http';

const navigation = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
const cookies = new Map();

function visit(address) {
  const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
  const headers = { ...navigation, ...(cookie === '' ? {} : { cookie }) };
  return new Promise((done, failed) => {
    get(address, { headers }, (response) => {
      response.resume().on('end', () => done(response.headers));
    }).on('error', failed);
  });
}

let address = process.argv[2];
for (let step = 0; step < 10 && address !== undefined; step += 1) {
  const headers = await visit(address);
  for (const line of headers['set-cookie'] ?? []) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    cookies.set(name, value);
  }
  address = headers.location === undefined ? undefined : new URL(headers.location, address).href;
}
