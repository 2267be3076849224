/** Somebody who can sign in at the embedded provider; claims are those of OpenID Connect Core §5.1. */
export interface Person {
  readonly sub: string;
  readonly username: string;
  /** For a demonstration only: it is shown on the sign-in page. */
  readonly password: string;
  readonly name: string;
  readonly email: string;
  readonly emailVerified: boolean;
}

/** At least one person. */
export type People = readonly [Person, ...Person[]];

/** Three people, so that signing in as somebody else can be tried; one has an unconfirmed address. */
export const people: People = [
  {
    sub: 'person-1815',
    username: 'ada',
    password: 'analytical-engine',
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    emailVerified: true,
  },
  {
    sub: 'person-1906',
    username: 'grace',
    password: 'nanoseconds',
    name: 'Grace Hopper',
    email: 'grace@example.com',
    emailVerified: true,
  },
  {
    sub: 'person-1706',
    username: 'emilie',
    password: 'vis-viva',
    name: 'Émilie du Châtelet',
    email: 'emilie@example.com',
    emailVerified: false,
  },
];

/** The path of a person's picture at the provider. */
export function picturePath(person: Person): string {
  return `/people/${person.username}.svg`;
}

/** A picture that needs no network: initials on a colour chosen by the name, as SVG text. */
export function pictureSvg(person: Person): string {
  const initials = person.name
    .split(' ')
    .filter((part) => /^\p{Lu}/u.test(part))
    .map((part) => part.slice(0, 1))
    .join('');
  const hue = [...person.username].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48" width="48" height="48">
<circle cx="24" cy="24" r="24" fill="hsl(${hue} 45% 32%)"/>
<text x="24" y="24" dy=".36em" text-anchor="middle" font-family="system-ui, sans-serif" font-size="18" fill="#fff">${initials}</text>
</svg>
`;
}
