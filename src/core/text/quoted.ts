// Words of ours that a shell is to take as one word.

/** A path as a shell takes it, for commands in hints. */
export function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}
