/** The text of bytes in UTF-8, without the byte order mark that some editors put in front. */
export function textOfBytes(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes);
}
