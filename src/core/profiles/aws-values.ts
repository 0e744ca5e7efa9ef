// What the values of AWS look like: everything that is written into a file, or sent to STS, is held against these.

export const patterns = {
  accessKeyId: /^ASIA[A-Z0-9]{12,124}$/,
  secretAccessKey: /^[A-Za-z0-9+/=_-]+$/,
  sessionToken: /^[A-Za-z0-9+/=_-]+$/,
  /** It becomes a part of a host's name. */
  region: /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
  serialNumber: /^[\w+=/:,.@-]{9,256}$/,
  profileName: /^[A-Za-z0-9_./%@:+][A-Za-z0-9_./%@:+-]*$/,
} as const

/** Can these be the keys of an IAM user? */
export function isLongTermKeys(keys: { accessKeyId: string; secretAccessKey: string }): boolean {
  return isLongTermKeyId(keys.accessKeyId) && /^[\x21-\x7e]{1,512}$/.test(keys.secretAccessKey)
}

export function isLongTermKeyId(text: string): boolean {
  return /^[A-Z0-9]{16,128}$/.test(text)
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export function isRoleArn(text: string): boolean {
  return /^arn:[a-z0-9-]+:iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/.test(text)
}

export function isExternalId(text: string): boolean {
  return /^[\w+=,.@:/-]{2,1224}$/.test(text)
}

export function isRoleSessionName(text: string): boolean {
  return /^[\w+=,.@-]{2,64}$/.test(text)
}

export function isRegion(text: string): boolean {
  return patterns.region.test(text)
}

/** https anywhere, http on loopback only; no user information and nothing that could hide a second host. */
export function isSafeEndpoint(url: string): boolean {
  const host = String.raw`(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])`
  const isHttps = new RegExp(`^https://${host}(?::\\d{1,5})?(?:/[\\w./~-]*)?$`).test(url)
  const isLoopback = /^http:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?(?:\/[\w./~-]*)?$/.test(
    url,
  )
  return (isHttps || isLoopback) && URL.canParse(url)
}

export function isSerialNumber(text: string): boolean {
  return patterns.serialNumber.test(text)
}

/** Can every AWS tool read a section of this name? (The Rust SDK's set of characters is the narrowest.) */
export function isPortableName(name: string): boolean {
  return patterns.profileName.test(name) && name !== 'DEFAULT' && name !== '__proto__'
}

/** GetSessionToken's limits, in seconds (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html). */
export const sessionDurationLimits = { least: 900, most: 129600 } as const

export function isSessionDuration(seconds: number | undefined): seconds is number {
  return (
    seconds !== undefined && seconds >= sessionDurationLimits.least && seconds <= sessionDurationLimits.most
  )
}

/** A role's maximum is the administrator's; AWS allows up to 12 h. */
export function isRoleDuration(seconds: number | undefined): seconds is number {
  return seconds !== undefined && Number.isInteger(seconds) && seconds >= 900 && seconds <= 43_200
}
