/** What a command said, without the advice to set a region, where a test has none and is about something else. */
export function withoutRegionAdvice(stderr: string): string {
  return stderr.replaceAll(/^mfad: warning: .+ has no region, .+\n {2}→ set it with: .+\n/gm, '')
}
