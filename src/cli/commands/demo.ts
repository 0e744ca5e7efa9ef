// `mfad demo`: loads the guided demo, which brings an STS of its own.
import type { Invocation } from '../command.ts'

export async function runDemoCommand({ values, output }: Invocation): Promise<number> {
  const { runDemo } = await import('../../demo/main.ts')
  return runDemo({
    keep: values.keep === true,
    scriptPath: process.argv[1] ?? '',
    environment: process.env,
    say: (text) => output.print(text),
    style: output.style,
  })
}
