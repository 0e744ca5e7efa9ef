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
    name: 'setup',
    summary: 'the guided start: keys, service, MFA device, first session',
    isEveryday: true,
    usage: 'mfad setup [PROFILE]',
    details:
      'Finds what is there, and asks for what is missing; options answer its questions.\nA second run changes nothing. Without a terminal it says which answers are\nmissing, and the whole command.',
    options: {
      'keys-stdin': {
        type: 'boolean',
        description: 'take the key id and the secret from standard input',
      },
      region: { type: 'string', value: 'REGION', description: 'the region of the profile' },
      service: { type: 'boolean', description: 'install the user service, as mfad install does' },
      'no-service': {
        type: 'boolean',
        description: 'start the daemon for now only, as mfad daemon --detach',
      },
      'serial-number': {
        type: 'string',
        value: 'ARN',
        description: 'the MFA device: its ARN, or the end of it; kept as mfa_serial',
      },
      'in-place': {
        type: 'boolean',
        description: 'sessions go to [PROFILE], its keys to its own section',
      },
      beside: { type: 'boolean', description: 'back again: keys in [PROFILE], sessions in [PROFILE-mfa]' },
      live: {
        type: 'string',
        value: 'NAME',
        description: 'a profile NAME by which long-running programs see renewals',
      },
      code: { type: 'string', value: 'CODE', description: 'the code that the MFA device shows' },
    },
    takesProfiles: true,
    positionals: { least: 0, most: 1 },
    examples: [
      ['mfad setup', 'begin here'],
      ['mfad setup dev --in-place', 'everything that names dev gets the session'],
      ['mfad setup dev --service --code 123456', 'without a question'],
    ],
    run: async (invocation) => (await import('./commands/setup.ts')).runSetup(invocation),
  },
  {
    name: 'login',
    summary: 'hand over an MFA code; one code serves every profile on the device',
    isEveryday: true,
    usage: 'mfad login [PROFILE ...] [CODE | -]',
    details:
      'Without a PROFILE: the active one that expires soonest, or the only one. Without a CODE it is asked for; - reads it\nfrom standard input. Every active profile on the same device is renewed by the same code. Where a profile has no\nmfa_serial, IAM is asked for the device. --all asks device by device; with a CODE, or where nobody can be asked, it\nis for the device of the active profile that expires soonest, or that of --serial-number.',
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
        description: 'keep the device as mfa_serial of the profile, in its AWS config file',
      },
      adopt: { type: 'boolean', description: 'take over a session section that another tool wrote' },
      json,
    },
    takesProfiles: true,
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
    summary: 'remove a session section; it is no longer renewed or reminded of',
    isEveryday: true,
    usage: 'mfad logout [PROFILE ...] [--all]',
    details: 'Without a PROFILE: that of AWS_PROFILE.',
    options: { all: { type: 'boolean', description: 'every active profile' }, json },
    takesProfiles: true,
    positionals: { least: 0, most: anyNumber },
    examples: [
      ['mfad logout dev', 'remove [dev-mfa] from the credentials file'],
      ['mfad logout --all', 'end every session'],
    ],
    run: async (invocation) => (await import('./commands/logout.ts')).runLogout(invocation),
  },
  {
    name: 'status',
    summary: 'every profile, its session and the time left',
    isEveryday: true,
    usage: 'mfad status [PROFILE ...] [--all] [--json | --watch | --format FORMAT]',
    details:
      'Profiles that mfad does not log in, and those of the setting hide, are counted in one line. With a PROFILE: exit\ncode 8 unless each has a live session.',
    options: {
      all: { type: 'boolean', short: 'a', description: 'a line for every profile' },
      json,
      watch: {
        type: 'boolean',
        short: 'w',
        description: 'keep it up to date, until q; into a pipe: print it once',
      },
      format: { type: 'string', value: 'FORMAT', description: 'for a bar: line, waybar or xbar' },
    },
    takesProfiles: true,
    positionals: { least: 0, most: anyNumber },
    examples: [
      ['mfad status', 'a table'],
      ['mfad status dev && make deploy', 'go on only with a live session'],
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
    takesProfiles: true,
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
    name: 'config',
    summary: 'the settings, each with its value and where it comes from',
    isEveryday: true,
    usage: 'mfad config [list | get KEY | set KEY VALUE | unset KEY | edit]',
    details:
      'A bad value and an unknown key are refused before anything is written. Comments and the order of the file stay.\nedit opens the file in $VISUAL or $EDITOR, and checks it afterwards. A running daemon sees a change at once.',
    options: { json },
    positionals: { least: 0, most: anyNumber },
    examples: [
      ['mfad config', 'all of them'],
      ['mfad config get duration', 'one value, for scripts'],
      ['mfad config set reminders 30m,5m,0m', 'be reminded earlier'],
      ['mfad config set -- suffix -session', 'a value that begins with -'],
      ['mfad config unset reminders', 'back to the default'],
    ],
    run: async (invocation) => (await import('./commands/config.ts')).runConfig(invocation),
  },
  {
    name: 'prompt',
    summary: 'a function for the prompt of your shell: the profile of AWS_PROFILE and its time left',
    usage: 'mfad prompt bash|zsh|fish',
    details:
      'It reads a small file that the daemon keeps, by built-ins of the shell: no program is started at a prompt.\nThe first lines of what is printed say how to use it.',
    options: {},
    positionals: { least: 1, most: 1 },
    examples: [[`eval "$(mfad prompt bash)"; PS1='\${MFAD_PROMPT}'$PS1`, 'in ~/.bashrc']],
    run: async (invocation) => (await import('./commands/prompt.ts')).runPrompt(invocation),
  },
  {
    name: 'demo',
    summary: 'see it work in a throw-away home; touches nothing of yours',
    isEveryday: true,
    usage: 'mfad demo [--keep]',
    options: {
      keep: { type: 'boolean', description: 'leave everything running to play with, until Ctrl-C' },
    },
    positionals: { least: 0, most: 0 },
    examples: [['mfad demo', 'see it work, in seconds']],
    run: async (invocation) => (await import('./commands/demo.ts')).runDemoCommand(invocation),
  },
]
