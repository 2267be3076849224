import { type IncomingMessage, request as sendRequest } from 'node:http';
import type { Context } from '../../src/ground/context.ts';
import type { Prompts } from '../../src/ground/ports.ts';
import { Secret } from '../../src/ground/secret.ts';
import { type CommandLine, type Outcome, openCommandLine } from './command-line.ts';
import { checkHints } from './hint-commands.ts';
import type { QuirkyServer } from './quirky-server.ts';

/** A question that a script answered. */
export interface Asked {
  readonly kind: keyof Prompts;
  readonly question: string;
  /** What stood there already. */
  readonly initial?: string | boolean;
  /** How many requests had reached the server by then. */
  readonly requestsBefore: number;
}

/** Whole commands whose network and browser lead every https address to the quirky server. */
export interface PlayedCommandLine extends CommandLine {
  /** The links that the browser was opened with. */
  readonly opened: readonly string[];
  /** Every address the browser went to, in order, as it stood in the address bar. */
  readonly visited: readonly string[];
  /** What was asked at the terminal, in order. */
  readonly asked: readonly Asked[];
  /** The same with a person at a terminal who answers the questions in turn; an error is thrown, as on Ctrl-C. */
  runAtTerminal(answers: readonly Answer[], ...argv: string[]): Promise<Outcome>;
  /** The same with a part of the outside world changed. */
  runAtTerminalIn(changes: Partial<Context>, answers: readonly Answer[], ...argv: string[]): Promise<Outcome>;
  /** The way to the network that leads nothing elsewhere. */
  readonly realHttp: Context['openHttp'];
}

/** What the person types, chooses or presses. */
export type Answer = string | boolean | Error;

/** Opens it; nothing but the server's replies is made up. */
export function openPlayedCommandLine(
  server: QuirkyServer,
  env: Record<string, string> = {},
): PlayedCommandLine {
  const line = openCommandLine({ user: 'nobody' }, env);
  const opened: string[] = [];
  const visited: string[] = [];
  const asked: Asked[] = [];
  const said: string[] = [];
  const visits: Promise<number>[] = [];
  const played: Partial<Context> = {
    // The real adapter, so that what it traces and refuses is there too.
    openHttp: async ({ reachOf: _reachOf, ...options }) => {
      // Every host of the play is on this machine.
      const http = await line.context.openHttp({ ...options, allowHttpLoopback: true });
      return { ...http, fetch: (input, init) => http.fetch(server.placeOf(addressOf(input)), init) };
    },
    openBrowser: async (link) => {
      opened.push(link);
      const visiting = visit(link, server, visited).then(
        () => 0,
        () => 1,
      );
      visits.push(visiting);
      return { exited: visiting };
    },
  };
  async function runAtTerminalIn(
    changes: Partial<Context>,
    answers: readonly Answer[],
    ...argv: string[]
  ): Promise<Outcome> {
    const err: string[] = [];
    const prompts = scriptedPrompts([...answers], async (question) => {
      // A person looks at the page that has opened before the next answer.
      await Promise.all(visits);
      asked.push({ ...question, requestsBefore: server.requests.length });
    });
    const outcome = await line.runIn(
      {
        ...played,
        stdin: { isTTY: true, async *[Symbol.asyncIterator]() {} },
        stderr: { isTTY: true, columns: 80, write: (text) => err.push(text) },
        openPrompts: async () => prompts,
        ...changes,
      },
      ...argv,
    );
    said.push(...err);
    await checkHints(err.join(''), argv);
    return { ...outcome, stderr: err.join('') };
  }
  return {
    ...line,
    context: { ...line.context, ...played },
    run: (...argv) => line.runIn(played, ...argv),
    runIn: (changes, ...argv) => line.runIn({ ...played, ...changes }, ...argv),
    opened,
    visited,
    asked,
    runAtTerminal: (answers, ...argv) => runAtTerminalIn({}, answers, ...argv),
    runAtTerminalIn,
    realHttp: line.context.openHttp,
    everythingSaid: () => line.everythingSaid() + said.join(''),
  };
}

function addressOf(input: Parameters<typeof fetch>[0]): string {
  return input instanceof Request ? input.url : String(input);
}

function scriptedPrompts(
  answers: Answer[],
  note: (asked: Omit<Asked, 'requestsBefore'>) => Promise<void>,
): Prompts {
  const next = async (kind: keyof Prompts, question: string, initial?: string | boolean) => {
    await note({ kind, question, ...(initial === undefined ? {} : { initial }) });
    const answer = answers.shift();
    if (answer === undefined) {
      throw new Error(`the script has no answer to: ${question}`);
    }
    if (answer instanceof Error) {
      throw answer;
    }
    return answer;
  };
  const checked = (answer: string, validate: ((text: string) => string | undefined) | undefined) => {
    const complaint = validate?.(answer);
    if (complaint !== undefined) {
      throw new Error(`the answer is refused: ${complaint}`);
    }
    return answer;
  };
  const secret: Prompts['secret'] = async (question, options) =>
    new Secret(checked(String(await next('secret', question)), options?.validate));
  return {
    secret,
    hidden: (work) => work(secret),
    text: async (question, options) =>
      checked(String(await next('text', question, options?.initial)), options?.validate),
    confirm: async (question, initial) => (await next('confirm', question, initial)) === true,
    choose: async (question, choices) => {
      const answer = await next('choose', question);
      const choice = choices.find(({ value }) => value === answer);
      if (choice === undefined) {
        throw new Error(`“${question}” has no choice ${answer}`);
      }
      return choice.value;
    },
    async search(question, choices, other) {
      const answer = String(await next('search', question));
      const choice = choices.find(({ value }) => value === answer) ?? other?.(answer);
      if (choice === undefined) {
        throw new Error(`“${question}” has no choice ${answer}`);
      }
      return choice.value;
    },
  };
}

/** Follows redirects as a browser does, with the cookies of this machine's own pages; ends on the first page. */
async function visit(link: string, server: QuirkyServer, visited: string[]): Promise<void> {
  const cookies = new Map<string, string>();
  let next: string | undefined = link;
  for (let step = 0; step < 12 && next !== undefined; step += 1) {
    visited.push(next);
    const response = await navigate(server.placeOf(next), [...cookies.values()].join('; '));
    for (const cookie of response.headers['set-cookie'] ?? []) {
      const [pair = ''] = cookie.split(';');
      cookies.set(pair.split('=')[0] ?? '', pair);
    }
    response.resume();
    const { location } = response.headers;
    next = location === undefined ? undefined : new URL(location, next).href;
  }
}

function navigate(address: string, cookie: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = {
      accept: 'text/html',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
      ...(cookie === '' ? {} : { cookie }),
    };
    sendRequest(address, { agent: false, headers }, resolve).once('error', reject).end();
  });
}
