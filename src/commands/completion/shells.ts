/** The shells whose command lines are completed. */
export const shells = ['bash', 'zsh', 'fish', 'powershell'] as const;

/** A shell whose command lines are completed. */
export type Shell = (typeof shells)[number];

/** Reads the name of a shell as people write it; `undefined` for any other. */
export function readShell(text: string): Shell | undefined {
  const name = text.toLowerCase();
  return name === 'pwsh' ? 'powershell' : shells.find((shell) => shell === name);
}
