// `mfad login`: as it is mostly typed, in one request; for everything else there is login-in-full.ts.
import type { Invocation } from '../command.ts'
import { loginAtOnce } from './login-at-once.ts'

export async function runLogin(invocation: Invocation): Promise<number> {
  return (await loginAtOnce(invocation)) ?? (await import('./login-in-full.ts')).logInInFull(invocation)
}
