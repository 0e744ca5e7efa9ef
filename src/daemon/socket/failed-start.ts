// A daemon that systemd starts because somebody asks, and that cannot start: those who wait are told why. Else systemd would
// start it again for the same request, until it gives up, and they would learn nothing.
import { createServer } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { type AppError, httpStatusOf } from '../../core/errors.ts'

/** Long enough for those whose connections wait to be answered. */
const answerMs = 300

/** Answers whoever waits at the socket that systemd has handed over. Never rejects. */
export async function answerWithFailure(fd: number, error: AppError, version: string): Promise<void> {
  const { code, message, hint } = notRunning(error)
  const server = createServer((_request, response) => {
    response.writeHead(httpStatusOf(code), {
      'content-type': 'application/json',
      'mfad-version': version,
      connection: 'close',
    })
    response.end(JSON.stringify({ error: { code, message, hint } }))
  })
  await new Promise<void>((resolve) => {
    server.once('error', () => resolve())
    server.listen({ fd }, () => resolve())
  })
  await setTimeout(answerMs)
  server.close()
  server.closeAllConnections()
}

/** For whoever asks there is no daemon, and the reason is what helps. */
function notRunning({ message, hint }: AppError) {
  return {
    code: 'daemon.not-running',
    message: `the daemon is not running, and its service cannot start it: ${message}`,
    hint,
  } as const
}
