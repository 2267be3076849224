/** Members of which some may be `undefined`, as a type whose optional members are absent instead. */
export type Defined<Members extends object> = Simplified<
  {
    [Key in keyof Members as undefined extends Members[Key] ? never : Key]: Members[Key];
  } & {
    [Key in keyof Members as undefined extends Members[Key] ? Key : never]?: Exclude<Members[Key], undefined>;
  }
>;

type Simplified<Members> = { [Key in keyof Members]: Members[Key] };

/**
 * Gives the members that have a value. What is not known is absent from an object, not `undefined` in it, so a spread
 * takes nothing away.
 */
export function defined<const Members extends object>(members: Members): Defined<Members> {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined),
  ) as Defined<Members>;
}
