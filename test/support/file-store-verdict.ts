// What must be true of a file, whatever happened to the process that was replacing it: a list of what is not.

import * as fs from 'node:fs'
import { basename, join } from 'node:path'
import { hashOf } from '../../src/edges/files/disk/bytes.ts'
import { keptFileOf } from '../../src/edges/files/disk/own-names.ts'
import { type Answer, texts } from './file-store-driver.ts'
import type { Call, Laboratory, Scene, Stage, Traced } from './file-store-process.ts'

export type Verdict = {
  problems: string[]
  /** False when the call was not made this time: how often a file is looked at depends on how long the disk takes. */
  isReached: boolean
  outcome: 'old' | 'new'
  /** How many files the next start removed. */
  removed: number
  isCompleted: boolean
  /** Whether a file stays that another program has written to. */
  isKept: boolean
}

/** Kills the process just before it makes the call, and has the next one mend what it finds. */
export async function killAt(laboratory: Laboratory, scene: Scene, { name, nth }: Call): Promise<Verdict> {
  const stage = laboratory.stage(scene)
  const facts = stage.facts()
  const traced = await laboratory.trace(stage, [`inject=${name}:signal=KILL:when=${nth}`])
  const problems: string[] = []
  const expect = collector(problems, `killed at ${name} ${nth}`)
  expect('it is dead or has done its work', traced.isKilled || traced.answer?.error === undefined)
  expect('whole', [...wholes(scene), filledUp(scene)].includes(stage.content()))
  checkPrivacy(stage, facts, expect)
  const mended = await mend(stage, expect)
  expect('not lost', !hasWrittenLate(traced) || hasLate(stage))
  checkIdentity(stage, facts, expect)
  return {
    ...mended,
    problems,
    isReached: traced.isKilled,
    outcome: stage.content() === scene.before ? 'old' : 'new',
  }
}

/** Makes the call fail. */
export async function failAt(
  laboratory: Laboratory,
  scene: Scene,
  { name, nth }: Call,
  errno: string,
): Promise<Verdict> {
  const stage = laboratory.stage(scene)
  const [facts, names] = [stage.facts(), stage.names()]
  const traced = await laboratory.trace(stage, [`inject=${name}:error=${errno}:when=${nth}`])
  const problems: string[] = []
  const expect = collector(problems, `${errno} at ${name} ${nth}`)
  const answer = traced.answer ?? { warnings: [], leftovers: [], open: [] }
  expect('an answer', traced.answer !== undefined)
  const isTidying = ['unlink', 'close'].includes(name)
  const left = ownNames(stage)
  if (answer.error === undefined) {
    // What seems to be missing has nothing to be cut out of.
    const isNew = stage.content() !== scene.before || errno === 'ENOENT'
    expect('new', wholes(scene).includes(stage.content()) && isNew)
    const isTold = [...answer.warnings, ...answer.leftovers].some((code) => toldCodes.includes(code))
    // What seems to have been removed is not spoken of.
    const isDenied = name === 'statx' && errno === 'ENOENT'
    expect('nothing left unsaid', left.length === 0 || name === 'unlink' || isTold || isDenied)
    expect('fsync warned of', !isSyncAfterwards(traced) || scene.action === 'late' || isTold)
  } else {
    expect('old', stage.content() === scene.before && isEqual(stage.facts(), facts))
    expect('nothing left', name === 'unlink' || isEqual(files(stage, stage.names()), files(stage, names)))
    checkError(answer.error, stage, errno, expect)
  }
  expect('closed', isTidying || answer.open.length === 0)
  expect('no secret', !JSON.stringify(traced.answer).includes('SECRET'))
  const content = stage.content()
  const mended = await mend(stage, expect)
  expect('the same after the next start', stage.content() === content)
  // Where the old file could have no second name.
  const isSaidToBeLost = answer.leftovers.includes('file.foreign-edit-lost')
  expect('not lost', !hasWrittenLate(traced) || hasLate(stage) || isSaidToBeLost)
  checkIdentity(stage, facts, expect)
  return {
    ...mended,
    problems,
    isReached: traced.log.includes('(INJECTED)'),
    outcome: answer.error === undefined ? 'new' : 'old',
  }
}

type Expect = (what: string, isSo: boolean) => void

const toldCodes = ['file.stray', 'file.not-durable', 'file.edit-kept']

/** What an error says, by what the system said. */
const codes: Record<string, readonly string[]> = {
  ENOSPC: ['file.no-space'],
  EDQUOT: ['file.no-space'],
  EACCES: ['file.not-writable', 'file.not-readable'],
  EPERM: ['file.not-writable', 'file.not-readable', 'file.other-owner', 'file.cannot-replace'],
  EROFS: ['file.read-only'],
  EIO: ['file.io'],
  EMFILE: ['file.too-many-open-files'],
  EBUSY: ['file.cannot-replace'],
  EXDEV: ['file.cannot-replace'],
  ENOENT: ['file.changed-underneath'],
}

export const errnos = Object.keys(codes)

function checkError(
  { code, message, hint }: NonNullable<Answer['error']>,
  stage: Stage,
  errno: string,
  expect: Expect,
) {
  expect(`${code} is a good code`, codes[errno]?.includes(code) === true)
  expect(`the file is named: ${message}`, message.includes(stage.home) && !/\.$|undefined/.test(message))
  expect(`a next step: ${hint}`, hint.includes(' '))
}

/** What the next start does. */
async function mend(
  stage: Stage,
  expect: Expect,
): Promise<Pick<Verdict, 'removed' | 'isCompleted' | 'isKept'>> {
  const store = stage.nextStore()
  const { removed, isCompleted } = await store.recover()
  expect('whole after the next start', wholes(stage.scene).includes(stage.content()))
  const told = store.warnings().map(({ message }) => message)
  for (const path of ownPaths(stage)) {
    const kept = keptFileOf(stage.realPath, basename(path))
    const bytes = fs.readFileSync(path)
    expect(`${path} is needed`, kept !== undefined && bytes.length > 0 && hashOf(bytes) !== kept.hash)
    expect(
      `${path} is named`,
      told.some((message) => message.includes(path)),
    )
  }
  expect('nothing else is named', told.length === ownPaths(stage).length)
  try {
    store.checkReplaceable()
  } catch (error) {
    expect(`can be replaced once more: ${error}`, false)
  }
  return { removed: removed.length, isCompleted, isKept: told.length > 0 }
}

/** Nobody may read what is left who could not read the file. */
function checkPrivacy(stage: Stage, before: object | undefined, expect: Expect): void {
  const { mode } = { mode: 0o600, ...before }
  for (const path of ownPaths(stage))
    expect(`${path} is private`, [0o600, mode & 0o777].includes(modeOf(path)))
  if (fs.existsSync(stage.stateDirectory))
    expect('the state directory is private', modeOf(stage.stateDirectory) === 0o700)
}

function checkIdentity(stage: Stage, before: object | undefined, expect: Expect): void {
  const facts = stage.facts() as Record<string, number> | undefined
  if (facts === undefined) return
  const expected = (before ?? { ...facts, mode: 0o100600 }) as Record<string, number>
  const names = ['mode', 'uid', 'gid', 'nlink', ...(expected.nlink === 1 ? [] : ['ino'])]
  for (const name of names) expect(`${name} stays`, facts[name] === expected[name])
}

/** All that the file may hold at the end. */
function wholes({ before, after, action }: Scene): (string | undefined)[] {
  if (action !== 'late' && action !== 'unmergeable') return [before, after]
  // The last one: mfad had to write in place, so that the other program's file is still the real one.
  return [before, before + texts.added, after, before + texts.added + texts.late]
}

/** In place, and not yet cut. */
function filledUp({ before = '', after }: Scene): string {
  return after + '\n'.repeat(Math.max(0, before.length - after.length))
}

/** Was it a fsync of what had already taken its place? */
function isSyncAfterwards({ log }: Traced): boolean {
  const [earlier = '', injected = ''] = log.split(/^(?=.*\(INJECTED\)$)/m)
  return / fsync\(/.test(injected.split('\n')[0] ?? '') && / rename\(/.test(earlier)
}

function hasWrittenLate({ log }: Traced): boolean {
  return new RegExp(`write\\(\\d+, "theirs .* = ${texts.late.length}$`, 'm').test(log)
}

function hasLate(stage: Stage): boolean {
  const paths = [stage.realPath, ...ownPaths(stage)].filter((path) => fs.existsSync(path))
  return paths.some((path) => fs.readFileSync(path, 'utf8').includes(texts.late))
}

function ownNames(stage: Stage): string[] {
  return stage.names().filter((name) => /\.mfad-|recovery-/.test(name))
}

function ownPaths(stage: Stage): string[] {
  return ownNames(stage).map((name) => join(stage.home, name))
}

function files({ home }: Stage, names: readonly string[]): string[] {
  return names.filter((name) => !fs.statSync(join(home, name), { throwIfNoEntry: false })?.isDirectory())
}

function modeOf(path: string): number {
  return fs.statSync(path).mode & 0o777
}

function isEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function collector(problems: string[], label: string): Expect {
  return (what, isSo) => {
    if (!isSo) problems.push(`${label}: not ${what}`)
  }
}
