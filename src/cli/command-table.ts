// Every command: its words and options here, its code in a file of its own that is loaded only when it runs.
import type { Command } from './command.ts'

const json = { type: 'boolean', description: 'print JSON' } as const
const replace = {
  type: 'boolean',
  description: 'end a daemon that was started by hand, and take its place',
} as const
const anyNumber = Number.MAX_SAFE_INTEGER

export const commands: readonly Command[] = [
  {
    name: 'login',
    summary: 'hand over an MFA code; one code serves every profile on the device',
    usage: 'mfad login [PROFILE ...] [CODE | -]',
    details:
      'Without a PROFILE: the active one that expires soonest, or the only one.\nWithout a CODE it is asked for; - reads it from standard input. Every active\nprofile on the same device is renewed by the same code.\nA profile without mfa_serial: IAM is asked for the device. --all asks device by\ndevice; with a CODE, or where nobody can be asked, it is for the device of the\nactive profile that expires soonest, or for that of --serial-number.',
    options: {
      all: { type: 'boolean', description: 'log in every profile that has an access key and an mfa_serial' },
      duration: {
        type: 'string',
        value: 'DURATION',
        description: 'how long the session lasts, 15m to 36h (default: duration_seconds, else 12h)',
      },
      'serial-number': {
        type: 'string',
        value: 'ARN',
        description: 'the MFA device: its ARN, or the end of it; kept with the session',
      },
      save: {
        type: 'boolean',
        description: 'write the device into the AWS config file, as mfa_serial',
      },
      adopt: { type: 'boolean', description: 'take over a session section that another tool wrote' },
      json,
    },
    positionals: { least: 0, most: anyNumber },
    examples: [
      ['mfad login dev 123456', 'renew dev, and every active profile on its device'],
      ['mfad login dev staging', 'activate both; asks for the code'],
      ['mfad login dev --serial-number alice-phone', 'with that device'],
      ['ykman oath accounts code -s aws | mfad login dev -', 'take the code from a command'],
    ],
    run: async (invocation) => (await import('./commands/login.ts')).runLogin(invocation),
  },
  {
    name: 'logout',
    summary: 'remove a session section; the profile is no longer renewed or reminded of',
    usage: 'mfad logout [PROFILE]',
    options: { json },
    positionals: { least: 0, most: 1 },
    examples: [['mfad logout dev', 'remove [dev-mfa] from the credentials file']],
    run: async (invocation) => (await import('./commands/logout.ts')).runLogout(invocation),
  },
  {
    name: 'status',
    summary: 'every profile, its session and the time left',
    usage: 'mfad status [--json | --watch]',
    options: {
      json,
      watch: {
        type: 'boolean',
        description: 'redraw it every second until Ctrl-C; into a pipe: print it once',
      },
    },
    positionals: { least: 0, most: 0 },
    examples: [
      ['mfad status', 'a table'],
      ['mfad status --watch', 'a table that updates itself'],
      [`mfad status --json | jq -r '.profiles[] | select(.state == "expired").profile'`, 'for scripts'],
    ],
    run: async (invocation) => (await import('./commands/status.ts')).runStatus(invocation),
  },
  {
    name: 'snooze',
    summary: 'hold reminders back for a while',
    usage: 'mfad snooze [PROFILE] [DURATION]',
    details:
      'Without a PROFILE: all active ones. DURATION is 30m unless given, and 7d at most; 0s ends a snooze.',
    options: { json },
    positionals: { least: 0, most: 2 },
    examples: [
      ['mfad snooze', 'no reminders for 30 minutes'],
      ['mfad snooze dev 2h', 'none about dev for two hours'],
    ],
    run: async (invocation) => (await import('./commands/snooze.ts')).runSnooze(invocation),
  },
  {
    name: 'notify-test',
    summary: 'show one real reminder, and see whether its answer comes back',
    usage: 'mfad notify-test [--wait DURATION]',
    details:
      'On a terminal it waits a minute for an answer, elsewhere for none. Any six digits will do: they go nowhere.',
    options: {
      wait: { type: 'string', value: 'DURATION', description: 'wait that long for an answer, at most 80s' },
      json,
    },
    positionals: { least: 0, most: 0 },
    examples: [['mfad notify-test', 'is there a desktop that shows reminders?']],
    run: async (invocation) => (await import('./commands/notify-test.ts')).runNotifyTest(invocation),
  },
  {
    name: 'keys',
    summary: 'move an access key into the keyring or back, or make a new one',
    usage: 'mfad keys store|restore|rotate PROFILE',
    details:
      'store: from the file into the keyring; restore: back. The key is compared and\ntried before the file is changed, and nothing else in the file changes. AWS\ntools then reach the account through the session profile only.\nrotate: a new key is made, tried, and put wherever the former one stands,\nwhich is deleted last.',
    options: {
      'delete-other': {
        type: 'string',
        value: 'ENDING',
        description: 'rotate: first delete the other key, whose id ends so',
      },
      yes: { type: 'boolean', description: 'rotate: do not ask' },
      json,
    },
    positionals: { least: 2, most: 2 },
    examples: [
      ['mfad keys store dev', 'the access key of dev goes into the keyring'],
      ['mfad keys restore dev', 'and back into the file'],
      ['mfad keys rotate dev', 'a new access key for the user of dev'],
    ],
    run: async (invocation) => (await import('./commands/keys.ts')).runKeys(invocation),
  },
  {
    name: 'install',
    summary: 'install and start the user service (systemd or launchd)',
    usage: 'mfad install [--dry-run | --replace]',
    options: {
      'dry-run': { type: 'boolean', description: 'print the files and commands, change nothing' },
      replace,
    },
    positionals: { least: 0, most: 0 },
    examples: [
      ['mfad install', 'the daemon starts now and at every login'],
      ['mfad install --dry-run', 'see what it would do'],
    ],
    run: async (invocation) => (await import('./commands/service.ts')).runInstall(invocation),
  },
  {
    name: 'uninstall',
    summary: 'stop and remove the user service',
    usage: 'mfad uninstall',
    details: 'Session sections stay in the credentials file; remove them with mfad logout.',
    options: {},
    positionals: { least: 0, most: 0 },
    examples: [['mfad uninstall', 'leaves nothing of the service behind']],
    run: async (invocation) => (await import('./commands/service.ts')).runUninstall(invocation),
  },
  {
    name: 'restart',
    summary: 'restart the user service',
    usage: 'mfad restart [--replace]',
    options: { replace },
    positionals: { least: 0, most: 0 },
    examples: [['mfad restart', 'after an upgrade']],
    run: async (invocation) => (await import('./commands/service.ts')).runRestart(invocation),
  },
  {
    name: 'daemon',
    summary: 'run the daemon in the foreground (what the service runs)',
    usage: 'mfad daemon [--detach]',
    options: {
      detach: { type: 'boolean', description: 'go to the background, where there is no service manager' },
    },
    positionals: { least: 0, most: 0 },
    examples: [
      ['mfad daemon', 'in the foreground; Ctrl-C ends it'],
      ['mfad daemon --detach', 'in a container, or over ssh'],
    ],
    run: async (invocation) => (await import('./commands/daemon.ts')).runDaemonCommand(invocation),
  },
  {
    name: 'demo',
    summary: 'see it work against an STS on this computer, in a throw-away home; touches nothing of yours',
    usage: 'mfad demo [--keep]',
    options: {
      keep: { type: 'boolean', description: 'leave everything running to play with, until Ctrl-C' },
    },
    positionals: { least: 0, most: 0 },
    examples: [['mfad demo', 'see it work, in seconds']],
    run: async (invocation) => (await import('./commands/demo.ts')).runDemoCommand(invocation),
  },
]
