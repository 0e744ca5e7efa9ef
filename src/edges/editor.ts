// The user's own editor, at the user's terminal.
import { spawnSync } from 'node:child_process'
import type { Environment } from './paths.ts'

/** `$VISUAL`, else `$EDITOR`, else vi: a command with options, as git takes it. */
export function editorOf(environment: Environment): string {
  return environment.VISUAL || environment.EDITOR || 'vi'
}

/** Waits until it has ended; its exit status, or undefined where it was ended by a signal or could not be started. */
export function openEditor(editor: string, path: string, environment: Environment): number | undefined {
  // A Ctrl-C in it is for it alone.
  const ignore = () => undefined
  process.on('SIGINT', ignore)
  try {
    const argv = ['-c', `${editor} "$@"`, editor, path]
    const { status } = spawnSync('/bin/sh', argv, { stdio: 'inherit', env: { ...environment } })
    return status ?? undefined
  } finally {
    process.off('SIGINT', ignore)
  }
}
