import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandLine } from './command-line.ts';

/** A client as the file that Google lets one download has it. */
export const clientFile = {
  client_id: '1234.apps.googleusercontent.com',
  project_id: 'project',
  auth_uri: 'https://accounts.google.com/o/oauth2/auth',
  token_uri: 'https://oauth2.googleapis.com/token',
  client_secret: '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',
};

/** Writes a downloaded file beside the directories of the command; gives its path. */
export function clientFileWith({ directory }: CommandLine, content: string | object): string {
  const folder = join(directory, 'downloads');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'client_secret_1.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}
