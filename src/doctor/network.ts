import { accessSync, constants } from 'node:fs';
import { bypassesProxy, proxyFromEnvironment } from '../ground/proxy.ts';
import { safeText } from '../ground/safe-text.ts';
import { systemReason } from '../ground/system-words.ts';
import type { Check } from './check.ts';
import { fine, warning } from './finding.ts';

const unreadVariables = ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'];

/** What the environment says about proxies. A user name or a password is never told. */
export const proxyCheck: Check = {
  name: 'proxy',
  run: ({ session: { context } }) => {
    const { env } = context;
    const proxy = proxyFromEnvironment(env);
    if (proxy !== undefined) {
      const everywhere = bypassesProxy(new URL('https://host.invalid'), env);
      const where = everywhere ? ', which NO_PROXY excepts every host from' : '';
      return [fine('proxy', `HTTPS_PROXY is ${proxy.origin}${where}`)];
    }
    if (env.REQUEST_METHOD !== undefined && (env.HTTPS_PROXY || env.https_proxy)) {
      return [
        warning('proxy', {
          message: 'HTTPS_PROXY is not used, because REQUEST_METHOD is set, as in a CGI program',
          hint: 'unset it, with: unset REQUEST_METHOD',
        }),
      ];
    }
    const other = unreadVariables.find((name) => env[name]);
    return other === undefined
      ? [fine('proxy', 'none')]
      : [
          warning('proxy', {
            message: `${other} is set, and only HTTPS_PROXY is used`,
            hint: `if requests have to go through that proxy: export HTTPS_PROXY="$${other}"`,
          }),
        ];
  },
};

/** Whether the file of more certificate authorities can be read. Node passes over one that cannot. */
export const certificatesCheck: Check = {
  name: 'certificates',
  run: ({ session: { context } }) => {
    const { NODE_EXTRA_CA_CERTS: file } = context.env;
    if (!file) {
      return [fine('certificates', 'those that come with the runtime; none is added')];
    }
    try {
      accessSync(file, constants.R_OK);
      return [fine('certificates', `those that come with the runtime, and those in ${safeText(file, 400)}`)];
    } catch (error) {
      return [
        warning('certificates', {
          message: `NODE_EXTRA_CA_CERTS names ${safeText(file, 400)}, which cannot be read (${systemReason(error)})`,
          hint: 'name a readable PEM file, or unset it with: unset NODE_EXTRA_CA_CERTS',
        }),
      ];
    }
  },
};
