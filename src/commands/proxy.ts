import { closeSync, openSync, writeSync } from 'node:fs';
import { authorizedWith } from '../access/authorized-with.ts';
import type { FreshToken } from '../access/fresh-token.ts';
import { tokenOrigins } from '../access/token-origins.ts';
import { networkOfSource, providerNameOf } from '../access/token-source.ts';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { ConfigurationError } from '../ground/errors.ts';
import { networkOf } from '../ground/http-options.ts';
import { stopped } from '../ground/stopped.ts';
import { systemReason } from '../ground/system-words.ts';
import { whileChildRuns } from '../ground/while-child-runs.ts';
import { proxyJson, proxyLines, proxyStartText, requestLine } from '../output/proxy-text.ts';
import { openAdmission } from '../proxy/admission.ts';
import { readAllowRule } from '../proxy/allow-rule.ts';
import { commandVariables, proxyVariables } from '../proxy/command-variables.ts';
import { type LogEntry, openProxy } from '../proxy/open-proxy.ts';
import { makePhantomToken } from '../proxy/phantom-token.ts';
import { openTokenSupply, secretsOf } from '../proxy/token-supply.ts';
import { withNamedAccount } from '../settings/named-account.ts';
import { type ProxyFlags as PlaceFlags, proxyOrigins, proxyPort } from '../settings/proxy-settings.ts';
import { addressVariable, tokenVariable } from '../settings/token-variable.ts';
import { openAccess } from './open-access.ts';
import { type TokenSourceFlags, tokenSourceOf } from './token-flags.ts';

/** The flags of `proxy`. */
export interface ProxyFlags extends TokenSourceFlags, PlaceFlags {
  readonly allow?: readonly string[];
  readonly as?: string;
  readonly urlAs?: string;
  readonly log?: string;
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** Milliseconds without a byte from the API, after which a request is given up. An agent may wait for long. */
const LONGEST_SILENCE = 1_800_000;

/**
 * `oauth-login proxy`: opens addresses on this machine that add the credential of the account and lead to its API. A
 * command is run with them, and gives the exit code; without one, the proxy runs until it is stopped.
 */
export async function proxy(
  typed: string,
  [program, ...args]: readonly string[],
  given: ProxyFlags,
  outer: Context,
): Promise<number> {
  const [target, flags] = withNamedAccount(typed, given);
  const isForCommand = program !== undefined;
  const context = isForCommand ? whileChildRuns(outer) : outer;
  const rules = flags.allow?.map(readAllowRule);
  const port = proxyPort(flags);
  const access = openAccess(flags, context, 'proxy');
  const source = await tokenSourceOf(target, flags, access);
  const allowed = tokenOrigins(source, target, flags, await access.configuration());
  const { provider } = allowed;
  const origins = proxyOrigins(flags, allowed.origins, provider.label);
  const names = {
    tokenVariable: tokenVariable(flags.as, providerNameOf(source)),
    ...(flags.urlAs === undefined ? {} : { urlVariable: addressVariable(flags.urlAs, provider.name) }),
  };
  const supply = openTokenSupply(source, access);
  const token = await supply.current();
  await requireUsable(token, origins, provider);

  const phantom = makePhantomToken();
  const log = openLog(flags.log, context);
  const tell = (entry: LogEntry) => {
    log.write(requestLine({ ...entry, path: entry.path.replaceAll(phantom.reveal(), '…') }));
  };
  const network = networkOf(networkOfSource(source), access.trace);
  const http = await context.openHttp({ ...network, streaming: true, deadlines: { idle: LONGEST_SILENCE } });
  try {
    const { platform } = context;
    const admission = openAdmission({
      phantom,
      platform,
      ...defined({ presentation: provider.tokenPresentation }),
    });
    const forwarding = { provider, supply, fetch: http.fetch };
    const open = await openProxy(
      { origins, port, admission, forwarding, log: tell, ...defined({ rules }) },
      context,
    );
    try {
      const { addresses } = open;
      const variables = proxyVariables(provider, { addresses, phantom, ...names });
      if (isForCommand) {
        const env = commandVariables(context.env, variables, secretsOf(token));
        return await (await context.startChild({ program, args, env })).exitCode;
      }
      const answer = { addresses, token: phantom.reveal(), variables };
      context.stderr.write(proxyStartText(addresses, context.stderr.isTTY === true));
      context.stdout.write(flags.json ? proxyJson(answer) : proxyLines(answer));
      await stopped(context.signal);
      return 0;
    } finally {
      await open.close();
    }
  } finally {
    await http.close();
    log.close();
  }
}

/** Throws a `ConfigurationError` for a token that authorizes no request, such as one of OAuth 1.0a without its secret. */
async function requireUsable(
  token: FreshToken,
  [origin = '']: readonly string[],
  provider: Parameters<typeof authorizedWith>[2],
): Promise<void> {
  await authorizedWith(token, { method: 'GET', url: new URL(origin) }, provider);
}

function openLog(file: string | undefined, { stderr }: Context) {
  if (file === undefined) {
    return { write: (line: string) => void stderr.write(line), close: () => {} };
  }
  let descriptor: number;
  try {
    descriptor = openSync(file, 'a', 0o600);
  } catch (cause) {
    throw new ConfigurationError('config_write_failed', `cannot write ${file} (${systemReason(cause)})`, {
      hint: 'name a file in a directory that you may write to: --log FILE',
      cause,
    });
  }
  return { write: (line: string) => void writeSync(descriptor, line), close: () => closeSync(descriptor) };
}
