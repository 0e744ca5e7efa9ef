// `mfad doctor`: looks at everything that a session depends on, and says what is wrong, why that matters, and what mends it.
import { diagnose } from '../../core/doctor/diagnosis.ts'
import { diagnosisExitCode, findingsOf } from '../../core/doctor/finding.ts'
import { AppError } from '../../core/errors.ts'
import type { Invocation } from '../command.ts'
import { gatherFacts } from '../doctor/facts.ts'
import { reportOf } from '../doctor/report.ts'
import { doctorText } from '../text/doctor-text.ts'

export async function runDoctor({ values, environment, output }: Invocation): Promise<number> {
  if (values.json === true && values.report === true)
    throw new AppError(
      'usage.bad-arguments',
      '--json and --report are two different texts',
      'give one of them: mfad doctor --report',
    )
  const gathered = await gatherFacts(environment, output, values.offline !== true)
  const diagnosis = diagnose(gathered.facts)
  if (values.report === true) output.print(reportOf(gathered, diagnosis))
  else if (values.json === true)
    output.printJson({
      version: MFAD_VERSION,
      findings: findingsOf(diagnosis),
      checks: diagnosis.checks.map(({ area, looked }) => ({ area, looked })),
    })
  else output.print(doctorText(diagnosis, output.style, output.size()?.columns))
  return diagnosisExitCode(diagnosis)
}
