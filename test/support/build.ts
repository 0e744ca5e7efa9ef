// Builds the bundles once before the tests: integration tests run the real programs.
import { execFileSync } from 'node:child_process'

export function setup(): void {
  execFileSync(process.execPath, ['build.mjs'], { stdio: 'inherit' })
}
