// Every code of an error, a warning or a finding: `area.problem`. The area decides the exit code, see errors.ts. The lists
// below are the groups that decisions depend on.

export type ErrorCode =
  | 'daemon.already-running'
  | 'daemon.endpoint-foreign'
  | 'daemon.endpoint-not-running'
  | 'daemon.endpoint-secret'
  | 'daemon.foreign-endpoint'
  | 'daemon.foreign-home'
  | 'daemon.last-error'
  | 'daemon.log-unusable'
  | 'daemon.no-answer'
  | 'daemon.no-log'
  | 'daemon.no-service-manager'
  | 'daemon.not-by-service'
  | 'daemon.not-enabled'
  | 'daemon.not-hardened'
  | 'daemon.not-installed'
  | 'daemon.not-reachable'
  | 'daemon.not-running'
  | 'daemon.not-started'
  | 'daemon.other-running'
  | 'daemon.port-taken'
  | 'daemon.port-unusable'
  | 'daemon.other-version'
  | 'daemon.restarted'
  | 'daemon.second'
  | 'daemon.service-failed'
  | 'daemon.socket-lost'
  | 'daemon.socket-path'
  | 'daemon.socket-unusable'
  | 'daemon.status-file'
  | 'daemon.stopping'
  | 'daemon.too-many-waiters'
  | 'daemon.unit-changed'
  | 'daemon.unsafe-socket'
  | 'device.choice-needed'
  | 'device.different-users'
  | 'device.mfa-process-failed'
  | 'device.mfa-process-gave-no-code'
  | 'device.mfa-process-refused'
  | 'device.none'
  | 'device.not-found'
  | 'device.only-security-keys'
  | 'device.token-code-used'
  | 'file.busy'
  | 'file.byte-order-mark'
  | 'file.cannot-replace'
  | 'file.changed-underneath'
  | 'file.colon-separator'
  | 'file.continued-value'
  | 'file.dangling-link'
  | 'file.default-section'
  | 'file.default-section-too-large'
  | 'file.duplicate-key'
  | 'file.duplicate-section'
  | 'file.edit-conflict'
  | 'file.edit-kept'
  | 'file.empty-key'
  | 'file.foreign-edit-lost'
  | 'file.half-written'
  | 'file.hard-links'
  | 'file.indented-key'
  | 'file.indented-section'
  | 'file.inline-comment'
  | 'file.io'
  | 'file.key-before-section'
  | 'file.line-without-equals'
  | 'file.lone-carriage-return'
  | 'file.mount-point'
  | 'file.mounted-alone'
  | 'file.nested-line-without-equals'
  | 'file.no-space'
  | 'file.not-a-file'
  | 'file.not-as-expected'
  | 'file.not-durable'
  | 'file.not-read'
  | 'file.not-readable'
  | 'file.not-removed'
  | 'file.not-utf-8'
  | 'file.not-writable'
  | 'file.not-written'
  | 'file.other-owner'
  | 'file.quoted-value'
  | 'file.read-differently'
  | 'file.read-only'
  | 'file.readable-by-others'
  | 'file.rejected-by-aws'
  | 'file.section-in-value'
  | 'file.section-name'
  | 'file.section-unreadable'
  | 'file.stray'
  | 'file.text-after-section'
  | 'file.too-large'
  | 'file.too-many-findings'
  | 'file.too-many-open-files'
  | 'file.unusual-white-space'
  | 'file.upper-case-key'
  | 'file.value-unwritable'
  | 'file.writable-by-others'
  | 'iam.access-denied'
  | 'iam.invalid-answer'
  | 'iam.too-many-keys'
  | 'internal.bug'
  | 'internal.demo'
  | 'internal.unsafe-edit'
  | 'interrupted.by-user'
  | 'network.certificate-not-trusted'
  | 'network.certificate-not-valid'
  | 'network.name-not-found'
  | 'network.proxy-authentication'
  | 'network.proxy-refused'
  | 'network.proxy-unreachable'
  | 'network.refused'
  | 'network.reset'
  | 'network.timeout'
  | 'network.tls-failed'
  | 'network.unreachable'
  | 'notifier.command-failed'
  | 'notifier.no-buttons'
  | 'notifier.no-desktop'
  | 'notifier.no-dialog'
  | 'notifier.unavailable'
  | 'profile.aws-cannot-use'
  | 'profile.bad-duration'
  | 'profile.bad-region'
  | 'profile.bad-value'
  | 'profile.console-needs-role'
  | 'profile.credential-process-failed'
  | 'profile.credential-process-gave-no-keys'
  | 'profile.credential-process-refused'
  | 'profile.disputed-value'
  | 'profile.holds-session'
  | 'profile.key-in-use'
  | 'profile.keyring-failed'
  | 'profile.keyring-item-missing'
  | 'profile.keyring-locked'
  | 'profile.keyring-unavailable'
  | 'profile.keys-changed'
  | 'profile.keys-from-command'
  | 'profile.keys-in-both'
  | 'profile.keys-not-movable'
  | 'profile.keys-stay'
  | 'profile.malformed-keys'
  | 'profile.malformed-role'
  | 'profile.malformed-serial-number'
  | 'profile.misplaced-section'
  | 'profile.name-taken'
  | 'profile.no-keys'
  | 'profile.no-region'
  | 'profile.no-serial-number'
  | 'profile.none-with-device'
  | 'profile.not-active'
  | 'profile.not-found'
  | 'profile.not-inherited'
  | 'profile.orphan'
  | 'profile.other-sign-in'
  | 'profile.region-of-another-partition'
  | 'profile.role-of-aws-mfa'
  | 'profile.role-without-source'
  | 'profile.security-key'
  | 'profile.session-is-key-profile'
  | 'profile.session-not-ours'
  | 'profile.session-shadowed'
  | 'profile.session-stands'
  | 'profile.source-circle'
  | 'profile.source-missing'
  | 'profile.source-unusable'
  | 'profile.source-without-keys'
  | 'profile.unknown-partition'
  | 'profile.unusable-name'
  | 'session.cannot-ask'
  | 'session.expired'
  | 'session.logged-out'
  | 'session.lost'
  | 'session.malformed'
  | 'session.no-code'
  | 'session.none'
  | 'session.other-key'
  | 'settings.after-write-failed'
  | 'session.put-off'
  | 'session.too-short'
  | 'settings.bad-ca-bundle'
  | 'settings.bad-proxy'
  | 'settings.bad-variable'
  | 'settings.credentials-in-shell'
  | 'settings.files-differ'
  | 'settings.invalid'
  | 'settings.notify-none'
  | 'settings.readable-by-others'
  | 'settings.relative-path'
  | 'settings.unknown-key'
  | 'settings.unknown-section'
  | 'settings.unreadable'
  | 'settings.unsafe-endpoint'
  | 'settings.unwritable-value'
  | 'sts.access-denied'
  | 'sts.clock-skewed'
  | 'sts.device-rejected'
  | 'sts.invalid-answer'
  | 'sts.key-rejected'
  | 'sts.refused'
  | 'sts.region-disabled'
  | 'sts.role-denied'
  | 'sts.role-duration'
  | 'sts.signature-rejected'
  | 'sts.source-expired'
  | 'sts.source-missing'
  | 'sts.source-rejected'
  | 'sts.throttled'
  | 'sts.token-code-rejected'
  | 'sts.unavailable'
  | 'sts.validation-error'
  | 'usage.answers-needed'
  | 'usage.bad-answer'
  | 'usage.bad-arguments'
  | 'usage.bad-duration'
  | 'usage.bad-request'
  | 'usage.bad-serial-number'
  | 'usage.inside-helper'
  | 'usage.malformed-token-code'
  | 'usage.no-browser'
  | 'usage.no-input'
  | 'usage.no-profile'
  | 'usage.no-such-key'
  | 'usage.several-devices'
  | 'usage.token-code-needed'
  | 'usage.unknown-route'

/** The code was the problem: another one may be taken. */
export const codeProblems: ReadonlySet<string> = new Set<ErrorCode>([
  'sts.token-code-rejected',
  'device.token-code-used',
  'usage.malformed-token-code',
])

/** A code was given, and was not taken. */
export const refusedCodes: ReadonlySet<string> = new Set<ErrorCode>([
  'sts.token-code-rejected',
  'device.token-code-used',
])

/** AWS will refuse every code: something else has to be mended first. */
export const hopelessCodes: ReadonlySet<string> = new Set<ErrorCode>([
  'sts.key-rejected',
  'sts.signature-rejected',
  'sts.access-denied',
  'sts.device-rejected',
  'sts.validation-error',
  'sts.refused',
  'sts.region-disabled',
  'sts.role-denied',
  'sts.role-duration',
  'sts.source-rejected',
])

/** Another program is writing the file: it may be done in a moment, so these are worth another try. */
export const passingFileErrors: ReadonlySet<string> = new Set<ErrorCode>([
  'file.busy',
  'file.changed-underneath',
  'file.rejected-by-aws',
])

/** Problems of the session section; the profile's own keys may be fine. */
export const unmanagedCodes: ReadonlySet<string> = new Set<ErrorCode>([
  'profile.unusable-name',
  'profile.session-shadowed',
  'profile.session-is-key-profile',
])

/** They speak about the device only, and so do not count against another one. */
export const deviceObstacles: ReadonlySet<string> = new Set<ErrorCode>([
  'profile.malformed-serial-number',
  'profile.security-key',
  'profile.misplaced-section',
])

/** An mfa_process gave no code. */
export const commandProblems: ReadonlySet<string> = new Set<ErrorCode>([
  'device.mfa-process-failed',
  'device.mfa-process-gave-no-code',
  'device.mfa-process-refused',
])

/** The file was what failed, not what was to be written to it. */
export function isFileCode(code: string): boolean {
  return code.startsWith('file.')
}
