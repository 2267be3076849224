/** A text as one word of a POSIX shell (XCU §2.2.2): nothing has a meaning between single quotes but their end. */
export function posixWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A text as one word of fish, where a backslash escapes the quote and itself, and nothing else. */
export function fishWord(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}

/** A text as a literal of PowerShell (about_Quoting_Rules); it takes typographic quotes for quotes as well. */
export function powershellLiteral(text: string): string {
  return `'${text.replace(/['\u2018-\u201b]/g, '$&$&')}'`;
}
