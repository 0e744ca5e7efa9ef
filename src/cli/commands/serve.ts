// `mfad serve`: the container credentials endpoint in the foreground, until a signal ends it. The daemon never has a port: who wants
// one starts it.
import { endpointPorts, endpointUrl } from '../../core/container-credentials.ts'
import { endpointSecret, renewEndpointSecret } from '../../edges/endpoint-secret.ts'
import { refuseForeignFiles } from '../../edges/foreign-home.ts'
import { keepPrivate } from '../../edges/private-process.ts'
import { userId } from '../../edges/user.ts'
import type { Invocation } from '../command.ts'
import { loadSoundContext } from '../connection/context.ts'
import { sessionFromFile } from '../connection/file-credentials.ts'
import type { Output } from '../terminal/output.ts'
import { chosenPort } from './port-option.ts'

/** As a shell reports an interrupt. A SIGTERM is how a service manager has it end, which is no failure. */
const exitCodes = { SIGINT: 130, SIGTERM: 0, SIGHUP: 129 } as const

export async function runServe({ values, environment, output }: Invocation): Promise<number> {
  const port = chosenPort(values)
  const { files } = await loadSoundContext(environment)
  refuseForeignFiles(environment, files, userId())
  keepPrivate(() => undefined)
  const ended = firstSignal()
  const { startContainerEndpoint } = await import('../../edges/container-endpoint.ts')
  // What it says of the daemon is for the one who started a command, and nobody reads this process.
  const silent: Output = { ...output, note: () => undefined }
  const endpoint = await startContainerEndpoint({
    port,
    secret: () => endpointSecret(environment),
    credentialsOf: async (profile) =>
      (await sessionFromFile(await loadSoundContext(environment), silent, profile)).credentials,
  })
  try {
    // Behind the start: while another one has the port, its programs keep their tokens.
    if (values['new-tokens'] === true) renewEndpointSecret(environment)
    else endpointSecret(environment)
    if (values.json === true) output.printJson({ endpoint: endpointUrl(port), port, pid: process.pid })
    else output.print(welcome(port))
    return exitCodes[await ended]
  } finally {
    await endpoint.close()
  }
}

function welcome(port: number): string {
  const option = port === endpointPorts.usual ? '' : ` --port ${port}`
  return `serving sessions at ${endpointUrl(port)} until Ctrl-C; the variables for a program: mfad env PROFILE --endpoint${option}`
}

function firstSignal(): Promise<keyof typeof exitCodes> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve(signal))
  })
}
