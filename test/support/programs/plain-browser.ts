// Plays a browser for the variable BROWSER: follows redirects and keeps cookies, nothing else; there are no pages to
// fill in. `https://host/path` is looked for at PLAYED_INTERNET/host/path.
import { get, type IncomingMessage } from 'node:http';
import { CookieJar } from '../../../src/demo/cookie-jar.ts';

const cookies = new CookieJar();
let next: URL | undefined = new URL(process.argv[2] ?? '');
for (let step = 0; step < 10 && next !== undefined; step += 1) {
  next = await visit(next);
}

async function visit(uri: URL): Promise<URL | undefined> {
  const cookie = cookies.header(uri);
  const headers = {
    accept: 'text/html',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
    ...(cookie === undefined ? {} : { cookie }),
  };
  const place =
    uri.protocol === 'https:'
      ? `${process.env.PLAYED_INTERNET}/${uri.host}${uri.pathname}${uri.search}`
      : uri;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(place, { headers, agent: false }, resolve).once('error', reject);
  });
  for (const setCookie of response.headers['set-cookie'] ?? []) {
    cookies.store(uri, setCookie);
  }
  response.resume();
  const { location } = response.headers;
  return location === undefined ? undefined : new URL(location, uri);
}
