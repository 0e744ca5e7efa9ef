// Shows a secret link in the browser. The programs that open one take it as an argument, which every user of the computer can
// read; so they are given a page, in a file for its user alone, which leads on to the link.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../core/errors.ts'
import { type Environment, homeDirectory } from './paths.ts'
import { isRunning } from './processes.ts'

const openLimitMs = 10_000
const fileName = /^mfad-console-(\d+)-[0-9a-f]{16}\.html$/

export type OpenedPage = { path: string; remove(): void }

/**
 * The page stands in the home itself: a browser that came as a snap or a Flatpak sees no hidden directory, and no other place for
 * temporary files. Throws usage.no-browser, and the page is gone then.
 */
export async function openPage(link: string, environment: Environment): Promise<OpenedPage> {
  const path = makePage(link, homeDirectory(environment))
  const remove = () => fs.rmSync(path, { force: true })
  try {
    await runOpener(path, environment)
    return { path, remove }
  } catch (error) {
    remove()
    const { code } = error as NodeJS.ErrnoException
    if (error instanceof AppError || code === undefined) throw error
    throw new AppError(
      'usage.no-browser',
      `no page can be shown by ${opener()}: ${code === 'ENOENT' ? 'it was not found' : code}`,
      withoutBrowser,
      error,
    )
  }
}

function makePage(link: string, home: string): string {
  const path = join(home, `mfad-console-${process.pid}-${randomBytes(8).toString('hex')}.html`)
  try {
    removeStrays(home)
    fs.writeFileSync(path, pageTo(link), { flag: 'wx', mode: 0o600 })
    return path
  } catch (error) {
    // A full disk leaves an empty one.
    fs.rmSync(path, { force: true })
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new AppError('usage.no-browser', `no page can be made in ${home}: ${code}`, withoutBrowser, error)
  }
}

const withoutBrowser = 'print the link, and open it yourself: leave out --open'

function opener(): string {
  return process.platform === 'darwin' ? 'open' : 'xdg-open'
}

/** A browser that it starts and waits for may run on. */
function runOpener(path: string, environment: Environment): Promise<void> {
  const env = Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('AWS_')))
  return new Promise((resolve, reject) => {
    const child = spawn(opener(), [path], { stdio: 'ignore', detached: true, env })
    const timer = setTimeout(resolve, openLimitMs)
    child.once('error', reject)
    child.once('exit', (status, signal) => {
      if (status === 0) resolve()
      else reject(failed(`${opener()} ended with ${status ?? signal}`))
    })
    const letGo = () => {
      clearTimeout(timer)
      child.unref()
    }
    child.once('error', letGo)
    child.once('exit', letGo)
  })
}

function failed(fact: string): AppError {
  return new AppError('usage.no-browser', `the page was not shown: ${fact}`, withoutBrowser)
}

/** The link has no character that HTML would take for its own but &, which it has to write as an entity. */
function pageTo(link: string): string {
  const target = link.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
  return `<!DOCTYPE html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${target}">
<title>AWS console</title>
<a href="${target}">Go on to the AWS console</a>
`
}

/** What a process that was killed has left; its link is worthless after 15 minutes. */
function removeStrays(home: string): void {
  for (const name of fs.readdirSync(home)) {
    const pid = fileName.exec(name)?.[1]
    if (pid !== undefined && !isRunning(Number(pid))) fs.rmSync(join(home, name), { force: true })
  }
}
