// A desktop of its own for a test: an X server, a bus, a notification daemon, and hands on its mouse and keyboard. Set
// MFAD_TEST_PICTURES to a directory to keep the pictures of the screen.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  accessSync,
  constants,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir, uptime } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { until } from './until.ts'

const launcher = 'test/support/desktop.sh'
const needed = [
  'Xvfb',
  'dunst',
  'dunstctl',
  'dbus-run-session',
  'dbus-send',
  'notify-send',
  'import',
  'xdotool',
  'zenity',
]
const missing = needed.filter((program) => !isInstalled(program))

/** Why no desktop can be opened here, if so. In CI that is a failure. */
export const obstacle = missing.length === 0 ? undefined : `not installed: ${missing.join(', ')}`

type ShownNotification = { summary: string; body: string; staysSeconds: number; at: number }

export type TestDesktop = {
  environment: Record<string, string>
  /** How many notifications are on the screen. */
  displayed(): number
  /** Takes a picture, and answers how many colours are in it: one when the screen is empty. */
  picture(name: string): number
  /** Everything shown so far, oldest first. Takes it off the screen. */
  history(): ShownNotification[]
  /** Presses the button of that label on a notification on the screen. */
  press(label: string): void
  /** The buttons that there were to choose from when one was last pressed. */
  buttons(): string[]
  /** Clicks on the uppermost notification itself. */
  click(): void
  /** The text of each dialog that is open, as its program got it. */
  dialogs(): string[]
  dialogIds(): number[]
  /** Waits for a dialog that says so, and for its window. */
  opened(text: string): Promise<void>
  /** Types into the dialog that is open, and Return. */
  type(keys: string): void
  key(name: string): void
  close(): Promise<void>
}

export async function openTestDesktop(): Promise<TestDesktop> {
  const directory = mkdtempSync(join(tmpdir(), 'mfad-desktop-'))
  const child = spawn(
    launcher,
    [directory, 'sh', '-c', 'echo "$DISPLAY"; echo "$DBUS_SESSION_BUS_ADDRESS"; exec cat >/dev/null'],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const [DISPLAY, DBUS_SESSION_BUS_ADDRESS] = await firstLines(child, 2)
  if (DISPLAY === undefined || DBUS_SESSION_BUS_ADDRESS === undefined) throw new Error('no desktop came up')
  // Without the last, dialogs would start a bus of their own for screen readers.
  const environment = { DISPLAY, DBUS_SESSION_BUS_ADDRESS, NO_AT_BRIDGE: '1' }
  const options = { env: { ...process.env, ...environment }, encoding: 'utf8' } as const
  const run = (program: string, ...args: string[]) => execFileSync(program, args, options)
  const succeeds = (program: string, ...args: string[]) => spawnSync(program, args, options).status === 0
  const dialogs = () =>
    zenities(DISPLAY).map(({ words }) => words.find((word) => word.startsWith('--text='))?.slice(7) ?? '')
  /** The keyboard is where the pointer is: there is no window manager. Dialogs open in the middle. */
  const press = (...keys: string[]) => run('xdotool', 'mousemove', '500', '300', ...keys)
  const hasWindow = () => succeeds('xdotool', 'search', '--onlyvisible', '--class', 'zenity')
  return {
    environment,
    dialogs,
    dialogIds: () => zenities(DISPLAY).map(({ pid }) => pid),
    displayed: () => Number(run('dunstctl', 'count', 'displayed')),
    picture(name) {
      const file = join(directory, `${name}.png`)
      run('import', '-window', 'root', file)
      keepPicture(file, name)
      return Number(run('identify', '-format', '%k', file))
    },
    history() {
      run('dunstctl', 'close-all')
      return readHistory(run('dunstctl', 'history'))
    },
    press(label) {
      writeFileSync(join(directory, 'choice'), `#${label} (`)
      run('dunstctl', 'context')
    },
    buttons: () =>
      [...readFileSync(join(directory, 'menu'), 'utf8').matchAll(/^#(.*?) \(/gm)].map(
        ([, label = '']) => label,
      ),
    click() {
      run('xdotool', 'mousemove', '800', '30', 'click', '2')
    },
    async opened(text) {
      await until(`a dialog says "${text}"`, () => dialogs().some((said) => said.includes(text)))
      // The first dialog of a machine, with characters that no font was looked up for yet, takes its time.
      await until('the dialog has a window', hasWindow, 30_000)
    },
    type(keys) {
      press('type', '--delay', '20', keys)
      press('key', 'Return')
    },
    key(name) {
      press('key', name)
    },
    async close() {
      child.stdin?.end()
      await ended
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Each zenity on a display, with its words. */
function zenities(display: string): { pid: number; words: string[] }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const words = readWords(`/proc/${pid}/cmdline`)
      const isThere =
        words[0] === 'zenity' && readWords(`/proc/${pid}/environ`).includes(`DISPLAY=${display}`)
      return isThere ? [{ pid: Number(pid), words }] : []
    })
}

function readWords(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\0')
  } catch {
    return []
  }
}

/** dunst's own answer: the notifications that are no longer shown, newest first, times in microseconds since the boot. */
function readHistory(json: string): ShownNotification[] {
  const { data } = JSON.parse(json) as { data: [Record<string, { data: string | number }>[]] }
  const bootedAt = Date.now() - uptime() * 1000
  return data[0]
    .map(({ summary, body, timeout, timestamp }) => ({
      summary: String(summary?.data),
      body: String(body?.data),
      staysSeconds: Number(timeout?.data) / 1_000_000,
      at: bootedAt + Number(timestamp?.data) / 1000,
    }))
    .sort((a, b) => a.at - b.at)
}

async function firstLines(child: ChildProcess, count: number): Promise<string[]> {
  const lines: string[] = []
  if (child.stdout === null) return lines
  for await (const line of createInterface({ input: child.stdout })) if (lines.push(line) === count) break
  return lines
}

function keepPicture(file: string, name: string): void {
  const pictures = process.env.MFAD_TEST_PICTURES
  if (pictures === undefined) return
  mkdirSync(pictures, { recursive: true })
  copyFileSync(file, join(pictures, `${name}.png`))
}

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(':').some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
