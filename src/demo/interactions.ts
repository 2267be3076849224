import { timingSafeEqual } from 'node:crypto';
import type { Provider } from 'oidc-provider';
import type { RequestShown } from './interaction-pages.ts';
import { closedPage, consentPage, signInPage } from './interaction-pages.ts';
import { sendPage } from './page.ts';
import type { Person } from './person.ts';
import { picturePath, pictureSvg } from './person.ts';

type Middleware = Parameters<Provider['use']>[0];
type Context = Parameters<Middleware>[0];
type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;

const FORM_LIMIT = 16 * 1024;

/** The provider's own pages: sign in, consent, and the pictures of its people. */
export function interactions(provider: Provider, people: readonly Person[]): Middleware {
  return async (context, next) => {
    const picture = people.find((person) => picturePath(person) === context.path);
    if (picture !== undefined && context.method === 'GET') {
      context.type = 'image/svg+xml';
      context.set('content-security-policy', "default-src 'none'; style-src 'none'");
      context.set('x-content-type-options', 'nosniff');
      context.body = pictureSvg(picture);
      return;
    }
    const [, uid, step] = /^\/interaction\/([\w-]+)(?:\/(sign-in|consent))?$/.exec(context.path) ?? [];
    if (uid === undefined) {
      await next();
      return;
    }
    const interaction = await findInteraction(provider, context, uid);
    if (interaction === undefined) {
      sendPage(context, closedPage());
    } else if (context.method === 'GET' && step === undefined) {
      await show(provider, context, interaction, people);
    } else if (context.method === 'POST' && step === 'sign-in') {
      await signIn(provider, context, interaction, people);
    } else if (context.method === 'POST' && step === 'consent') {
      await decide(provider, context, interaction);
    } else {
      context.status = 405;
    }
  };
}

async function findInteraction(provider: Provider, context: Context, uid: string) {
  try {
    const interaction = await provider.interactionDetails(context.req, context.res);
    return interaction.uid === uid ? interaction : undefined;
  } catch (error) {
    if (error instanceof Error && error.name === 'SessionNotFound') {
      return undefined;
    }
    throw error;
  }
}

async function show(
  provider: Provider,
  context: Context,
  interaction: Interaction,
  people: readonly Person[],
): Promise<void> {
  const request = await requestShown(provider, interaction);
  const person = people.find((each) => each.sub === interaction.session?.accountId);
  if (interaction.prompt.name === 'consent' && person !== undefined) {
    sendPage(context, consentPage(request, person));
  } else {
    sendPage(context, signInPage(request, people, false));
  }
}

async function signIn(
  provider: Provider,
  context: Context,
  interaction: Interaction,
  people: readonly Person[],
): Promise<void> {
  const form = await readForm(context);
  const chosen = people.find((person) => person.username === form.get('person'));
  const known = people.find((person) => person.username === form.get('username'));
  const person = chosen ?? (known && samePassword(known, form.get('password') ?? '') ? known : undefined);
  if (person === undefined) {
    sendPage(context, signInPage(await requestShown(provider, interaction), people, true));
    return;
  }
  await provider.interactionFinished(
    context.req,
    context.res,
    { login: { accountId: person.sub } },
    { mergeWithLastSubmission: false },
  );
}

async function decide(provider: Provider, context: Context, interaction: Interaction): Promise<void> {
  const form = await readForm(context);
  const accountId = interaction.session?.accountId;
  if (form.get('decision') !== 'allow' || interaction.prompt.name !== 'consent' || accountId === undefined) {
    await provider.interactionFinished(
      context.req,
      context.res,
      { error: 'access_denied', error_description: 'the End-User refused' },
      { mergeWithLastSubmission: false },
    );
    return;
  }
  const existing =
    interaction.grantId === undefined ? undefined : await provider.Grant.find(interaction.grantId);
  const grant = existing ?? new provider.Grant({ accountId, clientId: String(interaction.params.client_id) });
  grant.addOIDCScope(requestedScopes(interaction));
  const { missingResourceScopes = {} } = interaction.prompt.details;
  for (const [resource, scopes] of Object.entries(Object(missingResourceScopes))) {
    grant.addResourceScope(resource, String(Array.isArray(scopes) ? scopes.join(' ') : ''));
  }
  await provider.interactionFinished(
    context.req,
    context.res,
    { consent: { grantId: await grant.save() } },
    { mergeWithLastSubmission: true },
  );
}

async function requestShown(provider: Provider, interaction: Interaction): Promise<RequestShown> {
  const { client_id: clientId, redirect_uri: redirectUri, login_hint: loginHint } = interaction.params;
  const client = await provider.Client.find(String(clientId));
  return {
    uid: interaction.uid,
    client: client?.clientName ?? String(clientId),
    returnTo: typeof redirectUri === 'string' ? new URL(redirectUri).origin : undefined,
    scopes: requestedScopes(interaction),
    loginHint: typeof loginHint === 'string' ? loginHint : '',
  };
}

function requestedScopes(interaction: Interaction): string[] {
  const { scope } = interaction.params;
  return typeof scope === 'string' ? scope.split(' ').filter((each) => each !== '') : [];
}

async function readForm(context: Context): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of context.req) {
    length += chunk.length;
    if (length > FORM_LIMIT) {
      context.throw(413);
    }
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}

function samePassword(person: Person, typed: string): boolean {
  const expected = Buffer.from(person.password);
  const given = Buffer.from(typed);
  return expected.length === given.length && timingSafeEqual(expected, given);
}
