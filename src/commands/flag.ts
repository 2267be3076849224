/** What completion in a shell offers for a value. Anything else can be typed all the same. */
export interface Completes {
  readonly words?: readonly string[];
  /** `accounts`: those that are signed in; `providers`: the known ones; `targets`: both. */
  readonly from?: 'accounts' | 'providers' | 'targets';
}

/** A flag of a command: plain data, from which the command line parser, its help and the quick program are made. */
export interface Flag {
  /** Its names, and the value in angle brackets where it takes one, as the help shows them: `-X, --request <method>`. */
  readonly usage: string;
  readonly description: string;
  /** It may be given more than once, and its value is a list. */
  readonly isRepeatable?: true;
  /** The only values that it takes; any, when absent. */
  readonly choices?: readonly string[];
  /** What completion offers, besides `choices`. */
  readonly completes?: Completes;
  /** The flags that cannot be given together with it. */
  readonly conflicts?: readonly Flag[];
  /** Turns the value as people type it into the one that is meant. */
  readonly read?: (value: string) => string;
  /** The heading of the help that it stands under, unless it is among the options of the command itself. */
  readonly group?: string;
}

/** The words of a command line: those that are no flag, by their names in the help. */
export interface Argument {
  /** `<name>` must be given, `[name]` may be, and `[name...]` takes all further words. */
  readonly usage: string;
  readonly description?: string;
  /** What completion offers; absent for a target or an account: the accounts. */
  readonly completes?: Completes;
}

/** A command as the help shows it. */
export interface CommandDescription {
  readonly name: string;
  readonly description: string;
  readonly arguments: readonly Argument[];
  /** The line of its help, where it does not follow from the arguments. */
  readonly usage?: string;
  readonly flags: readonly Flag[];
  /** More that its help says, after the options: lines that stand as they are, under a heading. */
  readonly notes?: { readonly heading: string; readonly lines: readonly string[] };
}

/** Its names, such as `-X` and `--request`. */
export function namesOf({ usage }: Flag): readonly string[] {
  return usage.split(/[ ,]+/).filter((word) => word.startsWith('-'));
}

/** Whether a value belongs to it. */
export function takesValue({ usage }: Flag): boolean {
  return usage.endsWith('>');
}

/** The member of a command's flags that it sets: `minValidity` for `--min-validity`, `store` for `--no-store`. */
export function memberOf(flag: Flag): string {
  const name = namesOf(flag).at(-1) ?? '';
  return name.replace(/^--(no-)?/, '').replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** Whether it was typed. `--store file` and `--no-store` set one member: the text, or `false`. */
export function isTyped(flag: Flag, flags: Readonly<Record<string, unknown>>): boolean {
  const value = flags[memberOf(flag)];
  const isNegative = namesOf(flag).some((name) => name.startsWith('--no-'));
  return isNegative ? value === false : value !== undefined && value !== false;
}

/** The first flag that was given although another one excludes it, with that other one. */
export function conflictAmong(
  { flags }: CommandDescription,
  isGiven: (flag: Flag) => boolean,
): readonly [Flag, Flag] | undefined {
  for (const flag of flags) {
    const other = isGiven(flag) ? flag.conflicts?.find(isGiven) : undefined;
    if (other !== undefined) {
      return [flag, other];
    }
  }
  return undefined;
}
