import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandLine } from './command-line.ts';

const fileOf = ({ context }: CommandLine) => join(context.paths.configDir, 'config.json');

/** Writes the configuration file as its owner would. */
export function writeConfiguration(line: CommandLine, configuration: object): void {
  mkdirSync(line.context.paths.configDir, { recursive: true, mode: 0o700 });
  writeFileSync(fileOf(line), JSON.stringify(configuration), { mode: 0o600 });
}

/** The configuration as it stands in the file; there has to be one. */
export function configurationOf(line: CommandLine): unknown {
  return JSON.parse(readFileSync(fileOf(line), 'utf8'));
}

/** Whether there is a configuration file. */
export function isConfigured(line: CommandLine): boolean {
  return existsSync(fileOf(line));
}
