// The throw-away home of the demo: a credentials file as people have them, with comments and a second section, and
// settings with reminders that come within seconds.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StsUser } from './sts/embedded-sts.ts'

export const demoSerialNumber = 'arn:aws:iam::111122223333:mfa/alice'

/** The user that the embedded STS knows. The keys are AWS's own documentation examples. */
export const demoUser: StsUser = {
  arn: 'arn:aws:iam::111122223333:user/alice',
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  devices: [{ serialNumber: demoSerialNumber, seed: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' }],
}

export const demoCredentials = `# my keys, rotated in spring. Do not lose these comments!
[dev]
aws_access_key_id = ${demoUser.accessKeyId}
aws_secret_access_key = ${demoUser.secretAccessKey}   

; the old account, still needed for invoices
[legacy.billing]
aws_access_key_id=AKIAI44QH8DHBEXAMPLE
aws_secret_access_key=je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY
`

const demoConfig = `[profile dev]
region = eu-west-1
mfa_serial = ${demoSerialNumber}
`

/** Seconds before the expiration at which the demo's reminder comes. */
export const demoLeadSeconds = 4

export type DemoHome = {
  path: string
  credentialsFile: string
  environment: Record<string, string>
  remove(): void
}

/** `inherited` lends what leads to the desktop and to programs; nothing of the user's AWS set-up. */
export function createDemoHome(
  inherited: Readonly<Record<string, string | undefined>>,
  endpoint: string,
): DemoHome {
  const path = mkdtempSync(join(tmpdir(), 'mfad-demo-'))
  const credentialsFile = join(path, '.aws', 'credentials')
  mkdirSync(join(path, '.aws'), { mode: 0o700 })
  mkdirSync(join(path, '.config', 'mfad'), { recursive: true })
  writeFileSync(credentialsFile, demoCredentials, { mode: 0o600 })
  writeFileSync(join(path, '.aws', 'config'), demoConfig, { mode: 0o600 })
  writeFileSync(join(path, '.config', 'mfad', 'config.ini'), `[mfad]\nreminders = ${demoLeadSeconds}s, 0s\n`)
  return {
    path,
    credentialsFile,
    environment: {
      ...desktopVariables(inherited),
      HOME: path,
      MFAD_SOCKET: join(path, 'mfad.sock'),
      // STS and IAM, and whatever else could be asked by somebody who plays with it.
      AWS_ENDPOINT_URL: endpoint,
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}

function desktopVariables(inherited: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const names = [
    'PATH',
    'LANG',
    'TZ',
    'TERM',
    'DISPLAY',
    'WAYLAND_DISPLAY',
    'XAUTHORITY',
    'DBUS_SESSION_BUS_ADDRESS',
    'XDG_RUNTIME_DIR',
  ]
  return Object.fromEntries(names.flatMap((name) => (inherited[name] ? [[name, inherited[name]]] : [])))
}
