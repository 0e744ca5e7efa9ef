// Is it mfad that answers at a port of this computer? Any program of any user may have taken the port, and the token must not go to
// it. So whoever is there has to show that it knows the secret.
import { randomBytes } from 'node:crypto'
import { createConnection } from 'node:net'
import { endpointPorts, endpointUrl, proofTarget } from '../../core/container-credentials.ts'
import { AppError } from '../../core/errors.ts'
import { endpointProof, isSame } from '../../edges/endpoint-secret.ts'

const limitMs = 3000
const maxAnswerBytes = 8192

/** Throws daemon.endpoint-not-running where nothing is there, and daemon.endpoint-foreign where something else is. */
export async function checkEndpoint(port: number, secret: string): Promise<void> {
  const start = port === endpointPorts.usual ? 'mfad serve' : `mfad serve --port ${port}`
  const nonce = randomBytes(16).toString('hex')
  const text = await ask(port, proofTarget(nonce)).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ECONNREFUSED') return ''
    throw new AppError(
      'daemon.endpoint-not-running',
      `nothing answers at ${endpointUrl(port)}`,
      `start the endpoint, and leave it running: ${start}`,
      cause,
    )
  })
  const proof = /\r\n\r\n\{"proof":"([0-9a-f]{64})"\}\n$/.exec(text)?.[1] ?? ''
  if (isSame(proof, endpointProof(secret, port, nonce))) return
  throw new AppError(
    'daemon.endpoint-foreign',
    `what answers at ${endpointUrl(port)} is not the mfad serve of this user`,
    'choose another port, for both: mfad serve --port PORT, and mfad env PROFILE --endpoint --port PORT',
  )
}

function ask(port: number, target: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const connection = createConnection({ host: '127.0.0.1', port })
    const timer = setTimeout(() => connection.destroy(new Error('no answer')), limitMs)
    let text = ''
    connection.write(`GET ${target} HTTP/1.0\r\nhost: 127.0.0.1:${port}\r\n\r\n`)
    connection.on('data', (chunk) => {
      text += chunk.toString('latin1')
      if (text.length > maxAnswerBytes) connection.destroy(new Error('too long'))
    })
    connection.on('error', reject)
    connection.on('end', () => resolve(text))
    connection.on('close', () => clearTimeout(timer))
  })
}
