// `mfad console`: a link that signs in to the AWS console with the session of a role, printed or opened.
import { AppError } from '../../core/errors.ts'
import {
  type ConsolePlace,
  consolePlace,
  describeSignInFailure,
  destinationUrl,
  linkMinutes,
  roleForConsole,
  signInForm,
  signInLink,
} from '../../core/login/sign-in.ts'
import { type AwsTarget, awsVariableNames, type Partitions, stsTarget } from '../../core/login/sts-target.ts'
import { targetValues } from '../../core/login/target-values.ts'
import { isRegion, isSafeEndpoint } from '../../core/profiles/aws-values.ts'
import type { RoleProfile } from '../../core/profiles/profile.ts'
import { findProfile } from '../../core/profiles/profiles.ts'
import { profileSections } from '../../core/profiles/sections.ts'
import { printable } from '../../core/text/printable.ts'
import { formatInstant } from '../../core/time/instant.ts'
import { openPage } from '../../edges/browser.ts'
import type { Invocation } from '../command.ts'
import { type Context, loadSoundContext } from '../connection/context.ts'
import { chosenProfile } from '../connection/file-credentials.ts'
import type { LocalProfiles } from '../connection/local-status.ts'
import { localTime } from '../text/local-time.ts'
import { liveSession } from './live-session.ts'

export async function runConsole(invocation: Invocation): Promise<number> {
  const { positionals, values, environment, output } = invocation
  const name = chosenProfile(positionals[0], environment, 'mfad console PROFILE')
  const service = chosenService(values.service)
  const context = await loadSoundContext(environment)
  // They say by which way the credentials go, and whom TLS trusts.
  const { checkTrustedFiles, localProfiles } = await import('../connection/local-status.ts')
  checkTrustedFiles(context)
  const local = localProfiles(context)
  const profile = roleForConsole(findProfile(local.profiles, name), local.profiles)
  const place = consolePlace(profile, chosenEndpoint(invocation))
  const signIn = await import('../../edges/aws/sign-in.ts')
  const target = signInTarget(context, local, profile, signIn.partitions)
  const region = chosenRegion(values.region, place, signIn.partitions) ?? profile.region
  const need = { name: profile.profile, leastSeconds: 0, waitSeconds: undefined, renews: true }
  const { credentials } = await liveSession(context, output, need)
  const asked = await signIn.askSignInToken({
    ...target,
    url: place.federationUrl,
    form: signInForm(credentials),
  })
  if ('failure' in asked) throw describeSignInFailure(asked.failure, contextOf(profile, place, target))
  const destination = destinationUrl(place, service, region)
  const link = signInLink(place.federationUrl, destination, asked.token)
  if (values.open === true) return openLink(link, invocation)
  const { expiration } = credentials
  if (values.json === true)
    output.printJson({
      profile: profile.profile,
      url: link,
      destination,
      expiration: formatInstant(expiration),
    })
  else output.print(link)
  output.note(
    `mfad: this link signs in whoever has it, for ${linkMinutes} minutes; the console then ends with the session, at ${localTime(expiration, new Date())}`,
  )
  return 0
}

/** How long a browser may take to read the page. */
const shownMs = 20_000

async function openLink(link: string, { environment, output }: Invocation): Promise<number> {
  const interrupted = new AbortController()
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const onSignal = () => interrupted.abort()
  for (const signal of signals) process.on(signal, onSignal)
  const page = await openPage(link, environment)
  try {
    output.note(
      `mfad: the browser was asked to show the console; ${page.path}, which leads there, is removed in ${shownMs / 1000} s`,
    )
    await pause(shownMs, interrupted.signal)
    return interrupted.signal.aborted ? 130 : 0
  } finally {
    page.remove()
    for (const signal of signals) process.off(signal, onSignal)
  }
}

function pause(ms: number, ending: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ending.aborted ? 0 : ms)
    ending.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

function chosenService(service: unknown): string | undefined {
  if (service === undefined || /^[a-z0-9][a-z0-9-]{0,63}$/.test(String(service)))
    return service as string | undefined
  throw new AppError(
    'usage.bad-arguments',
    `${JSON.stringify(String(service).slice(0, 40))} is no name of a service in the console's addresses`,
    'write it as it stands there: ec2, s3, cloudwatch',
  )
}

function chosenRegion(
  given: unknown,
  { partition }: ConsolePlace,
  partitions: Partitions,
): string | undefined {
  if (given === undefined) return undefined
  const region = String(given)
  if (isRegion(region) && partitions.partitionOf(region) === partition) return region
  throw new AppError(
    'usage.bad-arguments',
    `${JSON.stringify(region.slice(0, 40))} is no region of ${printable(partition)}, the partition of this role`,
    'write one such as eu-west-1, or leave it out for that of the profile',
  )
}

/**
 * The credentials themselves are sent there, unlike to any other service of AWS. So neither the endpoint of a profile nor
 * AWS_ENDPOINT_URL counts: only the variable that means the sign-in.
 */
function chosenEndpoint({ environment, output }: Invocation): string | undefined {
  const endpoint = environment.AWS_ENDPOINT_URL_SIGNIN
  if (!endpoint) return undefined
  if (!isSafeEndpoint(endpoint))
    throw new AppError(
      'settings.unsafe-endpoint',
      'AWS_ENDPOINT_URL_SIGNIN is neither https nor on this computer',
      'correct it, or remove it: unset AWS_ENDPOINT_URL_SIGNIN',
    )
  output.note(`mfad: the session is sent to ${new URL(endpoint).host}, which AWS_ENDPOINT_URL_SIGNIN names`)
  return endpoint
}

/** By which way the sign-in is reached, and whom it trusts: as for every call for the role. */
function signInTarget(
  { environment, settings, files }: Context,
  { documents, profiles }: LocalProfiles,
  { profile, role, source }: RoleProfile,
  partitions: Partitions,
): Pick<AwsTarget, 'caBundle' | 'proxy'> {
  const names = awsVariableNames.filter((name) => !name.startsWith('AWS_ENDPOINT_URL'))
  const known = { sections: profileSections(documents), files, profiles }
  const values = { ...targetValues(known, source.root), ...targetValues(known, profile) }
  return stsTarget({
    profile,
    serialNumber: '',
    roleArn: role.arn,
    values,
    variables: Object.fromEntries(names.map((name) => [name, environment[name]])),
    settings,
    settingsFile: files.settings,
    partitions,
  })
}

function contextOf(
  { profile }: RoleProfile,
  { federationUrl }: ConsolePlace,
  { caBundle }: Pick<AwsTarget, 'caBundle'>,
): Parameters<typeof describeSignInFailure>[1] {
  const host = new URL(federationUrl).host
  return { profile, host, ...(caBundle === undefined ? {} : { caBundle: caBundle.value }) }
}
