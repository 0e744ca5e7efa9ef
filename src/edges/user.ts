/** The user that this process runs as. */
export function userId(): number {
  return process.getuid?.() ?? -1
}
