// The AWS tools of this machine that the tests hold mfad against. CI installs them, so there a missing one fails the test;
// elsewhere the test is skipped and says why.
import { spawnSync } from 'node:child_process'
import type { TestContext } from 'vitest'

/** The first Python that has a module: the machine's own `python3` may be a bare one beside Debian's. */
export function findPython(module: string): string | undefined {
  const candidates = ['python3', '/usr/bin/python3']
  return candidates.find(
    (python) => spawnSync(python, ['-c', `import ${module}`], { stdio: 'ignore' }).status === 0,
  )
}

/** As findPython; fails in CI, and skips the test elsewhere, where there is none. */
export function requirePython(context: TestContext, module: string): string {
  return findPython(module) ?? missing(context, `no python3 here has ${module}`)
}

/** Fails in CI, and skips the test elsewhere, where a program is not there. */
export function requireProgram(context: TestContext, program: string): string {
  const isThere = spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined
  return isThere ? program : missing(context, `${program} is not installed`)
}

function missing(context: TestContext, reason: string): never {
  if (process.env.CI) throw new Error(reason)
  process.stderr.write(`SKIPPED ${context.task.name}: ${reason}\n`)
  return context.skip(reason)
}
