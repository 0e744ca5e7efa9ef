// Checks the form of what the daemon answers before it is used: something else may listen at the socket, or a daemon of
// another version.

type Shape = 'text' | 'any' | readonly [Shape] | { readonly [field: string]: Shape }

const warning: Shape = { code: 'text', message: 'text', hint: 'text' }

/** The fields that this command line cannot do without, by path. */
const shapes: Readonly<Record<string, Shape>> = {
  '/v1/status': {
    version: 'text',
    files: { credentials: 'text', config: 'text' },
    warnings: [warning],
    profiles: [{ profile: 'text', sessionProfile: 'text', kind: 'text', state: 'text', renews: 'text' }],
  },
  '/v1/status-text': { text: 'text', times: [['any']] },
  '/v1/login': {
    renewed: [{ profile: 'text', sessionProfile: 'text', expiration: 'text' }],
    failed: [{ profile: 'text', error: warning }],
    warnings: [warning],
  },
  '/v1/devices': { profile: 'text', serialNumbers: ['text'], securityKeys: ['text'] },
  '/v1/identity': { profile: 'text', arn: 'text' },
  '/v1/profile': { profile: 'text', file: 'text', warnings: [warning] },
  '/v1/logout': { profile: 'text', sessionProfile: 'text', warnings: [warning] },
  '/v1/keys': { profile: 'text', action: 'text', keyEnding: 'text', file: 'text', warnings: [warning] },
  '/v1/snooze': { snoozed: [{ profile: 'text', until: 'text' }] },
  '/v1/wait': { profile: 'text', sessionProfile: 'text', expiration: 'text' },
  '/v1/notify-test': { way: 'text' },
}

/** Can this answer to a request be used? */
export function isUsable(path: string, status: number, body: unknown): boolean {
  if (status !== 200) return fits(body, { error: warning })
  const [route = ''] = path.split('?')
  return fits(body, Object.hasOwn(shapes, route) ? (shapes[route] ?? 'any') : 'any')
}

function fits(value: unknown, shape: Shape): boolean {
  if (shape === 'any') return true
  if (shape === 'text') return typeof value === 'string'
  if (isList(shape)) return Array.isArray(value) && value.every((item) => fits(item, shape[0]))
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(shape).every(([field, inner]) =>
    fits((value as Record<string, unknown>)[field], inner),
  )
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape)
}
