import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src/core/errors.ts'
import type { CommandResult } from '../../../src/core/login/command-result.ts'
import { keysInOutput, refusedCredentialProcess } from '../../../src/core/login/credential-process.ts'
import { thrownBy } from '../../support/thrown.ts'

const accessKeyId = 'AKIAIOSFODNN7EXAMPLE'
const secretAccessKey = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
const long = { Version: 1, AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey }
const resultOf = (
  output: string,
  end: CommandResult['end'] = { kind: 'exited', exitCode: 0 },
  complaint = '',
) => ({
  end,
  output,
  complaint,
  path: '/usr/bin',
})
const asking = { profile: 'dev', again: 'mfad login dev' }
const problem = (result: CommandResult) => thrownBy(() => keysInOutput(result, asking, 60))
const printed = (value: object) => resultOf(JSON.stringify(value))

describe('what a credential_process printed', () => {
  it.each([
    long,
    { ...long, SessionToken: null, Expiration: null },
    { ...long, SessionToken: '' },
    { ...long, AccountId: '111122223333' },
  ])('%j holds long-term keys', (value) => {
    expect(keysInOutput(printed(value), asking, 60)).toEqual({ accessKeyId, secretAccessKey })
  })

  it.each([
    ['', 'printed nothing'],
    ['\n', 'printed nothing'],
    [accessKeyId, 'printed something else than JSON'],
    ['{', 'printed something else than JSON'],
    ['null', 'printed something else than a JSON object'],
    ['"x"', 'printed something else than a JSON object'],
    ['[]', 'printed JSON whose Version is not 1, the only one that AWS tools know'],
    [
      JSON.stringify({ ...long, Version: 2 }),
      'printed JSON whose Version is not 1, the only one that AWS tools know',
    ],
    [
      JSON.stringify({ ...long, Version: '1' }),
      'printed JSON whose Version is not 1, the only one that AWS tools know',
    ],
    [
      JSON.stringify({ Version: 1, AccessKeyId: accessKeyId }),
      'printed JSON without AccessKeyId and SecretAccessKey',
    ],
    [JSON.stringify({ ...long, SecretAccessKey: 1 }), 'printed JSON without AccessKeyId and SecretAccessKey'],
    [JSON.stringify({ ...long, SecretAccessKey: '' }), 'printed an access key that is empty or malformed'],
    [
      JSON.stringify({ ...long, SecretAccessKey: 'a\nb' }),
      'printed an access key that is empty or malformed',
    ],
    [JSON.stringify({ ...long, AccessKeyId: 'akia' }), 'printed an access key that is empty or malformed'],
  ])('%j holds none', (output, what) => {
    expect(problem(resultOf(output))).toMatchObject({
      code: 'profile.credential-process-gave-no-keys',
      message: `credential_process of dev ${what}`,
    })
  })

  it.each([
    { ...long, SessionToken: 'FwoG' },
    { ...long, Expiration: '2026-11-23T08:00:00Z' },
    { ...long, AccessKeyId: 'ASIAIOSFODNN7EXAMPLE' },
  ])('%j is a session, for which STS issues none', (value) => {
    expect(problem(printed(value))).toMatchObject({
      code: 'profile.credential-process-gave-no-keys',
      message:
        'credential_process of dev gives session credentials, and STS issues sessions only for long-term keys',
      hint: 'AWS tools use them as they are: aws sts get-caller-identity --profile dev; for mfad it must print long-term keys',
    })
  })
})

describe('a credential_process that failed', () => {
  it.each<[CommandResult['end'], string, string]>([
    [{ kind: 'exited', exitCode: 3 }, 'failed (exit status 3)', 'run it by hand to see why'],
    [{ kind: 'signalled', signal: 'SIGSEGV' }, 'was ended by SIGSEGV', 'run it by hand to see why'],
    [{ kind: 'timed-out' }, 'gave no answer within 60 s', 'run it by hand to see why'],
    [{ kind: 'too-long' }, 'printed more than keys could be', 'run it by hand to see why'],
    [
      { kind: 'not-started', reason: 'ENOENT' },
      'could not be started: its program was not found, with PATH /usr/bin',
      'name the program by its whole path, since no shell reads the line: ~ and $HOME mean themselves there',
    ],
    [
      { kind: 'not-started', reason: 'EACCES' },
      'could not be started: its program is not executable',
      'make it executable with chmod u+x',
    ],
  ])('%j has a message of its own', (end, fact, nextStep) => {
    expect(problem(resultOf(JSON.stringify(long), end))).toMatchObject({
      code: 'profile.credential-process-failed',
      message: `credential_process of dev ${fact}`,
      hint: `${nextStep}, then: mfad login dev`,
    })
  })

  it('is quoted by its last line, without what may be a part of a key', () => {
    const complaint = `trace\nno item for ${accessKeyId} ${secretAccessKey} in vault\n`
    const error = problem(resultOf('', { kind: 'exited', exitCode: 1 }, complaint))
    expect(error.message).toBe(
      'credential_process of dev failed (exit status 1): no item for ****** ****** in vault',
    )
  })

  it('is not quoted with control characters', () => {
    const error = problem(resultOf('', { kind: 'exited', exitCode: 1 }, '\u001b[31mred'))
    expect(error.message).toContain('\\u{1b}[31mred')
  })

  it('by the end of the daemon is no fault of its own', () => {
    expect(problem(resultOf('', { kind: 'stopped' })).code).toBe('daemon.stopping')
  })

  it('by the modes of the file that names it is refused with the reason', () => {
    expect(refusedCredentialProcess('dev', new Error('x'))).toMatchObject({
      code: 'profile.credential-process-refused',
      message: 'credential_process of dev is not run: the file that names it cannot be looked at',
      hint: 'look at the modes and the owner of that file',
    })
    const unsafe = new AppError('file.not-writable', 'anybody can write /c', 'chmod go-w /c')
    expect(refusedCredentialProcess('dev', unsafe)).toMatchObject({
      message: 'credential_process of dev is not run: anybody can write /c',
      hint: 'chmod go-w /c',
    })
  })

  it('for want of rights that the service withholds says what loosens it', () => {
    const result = { ...resultOf('', { kind: 'exited', exitCode: 1 }), withheldFrom: 'sudo' }
    expect(problem(result).hint).toBe(
      'sudo takes other rights than yours, which the service may not: loosen it as "what the service may do" in mfad\'s docs/security.md says, then: mfad login dev',
    )
  })
})
