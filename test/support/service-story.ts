// A story that a script plays inside a real `systemd --user`: with a home of its own, and a directory for what it has to show.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { isSingleFile, nodePath, scriptPath } from './program.ts'
import { devConfig, devCredentials, run } from './sandbox.ts'

export type ServiceStory = {
  home: string
  /** Plays `test/support/NAME.sh`, which has to end well; answers what it printed. */
  play(name: string, environment: Record<string, string>, ...args: string[]): Promise<string>
  /** What it has put into a file of this name. */
  result(name: string): string
}

/** A home with the profile dev. It goes when the test is over. */
export function openServiceStory(config = devConfig): ServiceStory {
  const [home, results] = ['home', 'results'].map((name) =>
    mkdtempSync(join(tmpdir(), `mfad-service-${name}-`)),
  ) as [string, string]
  onTestFinished(() => {
    for (const directory of [home, results]) rmSync(directory, { recursive: true, force: true })
  })
  mkdirSync(join(home, '.aws'), { mode: 0o700 })
  mkdirSync(join(home, '.config'))
  writeFileSync(join(home, '.aws/credentials'), devCredentials, { mode: 0o600 })
  writeFileSync(join(home, '.aws/config'), config, { mode: 0o600 })
  return {
    home,
    async play(name, more, ...args) {
      const env = {
        PATH: process.env.PATH,
        NODE: nodePath,
        MFAD: isSingleFile ? '' : scriptPath,
        RESULTS: results,
        ...more,
      }
      const argv = [home, resolve(`test/support/${name}.sh`), ...args]
      const story = await run(spawn('test/support/systemd-user.sh', argv, { env, stdio: 'pipe' }))
      expect(story.exitCode, story.stderr + story.stdout).toBe(0)
      return story.stdout
    },
    result: (name) => readFileSync(join(results, name), 'utf8'),
  }
}

/** The lines `name=value` that a story printed. */
export function factsOf(printed: string): Record<string, string> {
  return Object.fromEntries(
    printed
      .trim()
      .split('\n')
      .map((line) => line.split(/=(.*)/s)),
  )
}
