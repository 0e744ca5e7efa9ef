// `POST /v1/status-text`: what `mfad status` prints. A command line has just started, so laying out the text takes it longer than all
// else that it does; here that code is warm. The text depends on the request and on the files, which have to be those that the command
// line means. Where it depends on the daemon's time zone, the answer says what was taken, and the command line checks it.
import { AppError } from '../../core/errors.ts'
import { areLive, onlyNamed } from '../../core/status-text/only-named.ts'
import { statusText } from '../../core/status-text/status-text.ts'
import { paintWith } from '../../core/text/styles.ts'
import type { UtcOffset } from '../../core/time/quiet-hours.ts'
import type { Status, StatusTextAnswer, StatusTextRequest } from '../../core/wire.ts'
import { checkMeant, type UsedFiles } from '../meant-files.ts'

export type StatusTextDeps = {
  /** The status now. */
  read(): Status
  /** As they are after that. */
  known: UsedFiles
  now(): Date
  utcOffset: UtcOffset
}

/** Profiles, or for each of them a pattern of the setting `hide`: more would keep others waiting. */
const mostProfiles = 1000

/** Throws settings.files-differ, profile.not-found and usage.bad-request, and the command line lays it out itself. */
export function statusTextOf(deps: StatusTextDeps, request: StatusTextRequest): StatusTextAnswer {
  const whole = deps.read()
  if (whole.version !== request.version) throw refusal(`the daemon has version ${whole.version}`)
  checkMeant(deps.known, request.variables)
  const { hide } = deps.known.settings
  if (whole.profiles.length * (hide.length + 1) > mostProfiles)
    throw refusal(`there are more than ${mostProfiles} profiles and patterns`)
  const status = onlyNamed(whole, request.profiles)
  const times = new Map<number, number>()
  const offsetAt = deps.utcOffset(deps.now()) === request.utcOffset ? deps.utcOffset : () => request.utcOffset
  const utcOffset = (instant: Date) => {
    const offset = offsetAt(instant)
    times.set(instant.getTime(), offset)
    return offset
  }
  const { columns, rows, all, profiles } = request
  const view = { columns, rows, hide, isAll: all === true || profiles.length > 0 }
  const text = statusText(status, { now: deps.now(), utcOffset }, paintWith(request.colours), view)
  return { text, times: [...times], areLive: areLive(status) }
}

function refusal(fact: string): AppError {
  return new AppError('usage.bad-request', fact, 'ask for the status, and lay it out')
}
