/** The parts of the global `Bun` that are used. */
interface Bun {
  file(descriptor: number): { stream(): ReadableStream<Uint8Array> };
}

/**
 * Gives Bun's own functions where the program is the one executable file that `npm run binary` makes; `undefined` on
 * Node. They stand in for the few functions of Node that Bun lacks.
 */
export function bunRuntime(): Bun | undefined {
  return (globalThis as { readonly Bun?: Bun }).Bun;
}

/** A function of the C library, as `bun:ffi` calls it. */
interface ForeignFunctions {
  dlopen(
    library: string,
    symbols: Readonly<Record<string, { readonly args: readonly string[]; readonly returns: string }>>,
  ): { readonly symbols: Readonly<Record<string, (...values: readonly unknown[]) => number>> };
}

/** Where the C library is, by system. musl has its name from the processor. */
const libraries = ['libc.so.6', 'libSystem.B.dylib', 'libc.musl-x86_64.so.1', 'libc.musl-aarch64.so.1'];

/**
 * Sets or removes a variable of this process for libraries of machine code too. Bun keeps `process.env` to itself; Node
 * hands each change on, so nothing is done there.
 */
export function setNativeVariable(name: string, value: string | undefined): void {
  if (bunRuntime() === undefined) {
    return;
  }
  const foreign = (process as { getBuiltinModule?(name: string): unknown }).getBuiltinModule?.('bun:ffi');
  const { setenv, unsetenv } = cLibrary(foreign as ForeignFunctions);
  if (value === undefined) {
    unsetenv?.(cString(name));
  } else {
    setenv?.(cString(name), cString(value), 1);
  }
}

function cLibrary({ dlopen }: ForeignFunctions) {
  const functions = {
    setenv: { args: ['cstring', 'cstring', 'i32'], returns: 'i32' },
    unsetenv: { args: ['cstring'], returns: 'i32' },
  };
  for (const library of libraries) {
    try {
      return dlopen(library, functions).symbols;
    } catch {
      // It is another system's.
    }
  }
  throw new Error('no C library');
}

function cString(text: string): Buffer {
  return Buffer.from(`${text}\0`);
}
