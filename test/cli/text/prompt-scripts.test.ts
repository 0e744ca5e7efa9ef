// The prompt functions in the real shells.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { promptScripts } from '../../../src/cli/text/prompt-scripts.ts'

/** How each shell is started without the user's own settings, and shows the prompt that it would draw. */
const shells = {
  bash: {
    argv: ['bash', '--norc', '--noprofile', '-c'],
    draw: `eval "$PROMPT_COMMAND"; PS1='\${MFAD_PROMPT}'; printf '%s' "\${PS1@P}"`,
    colours: { yellow: '\u0001\u001b[33m\u0002', red: '\u0001\u001b[31m\u0002' },
  },
  zsh: {
    argv: ['zsh', '-fc'],
    draw: `for f in $precmd_functions; do $f; done; setopt prompt_subst; PROMPT='\${MFAD_PROMPT}'; print -nP -- $PROMPT`,
    colours: { yellow: '\u001b[33m', red: '\u001b[31m' },
  },
  fish: {
    argv: ['fish', '--no-config', '-c'],
    draw: 'mfad_prompt',
    colours: { yellow: '\u001b[33m', red: '\u001b[31m' },
  },
} as const

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "mfad it's \\ a $(prompt)-"))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const now = () => Math.floor(Date.now() / 1000)
const statusFile = () => join(home, 'mfad.status')

describe.each(Object.entries(shells))('the prompt of %s', (name, { argv, draw, colours }) => {
  const script = (suffix = '-mfa') =>
    promptScripts[name]?.({
      statusFiles: [join(home, 'none.status'), statusFile()],
      suffix,
      epochSeconds: now(),
    }) ?? ''
  const run = (code: string, environment: Record<string, string>) => {
    const [program = '', ...args] = argv
    const { stdout, stderr, status } = spawnSync(program, [...args, code], {
      cwd: home,
      encoding: 'utf8',
      env: { PATH: process.env.PATH ?? '', HOME: home, TERM: 'xterm', ...environment },
    })
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    return stdout
  }
  const shown = (environment: Record<string, string>, suffix?: string) =>
    run(`${script(suffix)}\n${draw}`, { NO_COLOR: '1', ...environment })

  it('shows nothing without AWS_PROFILE', () => {
    writeFileSync(statusFile(), `dev valid ${now() + 9030}\n`)
    expect(shown({})).toBe('')
    expect(shown({ AWS_PROFILE: '' })).toBe('')
  })

  it('shows the profile and the time left, by its name and by that of its session', () => {
    writeFileSync(statusFile(), `d valid 1\ndev valid ${now() + 11_550}\ndev2 valid 1\n`)
    expect(shown({ AWS_PROFILE: 'dev' })).toBe('(dev 3h12m) ')
    expect(shown({ AWS_PROFILE: 'dev-mfa' })).toBe('(dev 3h12m) ')
  })

  it.each(['.a+b', '%x@', '%%', '/s:', '@', '-'])('knows the session by the suffix %s', (suffix) => {
    writeFileSync(statusFile(), `dev valid ${now() + 11_550}\n`)
    expect(shown({ AWS_PROFILE: `dev${suffix}` }, suffix)).toBe('(dev 3h12m) ')
  })

  it('takes a profile for itself that is called as a session of another', () => {
    writeFileSync(statusFile(), `dev valid ${now() + 11_550}\ndev-mfa valid ${now() + 7250}\n`)
    expect(shown({ AWS_PROFILE: 'dev-mfa' })).toBe('(dev-mfa 2h0m) ')
  })

  it('counts minutes below an hour, and says when it is over, whatever the file has not said yet', () => {
    const textAt = (seconds: number) => {
      writeFileSync(statusFile(), `dev valid ${now() + seconds}\n`)
      return shown({ AWS_PROFILE: 'dev' })
    }
    expect(textAt(1830)).toBe('(dev 30m) ')
    expect(textAt(30)).toBe('(dev <1m) ')
    expect(textAt(-5)).toBe('(dev expired) ')
  })

  it('shows the profile alone where it has no session, and where no daemon says anything', () => {
    writeFileSync(statusFile(), `other valid ${now() + 9030}\n`)
    expect(shown({ AWS_PROFILE: 'dev-mfa' })).toBe('(dev) ')
    writeFileSync(statusFile(), '')
    expect(shown({ AWS_PROFILE: 'dev' })).toBe('(dev) ')
    rmSync(statusFile())
    expect(shown({ AWS_PROFILE: 'dev' })).toBe('(dev) ')
  })

  it('is coloured when the time is short, and not with NO_COLOR or on a dumb terminal', () => {
    const coloured = (line: string, more = {}) => {
      writeFileSync(statusFile(), line)
      return run(`${script()}\n${draw}`, { AWS_PROFILE: 'dev', ...more })
    }
    expect(coloured(`dev valid ${now() + 9030}\n`)).toMatch(/^\(dev 2h30m\) $/)
    expect(coloured(`dev expiring ${now() + 1830}\n`)).toContain(`${colours.yellow}(dev 30m)`)
    expect(coloured(`dev valid ${now() + 330}\n`)).toContain(`${colours.yellow}(dev 5m)`)
    expect(coloured('dev expired 5\n')).toContain(`${colours.red}(dev expired)`)
    expect(coloured('dev expired 5\n', { NO_COLOR: '1' })).toBe('(dev expired) ')
    expect(coloured('dev expired 5\n', { TERM: 'dumb' })).toBe('(dev expired) ')
  })

  it('runs nothing of a hostile name or file, and shows of it what is harmless', () => {
    for (const hostile of [
      '$(touch pwned)',
      '`touch pwned`',
      '%F{red}%n%(?.$(touch pwned).)',
      '\\$(touch pwned)\\u',
      'a[$(touch pwned)]',
      '\u001b]0;pwned\u0007',
      '*',
      '-n',
      '--',
      "'; touch pwned; '",
      'x'.repeat(5000),
    ]) {
      writeFileSync(statusFile(), `dev valid ${now() + 9030}\n${hostile} valid a[$(>pwned)]\n`)
      const text = shown({ AWS_PROFILE: hostile })
      expect(text).toMatch(/^\([A-Za-z0-9_./%@:+?-]{1,80}\) $/)
      expect(text).not.toContain('%%')
      writeFileSync(statusFile(), 'dev valid a[$(>pwned)]\n')
      expect(shown({ AWS_PROFILE: 'dev' })).toBe('(dev) ')
    }
    expect(existsSync(join(home, 'pwned'))).toBe(false)
  })

  it('starts no process', () => {
    const lines = Array.from({ length: 40 }, (_, index) => `role${index} valid ${now() + 3000}\n`)
    writeFileSync(statusFile(), `${lines.join('')}dev valid ${now() + 11_550}\n`)
    const [program = '', ...args] = argv
    const trace = join(home, 'trace')
    const traced = spawnSync(
      'strace',
      [
        '-f',
        '-e',
        'trace=execve,fork,vfork,clone,clone3',
        '-o',
        trace,
        program,
        ...args,
        `${script()}\n${draw}`,
      ],
      {
        encoding: 'utf8',
        env: { PATH: process.env.PATH ?? '', HOME: home, TERM: 'xterm', AWS_PROFILE: 'dev' },
      },
    )
    expect(traced.stdout).toContain('(dev 3h12m)')
    const calls = readFileSync(trace, 'utf8')
      .split('\n')
      .filter((line) => /(?:execve|fork|clone3?)\(/.test(line))
    const threads = calls.filter((line) => !line.includes('CLONE_THREAD'))
    // The shell itself.
    expect(threads).toHaveLength(1)
  })
})

describe('the prompt of bash', () => {
  const script = () =>
    promptScripts.bash?.({ statusFiles: [statusFile()], suffix: '-mfa', epochSeconds: now() }) ?? ''
  const bash = (code: string) =>
    spawnSync('bash', ['--norc', '--noprofile', '-c', code], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH ?? '', AWS_PROFILE: 'dev', NO_COLOR: '1' },
    })

  it('does without what a bash of 2007, as macOS has it, lacks', () => {
    writeFileSync(statusFile(), `other valid 1\ndev valid ${now() + 11_550}\n`)
    const old = 'mapfile() { return 1; }; printf() { return 1; }\n'
    expect(bash(`${old}${script()}\nmfad_prompt; echo "$MFAD_PROMPT"`)).toMatchObject({
      stdout: '(dev 3h12m) \n',
      stderr: '',
    })
  })

  it('leaves the exit status, the options and what else is done before a prompt as they are', () => {
    writeFileSync(statusFile(), '')
    const { stdout, stderr } = bash(
      `set -u; PROMPT_COMMAND='echo "status $?"'\n${script()}\n${script()}\necho "$PROMPT_COMMAND"; (exit 3); eval "$PROMPT_COMMAND"; echo "$MFAD_PROMPT"`,
    )
    expect({ stdout, stderr }).toEqual({
      stdout: 'mfad_prompt;echo "status $?"\nstatus 3\n(dev) \n',
      stderr: '',
    })
  })
})
