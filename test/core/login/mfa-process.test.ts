import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CommandResult } from '../../../src/core/login/command-result.ts'
import { codeOf, refusedMfaProcess } from '../../../src/core/login/mfa-process.ts'
import { codeInOutput } from '../../../src/core/login/token-code.ts'
import { keysOf, profilesOf } from '../../support/profiles.ts'
import { thrownBy } from '../../support/thrown.ts'

const mfaProcess = { command: 'otp', profile: 'dev', file: '/home/me/.aws/config' }
const resultOf = (end: CommandResult['end'], output = '', complaint = ''): CommandResult => ({
  end,
  output,
  complaint,
})
const exited = (exitCode: number) => ({ kind: 'exited', exitCode }) as const
const problem = (result: CommandResult) => thrownBy(() => codeOf(result, mfaProcess, 60))

describe('the code in what a command printed', () => {
  it.each([
    '123456',
    '123456\n',
    '\r\n  123456  \r\n',
    'Amazon Web Services:alice@work  123456\n',
    'code: 123456.',
    '123456\n123456\n',
    'arn:aws:iam::111122223333:mfa/alice 123456',
  ])('%j is found', (output) => {
    expect(codeInOutput(output)).toBe('123456')
  })

  it.each([
    '',
    '12345',
    '1234567',
    '123456 654321',
    'x123456',
    '123456x',
    '-123456',
    '0.123456',
    '123456.5',
    '１２３４５６',
  ])('%j is none', (output) => {
    expect(codeInOutput(output)).toBeUndefined()
  })
})

describe('a command that gave no code', () => {
  it.each<[CommandResult['end'], string]>([
    [exited(1), 'mfa_process of dev failed (exit status 1)'],
    [{ kind: 'signalled', signal: 'SIGSEGV' }, 'mfa_process of dev was ended by SIGSEGV'],
    [{ kind: 'timed-out' }, 'mfa_process of dev gave no answer within 60 s'],
    [{ kind: 'too-long' }, 'mfa_process of dev printed more than a code could be'],
    [{ kind: 'not-started' }, 'mfa_process of dev could not be started'],
  ])('%j has a message of its own', (end, message) => {
    expect(problem(resultOf(end, '123456'))).toMatchObject({ code: 'device.mfa-process-failed', message })
  })

  it.each([
    [
      'a command that is on no PATH of the daemon',
      127,
      '/bin/sh: 1: otp: not found\n',
      'mfa_process of dev failed: a command in it was not found in PATH /usr/bin:/bin (exit status 127): /bin/sh: 1: otp: not found',
      'name the program by its whole path (command -v PROGRAM prints it), since the PATH of your shell may be another, or give the code yourself: mfad login dev CODE',
    ],
    [
      'a file that does not exist',
      127,
      '/bin/sh: 1: /opt/otp: not found\n',
      'mfa_process of dev failed: a file in it does not exist (exit status 127): /bin/sh: 1: /opt/otp: not found',
      'mend its path, or give the code yourself: mfad login dev CODE',
    ],
    [
      'a file that is not executable',
      126,
      'sh: line 1: /opt/otp: Permission denied\n',
      'mfa_process of dev failed: a file in it cannot be run (exit status 126): sh: line 1: /opt/otp: Permission denied',
      'make it executable: chmod u+x FILE, or give the code yourself: mfad login dev CODE',
    ],
    [
      'a command on the PATH that cannot be run',
      126,
      'sh: otp: Permission denied\n',
      'mfa_process of dev failed: a command in it was found in PATH /usr/bin:/bin, but cannot be run (exit status 126): sh: otp: Permission denied',
      'make it executable: chmod u+x FILE, or give the code yourself: mfad login dev CODE',
    ],
  ])('that names %s is not sent to run by hand, where it works', (_, exitCode, complaint, message, hint) => {
    const result = { ...resultOf(exited(exitCode), '', complaint), path: '/usr/bin:/bin' }
    expect(problem(result)).toMatchObject({ code: 'device.mfa-process-failed', message, hint })
  })

  it('names the profile in its hints as a shell takes it', () => {
    const hostile = { ...mfaProcess, profile: '-x $(reboot)' }
    const hints = [resultOf(exited(1)), resultOf(exited(0))].map(
      (result) => thrownBy(() => codeOf(result, hostile, 60)).hint,
    )
    for (const hint of [...hints, refusedMfaProcess(hostile, new Error('ENOENT')).hint])
      expect(hint).toContain("mfad login -- '-x $(reboot)' CODE")
  })

  it('says the last line of its complaint, without anything like a code', () => {
    const complaint = 'Traceback:\n  code 123 456, 12-34-56 and 1234567 at line 12\u001b[31m\n\n'
    expect(problem(resultOf(exited(3), '', complaint)).message).toBe(
      'mfa_process of dev failed (exit status 3): code ******, ****** and ****** at line 12\\u{1b}[31m',
    )
  })

  it('says no more than 200 characters, and never six digits', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 600 }),
        fc.nat({ max: 999_999 }),
        (noise, number) => {
          const code = String(number).padStart(6, '0')
          const { message } = problem(resultOf(exited(1), code, `${noise}${code}${noise}`))
          expect(message).not.toMatch(/\d{6}/)
          expect(message.length).toBeLessThan(260)
        },
      ),
    )
  })

  it('because the daemon stops is no failure of its own', () => {
    expect(problem(resultOf({ kind: 'stopped' })).code).toBe('daemon.stopping')
  })

  it('because it was not run says whose fault that is', () => {
    expect(refusedMfaProcess(mfaProcess, new Error('ENOENT'))).toMatchObject({
      message: 'mfa_process of dev is not run: the file that names it cannot be looked at',
      hint: 'give the code yourself: mfad login dev CODE',
    })
  })
})

describe('the mfa_process of a profile', () => {
  const credentials = `[dev]\n${keysOf('AKIAIOSFODNN7EXAMPLE')}`
  const found = (config: string, more = '') => profilesOf(credentials + more, config)[0]?.mfaProcess
  const configFile = '/home/me/.aws/config'
  const credentialsFile = '/home/me/.aws/credentials'

  it.each([
    [
      'its own',
      '[profile dev]\nmfa_process = otp a',
      '',
      { command: 'otp a', profile: 'dev', file: configFile },
    ],
    [
      'that in the credentials file first',
      '[profile dev]\nmfa_process = otp a',
      'mfa_process = otp b\n',
      { command: 'otp b', profile: 'dev', file: credentialsFile },
    ],
    [
      'that of its source',
      '[profile dev]\nsource_profile = base\n[profile base]\nmfa_process = otp',
      '',
      { command: 'otp', profile: 'base', file: configFile },
    ],
    [
      'that of the source of its source',
      '[profile dev]\nsource_profile = a\n[profile a]\nsource_profile = b\n[profile b]\nmfa_process = otp',
      '',
      { command: 'otp', profile: 'b', file: configFile },
    ],
    [
      'that of a source that is named by its session',
      '[profile dev]\nsource_profile = base-mfa\n[profile base]\nmfa_process = otp',
      '',
      { command: 'otp', profile: 'base', file: configFile },
    ],
    [
      'that of a source that is really called so',
      '[profile dev]\nsource_profile = base-mfa\n[profile base-mfa]\nmfa_process = x\n[profile base]\nmfa_process = y',
      '',
      { command: 'x', profile: 'base-mfa', file: configFile },
    ],
    [
      'none in a circle',
      '[profile dev]\nsource_profile = a\n[profile a]\nsource_profile = dev',
      '',
      undefined,
    ],
    ['none of itself', '[profile dev]\nsource_profile = dev', '', undefined],
    ['none of nobody', '[profile dev]\nsource_profile = nobody', '', undefined],
    ['the whole line, with # and ;', '[profile dev]\nmfa_process = otp # x ; y', '', 'otp # x ; y'],
    [
      'the line without quotes round it',
      '[profile dev]\nmfa_process = "otp --id \'a b\'"',
      '',
      "otp --id 'a b'",
    ],
    ['the line with quotes in it', '[profile dev]\nmfa_process = "a b" "c"', '', '"a b" "c"'],
    ['none that goes on below', '[profile dev]\nmfa_process = otp\n  --id x', '', undefined],
  ])('is %s', (_, config, more, expected) => {
    const process =
      typeof expected === 'string' ? { command: expected, profile: 'dev', file: configFile } : expected
    expect(found(`${config}\n`, more)).toEqual(process)
  })
})
