import type { Writable } from 'node:stream';

/** The signs of the library, each with one of ASCII that is as wide. */
const plain: Readonly<Record<string, string>> = {
  '◆': '*',
  '◇': 'o',
  '■': 'x',
  '▲': 'x',
  '●': '>',
  '○': ' ',
  '│': '|',
  '┌': '+',
  '└': '+',
  '├': '+',
  '╮': '+',
  '╯': '+',
  '╰': '+',
  '╭': '+',
  '─': '-',
  '…': '.',
  '•': '-',
  '↑': '^',
  '↓': 'v',
  '←': '<',
  '→': '>',
};

const signPattern = new RegExp(`[${Object.keys(plain).join('')}]`, 'gu');

/**
 * The terminal as the questions are written to it: with a size where it tells none (a pty that `script` or `expect`
 * opened), and without signs that it cannot draw.
 */
export function promptOutput(terminal: Writable, canDraw: boolean): Writable {
  const size: Readonly<Record<PropertyKey, number>> = { columns: 80, rows: 24 };
  return new Proxy(terminal, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (name === 'write' && !canDraw) {
        return (text: unknown, ...rest: never[]) =>
          target.write(
            typeof text === 'string' ? text.replace(signPattern, (sign) => plain[sign] ?? sign) : text,
            ...rest,
          );
      }
      if (value === 0) {
        return size[name] ?? value;
      }
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
