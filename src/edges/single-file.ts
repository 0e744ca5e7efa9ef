// mfad as a single file: Node's executable with the bundles in it, made by `npm run executable`.

/** The file is its own script then: src/single-file/main.ts sees to that. */
export function isSingleFile(): boolean {
  return process.argv[1] === process.execPath
}
