import type { Command } from 'commander';
import { afterAll, describe, expect, it } from 'vitest';
import { createProgram } from '../../src/program.ts';
import { fakeContext } from '../support/fake-context.ts';

function commandsOf(command: Command): Command[] {
  return [command, ...command.commands.flatMap(commandsOf)];
}

const fake = fakeContext();
afterAll(() => fake.remove());
const program = createProgram(fake.context, async () => 0);
const options = commandsOf(program).flatMap((command) =>
  command.options.map((option) => ({ command: command.name(), name: option.long ?? '', option })),
);

describe('T13 secrets never travel in an argument', () => {
  it('no option that is named after a secret takes a value', () => {
    const named = options.filter(({ name }) =>
      /(secret|token|password|passphrase|code|key|verifier)$/.test(name),
    );
    const taking = named.filter(({ option }) => option.required || option.optional);
    expect(taking.map(({ command, name }) => `${command} ${name}`)).toEqual([]);
  });

  it('and there are options to look at, those that name a file of secrets among them', () => {
    expect(options.length).toBeGreaterThan(30);
    expect(options.filter(({ name }) => name === '--client-secret-file').length).toBeGreaterThan(0);
  });
});

describe('T15 the listener', () => {
  it('no option moves it off the loopback interface', () => {
    // The binding message is a text of CIBA, and no address.
    const others = options.filter(({ name }) => name !== '--binding-message');
    expect(others.filter(({ name }) => /listen|bind|interface|address/.test(name))).toEqual([]);
  });
});

describe('T09 certificates', () => {
  it('no option turns their check off', () => {
    expect(options.filter(({ name }) => /insecure|no-verify|skip/.test(name))).toEqual([]);
  });
});
