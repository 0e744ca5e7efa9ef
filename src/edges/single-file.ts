// mfad as a single file: Node's executable with the bundles in it, made by `npm run executable`.

/** The file is its own script then: src/single-file/main.ts sees to that. */
export function isSingleFile(): boolean {
  return process.argv[1] === process.execPath
}

/** Sets flags of V8 in this process, and shows its garbage collector where one of them is --expose-gc, as they do at a start. */
export async function setFlags(flags: readonly string[]): Promise<void> {
  const { setFlagsFromString } = await import('node:v8')
  const { runInNewContext } = await import('node:vm')
  for (const flag of flags) setFlagsFromString(flag)
  if (flags.includes('--expose-gc')) globalThis.gc = runInNewContext('gc')
}
