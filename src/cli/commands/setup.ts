// `mfad setup`: the guided start. Each step looks at what is there now, does what is missing, and says which of the two it was; so a
// second run changes nothing. Where nobody can be asked, what is missing is said before anything is done.
//
//   step     what is there                 what is asked (its option)              what is done                 what is said
//   keys     [dev] with keys               which one, of several (PROFILE)         -                            dev has keys: ok
//            none                          name, key id, secret (--keys-stdin)     [dev] in the credentials     dev has keys: written to …
//                                                                                  file, by this very process
//   region   of the profile, or the shell  -                                       -                            -
//            none, before the 1st session  which (--region)                        region in the config file    written to …
//   daemon   it runs                       -                                       -                            the daemon runs: ok
//            it does not                   the service (--service, --no-service)   install, or daemon --detach  what install says
//   check    a session that lives          -                                       -                            -
//            none                          the keys again, where AWS knows none    GetCallerIdentity            AWS knows the keys: …
//   device   mfa_serial                    -                                       -                            dev has a device: ok
//            none                          which one, of several; the number,      mfa_serial in the config     dev has a device: saved in …
//                                          without IAM (--serial-number)           file
//   place    keys in [dev]                 in place? (--in-place, --beside)        the header renamed           where sessions go
//   session  one that lives                -                                       -                            dev has a session: ok
//            none                          the code (--code)                       a login                      as mfad login says it
//   live     (only with --live NAME)       -                                       [profile NAME]               what it is for
//   try      aws is installed              -                                       sts get-caller-identity      its answer
//
// Ctrl-C at a question ends it; what was done until then is whole, and the next run goes on from there.

import type { Invocation } from '../command.ts'
import { findDaemon } from '../connection/connection.ts'
import { loadSoundContext } from '../connection/context.ts'
import { canAsk } from '../terminal/prompt.ts'
import { profileWithoutAsking } from './setup-answers.ts'
import { ensureDaemon } from './setup-daemon.ts'
import { ensureDevice } from './setup-device.ts'
import { proveKeys, takeKeys } from './setup-keys.ts'
import { ensureLive, ensurePlace, rehearseWishes } from './setup-place.ts'
import { chooseProfile, readWishes, type Setup } from './setup-plan.ts'
import { ensureSession, sayWhatIsNext, tryWithAws } from './setup-session.ts'

export async function runSetup(invocation: Invocation): Promise<number> {
  const { environment, output } = invocation
  const context = await loadSoundContext(environment)
  const setup: Setup = { context, output, wishes: readWishes(invocation) }
  const isRunning = (await findDaemon(context, output)) !== undefined
  const chosen = canAsk() ? await chooseProfile(setup) : profileWithoutAsking(setup, isRunning, new Date())
  const { profile } = chosen
  const taken = await takeKeys(setup, chosen)
  rehearseWishes(setup, profile)
  const daemon = await ensureDaemon(setup)
  await proveKeys(setup, daemon, profile, taken)
  await ensureDevice(setup, daemon, profile)
  await ensurePlace(setup, daemon, profile)
  await ensureSession(setup, daemon, chosen)
  await ensureLive(setup, daemon, profile)
  await tryWithAws(setup, profile)
  sayWhatIsNext(setup, profile)
  return 0
}
