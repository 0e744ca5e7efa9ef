// What `mfad install` hands to the service manager of this system: the files and the commands around them.

export { serviceEnvironment } from './environment.ts'

export type ServiceSettings = {
  platform: 'linux' | 'darwin'
  home: string
  uid: number
  xdgConfigHome?: string
  /** Absolute. */
  nodePath: string
  /** Absolute path of dist/mfad.cjs; of a single file the same as `nodePath`. */
  scriptPath: string
  /** The variables that the service gets, see `serviceEnvironment`. */
  environment: ReadonlyMap<string, string>
  /** Where the socket is, absolute; absent at the default place. */
  socketPath?: string
  /** mfad's own directory for the socket and what is beside it; absent where the user has chosen another place. */
  runtimeDirectory?: string
  /** The contents of the template files. */
  templates: { systemd: string; systemdSocket: string; launchd: string }
}

/** A command, `argv[0]` looked up in PATH. `why` completes "cannot ...". */
export type Step = {
  argv: string[]
  why: string
  /** Its failure is expected in some states and changes nothing. */
  mayFail?: boolean
  /** How often it is tried, a second apart, before its failure counts; 1 if absent. */
  attempts?: number
}

/** `content` may hold a proxy password: print `redactedContent`. */
type ServiceFile = { path: string; content: string; redactedContent: string; mode: number }

export type ServicePlan = {
  manager: 'systemd' | 'launchd'
  /** For people: "the systemd user service mfad.service". */
  title: string
  files: ServiceFile[]
  /** What the service gets of the caller's environment, with no password in it. */
  variables: ReadonlyMap<string, string>
  /** Exit status 0: the service is running. */
  status: Step
  /** Makes the manager know the files; repeating it harms nothing. */
  enable: Step[]
  /** Starts the service, or starts it anew after a change of its files. */
  start: Step[]
  restart: Step[]
  /** Before the files are removed. */
  stop: Step[]
  /** After the files are removed. */
  forget: Step[]
  /** What the manager writes for the service: removed with it. */
  leftovers: string[]
  /** Removed with the service if empty, in this order. */
  directories: string[]
}
