import { describe, expect, it } from 'vitest';
import { isAllowed, readAllowRule } from '../../../src/proxy/allow-rule.ts';
import { readTarget } from '../../../src/proxy/request-target.ts';

const ORIGIN = 'https://api.example.com';

/** What becomes of a request where these rules hold: `passed`, or why not. */
function verdict(request: string, ...rules: string[]): string {
  const [method = '', url = ''] = request.split(' ');
  const target = readTarget(
    { method, url, headers: {} },
    { origin: ORIGIN, ...(rules.length > 0 ? { rules: rules.map(readAllowRule) } : {}) },
  );
  return target instanceof URL ? 'passed' : target;
}

describe('a rule of --allow', () => {
  it.each([
    ['GET /repos/a', 'GET /repos/**', true],
    ['GET /repos/a/b/c', 'GET /repos/**', true],
    ['GET /repos/a/', 'GET /repos/**', true],
    ['GET /repos', 'GET /repos/**', false],
    ['GET /repos/', 'GET /repos/**', false],
    ['GET /reposx/a', 'GET /repos/**', false],
    ['GET /Repos/a', 'GET /repos/**', false],
    ['GET /x/repos/a', 'GET /repos/**', false],
    ['HEAD /repos/a', 'GET /repos/**', true],
    ['POST /repos/a', 'GET /repos/**', false],
    ['GET /repos/a', 'HEAD /repos/**', false],
    ['POST /repos/a', 'get,post /repos/**', true],
    ['DELETE /repos/a', '* /repos/**', true],
    ['GET /user', 'GET /user', true],
    ['GET /user?a=/b/../c', 'GET /user', true],
    ['GET /user/', 'GET /user', false],
    ['GET /user/keys', 'GET /user', false],
    ['GET /repos/o/r/issues', 'GET /repos/*/*/issues', true],
    ['GET /repos/o/issues', 'GET /repos/*/*/issues', false],
    ['GET /repos/o/r/x/issues', 'GET /repos/*/*/issues', false],
    ['GET /', 'GET /', true],
    ['GET /', 'GET /**', true],
    ['GET /a/b', 'GET /**', true],
    ['GET /%75ser', 'GET /user', true],
    ['GET /caf%c3%a9', 'GET /caf%C3%A9', true],
    ['GET /a%20b', 'GET /*', true],
  ])('%s, with the rule %s: %s', (request, rule, allowed) => {
    expect(verdict(request, rule)).toBe(allowed ? 'passed' : 'not_allowed');
  });

  it('may be one of several', () => {
    expect(verdict('GET /b', 'GET /a', 'GET /b')).toBe('passed');
    expect(verdict('GET /c', 'GET /a', 'GET /b')).toBe('not_allowed');
  });

  it.each([
    '/repos/a%2fb',
    '/repos/a%2Fb',
    '/repos/a%252fb',
    '/repos/a%25252fb',
    '/repos/a%2525252525252fb',
    '/repos/a%5cb',
    '/repos/%2e%2e%2fuser',
    '/repos/..%2fuser',
    '/repos/.%2e%5cuser',
    '/repos/%252e%252e',
    '/repos/...;x',
    '/repos/%00',
    '/repos/a%0d%0ab',
    '/repos/%c0%af',
    '/repos/%ff',
    '/repos/%ef%bc%8f',
    '/repos/%ef%bc%8e%ef%bc%8e',
    '/repos/%20..',
  ])('T02 lets no wildcard stand for what a server may read as another path: %s', (path) => {
    expect(verdict(`GET ${path}`, 'GET /repos/**')).not.toBe('passed');
    expect(verdict(`GET ${path}`, 'GET /repos/*')).not.toBe('passed');
  });

  it('allows an encoded slash that stands in the rule itself, as APIs with paths as names need it', () => {
    const rule = 'GET /api/v4/projects/group%2fproject/**';
    expect(verdict('GET /api/v4/projects/group%2Fproject/issues', rule)).toBe('passed');
    expect(verdict('GET /api/v4/projects/group%2Fother/issues', rule)).toBe('not_allowed');
    expect(verdict('GET /api/v4/projects/group/project/issues', rule)).toBe('not_allowed');
  });

  it.each([
    ['GET', 'is not a rule'],
    ['/repos/**', 'is not a rule'],
    ['GET repos/**', 'is not a rule'],
    ['GET /a b', 'is not a rule'],
    ['GET, /a', 'is not a rule'],
    ['GET https://api.example.com/a', 'is not a rule'],
    ['GET /a?b=c', 'has a query'],
    ['GET /a#b', 'has a query'],
    ['GET /**/a', 'has an asterisk in the wrong place'],
    ['GET /a*', 'has an asterisk in the wrong place'],
    ['GET /a/../b', 'has an empty part or one of dots'],
    ['GET /a/%2e%2e/b', 'has an empty part or one of dots'],
    ['GET /a//b', 'has an empty part or one of dots'],
  ])('that cannot mean what it says is refused: %s', (rule, fault) => {
    expect(() => readAllowRule(rule)).toThrow(fault);
  });

  it('allows nothing where there is none', () => {
    expect(isAllowed([], 'GET', '/')).toBe(false);
  });
});

describe('a path', () => {
  it.each([
    ['/a/../b', 'ambiguous_path'],
    ['/a/./b', 'ambiguous_path'],
    ['/a/%2e%2E/b', 'ambiguous_path'],
    ['/a/.%2e/b', 'ambiguous_path'],
    ['/..;/admin', 'ambiguous_path'],
    ['//evil.example/a', 'ambiguous_path'],
    ['/a//b', 'ambiguous_path'],
    ['/a\\..\\b', 'malformed_target'],
    ['/a%', 'malformed_target'],
    ['/a%zz', 'malformed_target'],
    ['/a"b', 'malformed_target'],
    ['/a<b', 'malformed_target'],
    ['/a#b', 'malformed_target'],
    ['/é', 'malformed_target'],
    ['http://evil.example/', 'foreign_target'],
    ['https://api.example.com/a', 'foreign_target'],
    ['evil.example:443', 'foreign_target'],
    ['*', 'foreign_target'],
    ['', 'foreign_target'],
    ['@evil.example/', 'foreign_target'],
  ])('that is not sent on, with and without rules: %s', (path, reason) => {
    expect(verdict(`GET ${path}`)).toBe(reason);
    expect(verdict(`GET ${path}`, '* /**')).toBe(reason);
  });

  it.each(['/a', '/', '/a/', '/a%2Fb', '/a:b@c;d=e', '/a?x=%zz&y=//../', "/it's"])(
    'that is sent on as it is, where there are no rules: %s',
    (path) => {
      expect(verdict(`GET ${path}`)).toBe('passed');
    },
  );

  it.each([
    { url: '/a', headers: { 'x-http-method-override': 'DELETE' } },
    { url: '/a', headers: { 'x-method-override': 'DELETE' } },
    { url: '/a?_method=delete', headers: {} },
    { url: '/a?%5fmethod=delete', headers: {} },
    { url: '/a', headers: { x_http_method_override: 'DELETE' } },
    { url: '/a', headers: { 'x.http-method_override': 'DELETE' } },
    { url: '/a', headers: { x_original_method: 'DELETE' } },
    { url: '/a?_Method=DELETE', headers: {} },
    { url: '/a?x=1;_METHOD=DELETE', headers: {} },
    { url: '/a?.method=DELETE', headers: {} },
    { url: '/a?_method[]=DELETE', headers: {} },
    { url: '/a?X-HTTP-Method-Override=DELETE', headers: {} },
    { url: '/a?method=delete', headers: {} },
  ])('is not sent on with a second method beside the one that the rules see: %o', (request) => {
    const rules = [readAllowRule('POST /a')];
    expect(readTarget({ method: 'POST', ...request }, { origin: ORIGIN, rules })).toBe('method_override');
    expect(readTarget({ method: 'POST', ...request }, { origin: ORIGIN })).toBeInstanceOf(URL);
  });

  it.each(['x-original-url', 'x-rewrite-url', 'x_original_url', 'x-override-url', 'x-forwarded-uri'])(
    'is not sent on with a second one, where not every path may be asked: %s',
    (name) => {
      const read = (reach: object) =>
        readTarget({ method: 'GET', url: '/a', headers: { [name]: '/admin' } }, { origin: ORIGIN, ...reach });
      expect(read({ rules: [readAllowRule('GET /a')] })).toBe('path_override');
      expect(read({ resource: `${ORIGIN}/a` })).toBe('path_override');
      expect(read({})).toBeInstanceOf(URL);
    },
  );

  it.each(['/a?method=flickr.photos.search', '/a?payment_method=card', '/a?methods=get'])(
    'is sent on with a query that names no method of HTTP: %s',
    (url) => {
      expect(verdict(`GET ${url}`, 'GET /a')).toBe('passed');
    },
  );

  it('stays within the resource that the token is for', () => {
    const reach = { origin: ORIGIN, resource: `${ORIGIN}/mcp` };
    const read = (url: string) => readTarget({ method: 'GET', url, headers: {} }, reach);
    expect(read('/mcp')).toBeInstanceOf(URL);
    expect(read('/mcp/tools')).toBeInstanceOf(URL);
    for (const url of ['/', '/mcpx', '/other', '/mcp%2f..%2fother', '/mcp/..;/other']) {
      expect(read(url)).not.toBeInstanceOf(URL);
    }
  });
});
