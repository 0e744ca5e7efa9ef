// How soon the credentials file says what it should, seen from outside the daemon: inotify tells when the file was
// replaced. What this process takes to notice is part of every number, so the daemon is never slower than they say.
import { readFileSync, watch, writeFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { type BenchHome, openBenchHome, program } from './bench-home.ts'
import { median, p99, type Row, wallMs } from './measure.ts'

const limitMs = 5000

/** `mfad status` of a large file next to that of a small one: what the daemon re-reads is in neither. */
export async function statusRows(): Promise<Row[]> {
  const small = await statusMs(10)
  const large = await statusMs(10_000)
  return [{ what: 'mfad status of 10,000 profiles / of 10', value: large / small, limit: 6, unit: '×' }]
}

async function statusMs(profiles: number): Promise<number> {
  const home = await openBenchHome(profiles)
  try {
    await home.startDaemon()
    const times: number[] = []
    for (let round = 0; round < 9; round++)
      times.push(await wallMs([process.execPath, program, 'status'], home.environment))
    return median(times)
  } finally {
    await home.close()
  }
}

export async function fileRows(): Promise<Row[]> {
  const home = await openBenchHome(50)
  try {
    await home.startDaemon()
    // Each of the 50 profiles becomes active once, which makes the file one of 100 sections.
    for (let login = 0; login < 50; login++) await timeLogin(home)
    const written = await repeat(100, () => timeLogin(home))
    const { profile } = await home.nextLogin()
    const missed = await repeat(50, (round) => missStatus(home, profile, round))
    const reacted = await repeat(100, (round) => timeReaction(home, profile, round))
    return [
      {
        what: "STS's answer → the section in the file, 100 sections, p99",
        value: p99(written),
        limit: 20,
        unit: 'ms',
      },
      { what: 'the same, median', value: median(written), limit: undefined, unit: 'ms' },
      {
        what: 'edits that the next status does not show, of 50',
        value: missed.reduce((sum, one) => sum + one, 0),
        limit: 0,
        unit: '',
      },
      {
        what: 'edit of the config file → the daemon reacts by itself, p99',
        value: p99(reacted),
        limit: 250,
        unit: 'ms',
      },
      { what: 'the same, median', value: median(reacted), limit: undefined, unit: 'ms' },
    ]
  } finally {
    await home.close()
  }
}

/** From STS's last look at its clock before it answers to the first file that holds what it issued. */
async function timeLogin(home: BenchHome): Promise<number> {
  const { profile, code } = await home.nextLogin()
  const issuedBefore = home.sts.issued.length
  const written = replaced(home.files.credentials, (text) => {
    const issued = home.sts.issued[issuedBefore]
    return issued !== undefined && text.includes(issued.sessionToken)
  })
  await home.login(profile, code)
  const writtenAt = await written
  return writtenAt - home.stsAnsweredAt()
}

/** 1 where a status that is asked for right after an edit does not tell of it. */
async function missStatus(home: BenchHome, profile: string, round: number): Promise<number> {
  const serialNumber = `arn:aws:iam::111122223333:mfa/edit-${round}`
  const config = readFileSync(home.files.config, 'utf8')
  const edited = config.replace(
    new RegExp(`(\\[profile ${profile}\\]\nmfa_serial = ).*`),
    (_, start) => start + serialNumber,
  )
  writeFileSync(home.files.config, edited)
  return (await home.status()).includes(serialNumber) ? 0 : 1
}

/** A profile's region in the config file is kept in step in its session's section, without anybody asking. */
async function timeReaction(home: BenchHome, profile: string, round: number): Promise<number> {
  const region = `eu-bench-${round}`
  const config = readFileSync(home.files.config, 'utf8').replaceAll(/^region = .*\n/gm, '')
  const reacted = replaced(home.files.credentials, (text) => text.includes(`region = ${region}\n`))
  const editedAt = performance.now()
  writeFileSync(
    home.files.config,
    config.replace(`[profile ${profile}]\n`, (header) => `${header}region = ${region}\n`),
  )
  return (await reacted) - editedAt
}

/** When a file is there that is as wanted. */
function replaced(path: string, isWanted: (text: string) => boolean): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => end(() => reject(new Error(`${path} was not written in time`))), limitMs)
    const watcher = watch(dirname(path), (_, name) => {
      const noticedAt = performance.now()
      if (name === basename(path) && isWanted(readFileSync(path, 'utf8'))) end(() => resolve(noticedAt))
    })
    const end = (settle: () => void) => {
      clearTimeout(timer)
      watcher.close()
      settle()
    }
  })
}

async function repeat(times: number, measure: (round: number) => Promise<number>): Promise<number[]> {
  const values: number[] = []
  for (let round = 0; round < times; round++) values.push(await measure(round))
  return values
}
