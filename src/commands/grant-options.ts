import { type Command, Option } from 'commander';
import { options } from './options.ts';

/** Adds the options for jobs that no person stands behind; the same for each command that uses a token. */
export function addGrantOptions(command: Command): Command {
  const grantOptions = [
    new Option(
      '--grant <grant>',
      'ask for a token without a person: client-credentials, refresh-token, jwt-bearer or token-exchange',
    ).conflicts('account'),
    options.clientId(),
    options.clientSecretFile(),
    new Option(
      '--client-authentication <method>',
      'client_secret_basic, client_secret_post, client_secret_jwt, private_key_jwt or none',
    ),
    new Option('--key-file <path>', 'a private key: JWK, PEM, or the JSON file of a Google service account'),
    new Option('--key-id <id>', 'what the server calls the key'),
    options.repeatable('--scope <scopes>', 'what to ask for; repeatable, commas and spaces work'),
    options.repeatable('--audience <audience>', 'for whom the token shall be; repeatable'),
    options.repeatable('--resource <uri>', 'the API the token shall be for (RFC 8707); repeatable'),
    options.param(),
    new Option('--subject <name>', 'jwt-bearer: for whom the key acts'),
    new Option('--refresh-token-file <path>', 'refresh-token: read it from a file, - for standard input'),
    new Option('--rotate-to <file>', 'refresh-token: where to write the one that the server sends instead'),
    new Option('--subject-from <place>', "token-exchange: ci, the CI job's own identity"),
    new Option('--subject-token-file <path>', 'token-exchange: read it from a file, - for standard input'),
    new Option('--subject-token-env <name>', 'token-exchange: the variable that holds it'),
    new Option('--subject-token-type <type>', 'token-exchange: what it is, such as jwt or access_token'),
    new Option('--subject-audience <audience>', "token-exchange: for whom the CI job's identity is made out"),
    new Option('--requested-token-type <type>', 'token-exchange: what to ask for'),
    options.store(),
    new Option('--no-store', 'do not keep the token until it expires'),
    options.caFile(),
    options.allowHttpLoopback(),
  ];
  for (const option of grantOptions) command.addOption(option.helpGroup('Options of --grant:'));
  return command;
}
