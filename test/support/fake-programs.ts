// Programs of our own on a PATH that holds nothing else: each writes down its words and its environment, and then does what
// its script says.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type FakePrograms = {
  directory: string
  path: string
  install(name: string, script?: string): void
  remove(name: string): void
  /** The words of each call. */
  calls(name: string): string[][]
  /** The environment of each call. */
  environments(name: string): Record<string, string>[]
  /** Writes a file for the scripts; `$0` of each stands beside it. */
  put(file: string, text: string): void
  read(file: string): string
  close(): void
}

const endOfCall = '\x1e'

export function createFakePrograms(): FakePrograms {
  const directory = mkdtempSync(join(tmpdir(), 'mfad-programs-'))
  const bin = join(directory, 'bin')
  mkdirSync(bin)
  const read = (file: string) =>
    existsSync(join(directory, file)) ? readFileSync(join(directory, file), 'utf8') : ''
  const records = (file: string) =>
    read(file)
      .split(endOfCall)
      .slice(0, -1)
      .map((call) => call.split('\0').slice(0, -1))
  return {
    directory,
    path: bin,
    install(name, script = '') {
      const record =
        `{ [ $# -eq 0 ] || printf '%s\\0' "$@"; printf '\\036'; } >> '${directory}/${name}.words'\n` +
        `{ /usr/bin/env -0; printf '\\036'; } >> '${directory}/${name}.environment'\n`
      // In the place of the old one at once: a program that is being run must not be written to.
      rmSync(join(bin, name), { force: true })
      writeFileSync(join(bin, name), `#!/bin/sh\nhere='${directory}'\n${record}${script}\n`)
      chmodSync(join(bin, name), 0o755)
    },
    remove: (name) => rmSync(join(bin, name)),
    calls: (name) => records(`${name}.words`),
    environments: (name) =>
      records(`${name}.environment`).map((call) =>
        Object.fromEntries(
          call.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
        ),
      ),
    put: (file, text) => writeFileSync(join(directory, file), text),
    read,
    close: () => rmSync(directory, { recursive: true, force: true }),
  }
}
