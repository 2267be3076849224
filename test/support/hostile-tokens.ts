/** What would leave a file called `ran` behind if any part of it were run as a command. */
const commands = [
  '$(id>ran)',
  '`id>ran`',
  '"$(id>ran)"',
  ';id>ran;',
  '|id>ran',
  '&id>ran&',
  '<(id>ran)',
  '=(id>ran)',
  '(id>ran)',
  "';id>ran;'",
  "\\';id>ran;\\'",
  "'\\'';id>ran;'\\''",
  "\\\\';id>ran;#",
  '";id>ran;"',
  `\${x:=\`id>ran\`}`,
  `\${(e):-\`id>ran\`}`,
];

/** What shells and readers of files expand, without running anything. */
const expansions = [
  "it's",
  "'",
  "''",
  '"',
  '"$HOME"',
  '$HOME',
  `\${HOME}`,
  '\\',
  '\\\\',
  "\\'",
  'a\\',
  '\\n\\t\\0\\x41',
  '!!',
  '!x',
  'a!b',
  '^a^b',
  '%PATH%',
  '%s%n%%',
  '%1',
  '#x',
  'x#y',
  '-n',
  '-e',
  '--',
  '~root',
  'a:~root',
  '=ls',
  'a:=ls',
  '*',
  '?[a-z]',
  '{a,b}',
  'A<<B',
  'a=b=c',
  'a==',
];

/** Access tokens that RFC 6749 (appendix A.12, without the space) allows, and that no shell may take apart. */
export const hostileTokens: readonly string[] = [...commands, ...expansions];

/** Texts that no token may be, but that the quoting rules of shells cover as well. */
export const hostileTexts: readonly string[] = [
  ...hostileTokens,
  'two words',
  ' \t ',
  'a\nid>ran\nb',
  "'\nid>ran\n'",
  '\n',
  'a\\\nb',
  '\u2018;id>ran;\u2019',
  'ünïcödé \u{1f511} \u202e',
  '\u001b[31m\u0007',
];
