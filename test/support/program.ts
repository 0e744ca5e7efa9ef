// What the integration tests run as mfad: the bundles of `npm run build`, or the single file that MFAD_EXECUTABLE names.
import { resolve } from 'node:path'
import { programArgv } from '../../src/core/service/daemon-argv.ts'

const executable = process.env.MFAD_EXECUTABLE

export const isSingleFile = executable !== undefined
export const nodePath = executable === undefined ? process.execPath : resolve(executable)
/** As in the process itself, a single file is its own script. */
export const scriptPath = executable === undefined ? resolve('dist/mfad.cjs') : nodePath

/** The words that start it; a command follows. */
export const mfadArgv: readonly string[] = programArgv(nodePath, scriptPath)
/** The words that start the process which asks the keyring. */
export const keyringArgv: readonly string[] = [nodePath, isSingleFile ? 'keyring.cjs' : 'dist/keyring.cjs']
