// A program at a terminal of its own, typed into by a test. Python's pty module makes the terminal.
import { type ChildProcess, spawn } from 'node:child_process'
import type { Writable } from 'node:stream'
import { mfadArgv } from './program.ts'
import { until } from './until.ts'

export type Terminal = {
  /** Everything shown so far, with what the terminal echoed. */
  shown(): string
  /** Waits until `text` was shown, then types. */
  typeAfter(text: string, keys: string): Promise<void>
  resize(columns: number, rows: number): void
  /** Sends the program a signal. */
  signal(number: number): void
  /** The exit code, and whether the terminal echoes and edits lines as it did before. */
  ended(): Promise<{ exitCode: number; isSane: boolean }>
}

const bridge = `
import fcntl, json, os, pty, select, struct, sys, termios
program = sys.argv[1:]
pid, terminal = pty.fork()
def resize(columns, rows):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
if pid == 0:
    os.close(3)
    os.execvp(program[0], program)
resize(80, 24)
before = termios.tcgetattr(terminal)
inputs = [0, 3, terminal]
while True:
    ready, _, _ = select.select(inputs, [], [])
    if terminal in ready:
        try:
            shown = os.read(terminal, 4096)
        except OSError:
            shown = b""
        if not shown:
            break
        os.write(1, shown)
    if 3 in ready:
        commands = os.read(3, 4096).decode()
        if not commands:
            inputs.remove(3)
        for command in commands.splitlines():
            word, *numbers = command.split()
            if word == "resize":
                resize(*map(int, numbers))
            else:
                os.kill(pid, int(numbers[0]))
    if 0 in ready:
        keys = os.read(0, 4096)
        if keys:
            os.write(terminal, keys)
        else:
            inputs.remove(0)
_, status = os.waitpid(pid, 0)
at_end = termios.tcgetattr(terminal)
print(json.dumps({"exitCode": os.waitstatus_to_exitcode(status), "isSane": at_end == before}), file=sys.stderr)
`

/** Runs `mfad ARGS` at a terminal. */
export function openTerminal(environment: Record<string, string>, ...args: string[]): Terminal {
  return openTerminalFor([...mfadArgv, ...args], environment)
}

/** Runs a program at a terminal. */
export function openTerminalFor(program: readonly string[], environment: Record<string, string>): Terminal {
  const child: ChildProcess = spawn('python3', ['-c', bridge, ...program], {
    env: { ...environment, TERM: 'xterm', NO_COLOR: '1' },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  })
  const commands = child.stdio[3] as Writable
  let shown = ''
  let report = ''
  child.stdout?.on('data', (chunk) => {
    shown += chunk
  })
  child.stderr?.on('data', (chunk) => {
    report += chunk
  })
  const closed = new Promise<void>((done) => child.on('close', () => done()))
  let readTo = 0
  return {
    shown: () => shown,
    async typeAfter(text, keys) {
      await until(`"${text}" is shown; so far: ${shown}`, () => shown.includes(text, readTo))
      readTo = shown.indexOf(text, readTo) + text.length
      child.stdin?.write(keys)
    },
    resize: (columns, rows) => void commands.write(`resize ${columns} ${rows}\n`),
    signal: (number) => void commands.write(`kill ${number}\n`),
    async ended() {
      await closed
      return JSON.parse(report)
    },
  }
}
