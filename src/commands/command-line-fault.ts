import { Command } from 'commander';
import type { Flag } from './flag.ts';

/** What is wrong with a command line. */
export type TypingFault =
  | { readonly kind: 'missing-argument'; readonly argument: string }
  | { readonly kind: 'missing-value'; readonly flag: Flag['usage'] }
  | { readonly kind: 'unknown-flag'; readonly typed: string }
  | { readonly kind: 'conflict'; readonly flag: Flag; readonly other: Flag }
  | {
      readonly kind: 'not-a-choice';
      readonly flag: Flag;
      readonly value: string;
      readonly choices: readonly string[];
    };

/** A command line that cannot be read; `main` turns it into a `UsageError`. */
export class CommandLineFault extends Error {
  override readonly name = 'CommandLineFault';
  readonly fault: TypingFault;
  constructor(fault: TypingFault) {
    super(fault.kind);
    this.fault = fault;
  }
}

/** A command of commander whose faults have members: commander calls these methods, and would throw a sentence. */
export class FaultTellingCommand extends Command {
  override createCommand(name?: string): FaultTellingCommand {
    return new FaultTellingCommand(name);
  }

  /** Throws a `CommandLineFault`. */
  missingArgument(argument: string): never {
    throw new CommandLineFault({ kind: 'missing-argument', argument });
  }

  /** Throws a `CommandLineFault`. */
  optionMissingArgument({ flags }: { readonly flags: string }): never {
    throw new CommandLineFault({ kind: 'missing-value', flag: flags });
  }

  /** Throws a `CommandLineFault`. */
  unknownOption(typed: string): never {
    throw new CommandLineFault({ kind: 'unknown-flag', typed });
  }
}
