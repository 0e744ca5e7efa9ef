import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let directory: string
let script: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'mfad-terminal-'))
  script = join(directory, 'print.cjs')
  const contents = `import { readSync } from 'node:fs'
import { createTerminal } from './src/cli/terminal/terminal.ts'
// Node makes a pipe non-blocking when it makes its stream.
process.stdout.getWindowSize
const terminal = createTerminal()
if (process.argv[3] === 'wait') readSync(0, Buffer.alloc(1))
for (let line = 0; line < Number(process.argv[2]); line++) terminal.write(1, String(line).padEnd(1000) + '\\n')
terminal.write(2, 'done')`
  buildSync({
    stdin: { contents, resolveDir: '.' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile: script,
  })
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe('standard output', () => {
  it('gets everything in order where the reader is slow and the pipe is full and does not block', async () => {
    const child = spawn('sh', ['-c', `"$0" "$1" 2000 | (sleep 1; cat)`, process.execPath, script], {
      stdio: 'pipe',
    })
    let text = ''
    for await (const chunk of child.stdout) text += chunk
    expect(text.split('\n').map((line) => line.trim())).toEqual([...Array(2000).keys(), ''].map(String))
  })

  it('whose reader is gone is no error', async () => {
    const child = spawn('bash', ['-c', `set -o pipefail; "$0" "$1" 2000 | head -1`, process.execPath, script])
    let text = ''
    let errors = ''
    child.stderr.on('data', (chunk) => {
      errors += chunk
    })
    for await (const chunk of child.stdout) text += chunk
    expect({ text: text.trim(), errors, exitCode: await exitCodeOf(child) }).toEqual({
      text: '0',
      errors: 'done',
      exitCode: 0,
    })
  })

  it('at a terminal that was closed is no error', async () => {
    const closeTerminal = `import os, pty, subprocess, sys
ours, theirs = pty.openpty()
# Before the start: where Node finds a terminal at its start that is gone at its end, Node itself aborts.
os.close(ours)
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=theirs)
os.close(theirs)
child.communicate(b"x")
sys.exit(child.returncode % 256)`
    const child = spawn('python3', ['-c', closeTerminal, process.execPath, script, '20', 'wait'])
    let errors = ''
    child.stderr.on('data', (chunk) => {
      errors += chunk
    })
    expect({ exitCode: await exitCodeOf(child), errors }).toEqual({ exitCode: 0, errors: 'done' })
  })
})

function exitCodeOf(child: ReturnType<typeof spawn>): Promise<number | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode)
  return new Promise((resolve) => child.on('close', resolve))
}
