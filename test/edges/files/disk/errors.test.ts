// Failed system calls as facts with a next step.
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../../src/core/errors.ts'
import { fileError } from '../../../../src/edges/files/disk/errors.ts'

const path = '/home/a b/.aws/credentials'
const [inQuotes, directory] = [`'${path}'`, "'/home/a b/.aws'"]
const failed = (errno: string, doing: 'read' | 'replace' = 'replace') =>
  fileError(
    Object.assign(new Error(`${errno}: what the system says`), { code: errno, syscall: 'open' }),
    path,
    doing,
  )

describe('a system call that failed', () => {
  it.each([
    ['ENOSPC', 'file.no-space', `df -h ${directory}`],
    ['EDQUOT', 'file.no-space', `df -h ${directory}`],
    ['EACCES', 'file.not-writable', `chmod u+wx ${directory}`],
    ['EPERM', 'file.not-writable', `lsattr -d ${directory} ${inQuotes} (on macOS: ls -ldO)`],
    ['EROFS', 'file.read-only', `findmnt -T ${inQuotes}`],
    ['EBUSY', 'file.cannot-replace', `findmnt ${inQuotes}`],
    ['EXDEV', 'file.cannot-replace', `findmnt ${inQuotes}`],
    ['EMFILE', 'file.too-many-open-files', 'ulimit -n 4096'],
    ['ENFILE', 'file.too-many-open-files', 'ulimit -n 4096'],
    ['ENOENT', 'file.changed-underneath', `lsof ${inQuotes}`],
    ['EEXIST', 'file.changed-underneath', `lsof ${inQuotes}`],
    ['ESTALE', 'file.changed-underneath', `lsof ${inQuotes}`],
    ['EISDIR', 'file.not-a-file', `ls -ld ${inQuotes}`],
    ['ENOTDIR', 'file.not-a-file', `ls -ld ${inQuotes}`],
    ['ENXIO', 'file.not-a-file', `ls -ld ${inQuotes}`],
    ['EOPNOTSUPP', 'file.not-a-file', `ls -ld ${inQuotes}`],
    ['ELOOP', 'file.not-a-file', `namei -l ${inQuotes}`],
    ['EIO', 'file.io', `df -h ${directory}`],
    ['ENONSENSE', 'file.io', `df -h ${directory}`],
  ])('with %s is %s, with a command that can be pasted', (errno, code, command) => {
    const error = failed(errno) as AppError
    expect(error).toBeInstanceOf(AppError)
    expect(error.code).toBe(code)
    expect(error.message).toContain(path)
    expect(error.message).not.toContain('what the system says')
    expect(error.hint.endsWith(command)).toBe(true)
  })

  it.each([
    ['EACCES', 'read', 'file.not-readable'],
    ['EPERM', 'read', 'file.not-readable'],
    ['EISDIR', 'read', 'file.not-a-file'],
    ['EACCES', 'replace', 'file.not-writable'],
  ] as const)('with %s to %s it is %s', (errno, doing, code) => {
    expect(failed(errno, doing)).toMatchObject({ code })
  })

  it('is left as it is where it is none', () => {
    const errors = [new AppError('file.busy', 'busy', 'wait'), new TypeError('a bug'), undefined]
    for (const error of errors) expect(fileError(error, path, 'read')).toBe(error)
  })
})
