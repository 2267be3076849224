import { Resolver } from 'node:dns/promises';

/** A name server that does not answer is given up soon: there is another way to what is looked for. */
const patience = { timeout: 2000, tries: 2 };

/** The TXT records of a name, each with its parts put together. Rejects with the error of the resolver. */
export async function resolveTxt(name: string): Promise<readonly string[]> {
  const records = await new Resolver(patience).resolveTxt(name);
  return records.map((parts) => parts.join(''));
}
