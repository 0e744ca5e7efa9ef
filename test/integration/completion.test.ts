// `mfad completion` in the real shells, at a terminal: what is typed, Tab, Enter; then which words mfad was called with.
import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mfadArgv } from '../support/program.ts'
import { alice, keyLines, openSandbox, type Sandbox } from '../support/sandbox.ts'
import { openTerminalFor, type Terminal } from '../support/terminal.ts'
import { until } from '../support/until.ts'

const shells = {
  bash: { argv: ['bash', '--norc', '--noprofile', '-i'], load: 'eval "$(mfad completion bash)"' },
  zsh: { argv: ['zsh', '-f', '-i'], load: 'eval "$(mfad completion zsh)"' },
  fish: { argv: ['fish', '--no-config', '-i'], load: 'mfad completion fish | source' },
}

/** By what is typed of it. */
const hostileNames = {
  $: '$(touch pwned)',
  'b`': 'b`touch pwned`',
  "c'": `c'; touch pwned; "`,
  u: 'u e  f',
  'g\\': 'g\\$(touch pwned)',
  h: 'h*?[a-z]{1,2}~',
  'i:j': 'i:j@k=l',
  'm%': 'm%F{red}%(?.x.)',
  ö: 'öß 漢',
  'n#': 'n#!o;p|q&r<s>',
}

let sandbox: Sandbox
beforeEach(async () => {
  sandbox = await openSandbox()
  const names = ['dev', ...Object.values(hostileNames)]
  sandbox.writeCredentials(names.map((name) => `[${name}]\n${keyLines(alice)}`).join(''))
  fs.writeFileSync(
    join(sandbox.home, 'bin/mfad'),
    `#!/bin/sh
cd "$HOME"
# As for a command whose usage has \`-- CMD\`.
case "$*" in 'completion --words -- run dev -- '*) echo 'program 4'; exit ;; esac
case $1 in completion) exec ${mfadArgv.join(' ')} "$@" ;; esac
{ for word; do printf '%s\\n' "$word"; done; } > words.new
mv words.new words
`,
    { mode: 0o755 },
  )
})
afterEach(() => sandbox.close())

/** Types a line with Tab at its end; answers the words that mfad was then called with. */
async function wordsOf(terminal: Terminal, line: string): Promise<string[]> {
  const words = join(sandbox.home, 'words')
  fs.rmSync(words, { force: true })
  await terminal.typeAfter('', `${line}\t\r`)
  await until(`mfad is called by ${line}; so far: ${terminal.shown()}`, () => fs.existsSync(words), 20_000)
  return fs.readFileSync(words, 'utf8').trimEnd().split('\n')
}

async function openShell({ argv, load }: (typeof shells)['bash']): Promise<Terminal> {
  const terminal = openTerminalFor(argv, { ...sandbox.environment, HISTFILE: '' })
  await terminal.typeAfter('', `cd; ${load}; echo rea""dy\r`)
  await terminal.typeAfter('ready', '')
  return terminal
}

async function closeShell(terminal: Terminal): Promise<void> {
  await terminal.typeAfter('', 'exit\r')
  await terminal.ended()
}

/** In CI they must be there. */
const isMissing = ([, { argv }]: (typeof entries)[number]) =>
  !process.env.CI && spawnSync(argv[0] ?? '', ['-c', '']).error !== undefined
const entries = Object.entries(shells)

for (const [name] of entries.filter(isMissing))
  it(`needs ${name}`, (context) => context.skip('not installed'))

describe.each(entries.filter((entry) => !isMissing(entry)))('in %s', (_, shell) => {
  it('commands, options, values and profiles are completed', async () => {
    const terminal = await openShell(shell)
    expect(await wordsOf(terminal, 'mfad notify')).toEqual(['notify-test'])
    expect(await wordsOf(terminal, 'mfad login --ser')).toEqual(['login', '--serial-number'])
    expect(await wordsOf(terminal, 'mfad login de')).toEqual(['login', 'dev'])
    expect(await wordsOf(terminal, 'mfad login "de')).toEqual(['login', 'dev'])
    expect(await wordsOf(terminal, 'mfad login --duration 36')).toEqual(['login', '--duration', '36h'])
    expect(await wordsOf(terminal, 'mfad login --duration=36')).toEqual(['login', '--duration=36h'])
    expect(await wordsOf(terminal, 'mfad login --duration 36h --all de')).toEqual([
      'login',
      '--duration',
      '36h',
      '--all',
      'dev',
    ])
    await closeShell(terminal)
  })

  it('the command line of another program is completed as such', async () => {
    const program = join(sandbox.home, 'bin/zz-another-program')
    fs.writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 })
    fs.writeFileSync(join(sandbox.home, 'zz-a-file'), '')
    const terminal = await openShell(shell)
    expect(await wordsOf(terminal, 'mfad run dev -- zz-an')).toEqual([
      'run',
      'dev',
      '--',
      'zz-another-program',
    ])
    const words = ['run', 'dev', '--', 'cat', 'zz-a-file']
    expect(await wordsOf(terminal, 'mfad run dev -- cat zz-a')).toEqual(words)
    await closeShell(terminal)
  })

  it('names out of a file reach mfad as they are, and run nothing', async () => {
    const terminal = await openShell(shell)
    for (const [typed, name] of Object.entries(hostileNames)) {
      const quoted = typed.replace(/[^\w:ö]/g, '\\$&')
      expect(await wordsOf(terminal, `mfad login ${quoted}`)).toEqual(['login', name])
    }
    expect(fs.existsSync(join(sandbox.home, 'pwned'))).toBe(false)
    await closeShell(terminal)
  })
})
