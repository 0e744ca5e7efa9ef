// Session sections as they are met: ours, ours after another program or the user changed it, and those of other tools.

import fc from 'fast-check'

type Line = [key: string, value: string]

const ours: readonly Line[] = [
  ['aws_access_key_id', 'ASIAQWERTYUIOPASDFGH'],
  ['aws_secret_access_key', 'wJalrXUtnFEMI/K7+MDENG='],
  ['aws_session_token', 'FwoGZXIvYXdzEBYaDOld=='],
  ['expiration', '2026-11-22T09:00:00Z'],
  ['region', 'eu-central-1'],
  ['manager', 'mfad'],
  ['mfad_key', 'OPASDFGH'],
]
const without = (...keys: string[]) => ours.filter(([key]) => !keys.includes(key))
const having = (key: string, value: string) => ours.map(([k, v]): Line => (k === key ? [key, value] : [k, v]))

/** What may stand in it, ours first. */
const contents: readonly (readonly Line[])[] = [
  ...[ours, ours, ours, without('region'), without('region')],
  // As `aws configure mfa-login` leaves ours, and as a hand leaves it.
  having('aws_access_key_id', 'ASIAOTHERTOOLOTHERTO'),
  ...[having('mfad_key', 'XXXXXXXX'), having('manager', 'awsume'), having('expiration', 'tomorrow')],
  ...[without('mfad_key'), without('manager'), without('aws_session_token'), ours.slice(0, 2), ours.slice(3)],
  [...ours, ['aws_security_token', 'FwoGZXIvYXdzStale==']],
  // Another tool's, and long-term keys.
  ours.slice(0, 3),
  having('aws_access_key_id', 'AKIAI44QH8DHBEXAMPLE').slice(0, 2),
  [
    ['role_arn', 'arn:aws:iam::111122223333:role/a'],
    ['source_profile', 'dev'],
  ],
  [['credential_process', 'op read "x y"']],
  [],
]

const forms = ['K = V', 'K=V', 'K =  V  ', 'K\t= V']
const oddForms = ['K: V', '  K = V', 'K = "V"', 'K = V # c', 'K =', 'K = V\n  more']

/** How its lines are written; most of the time as we write them. */
const layout = fc.record({
  content: fc.constantFrom(...contents),
  isReversed: fc.boolean(),
  isUpperCase: fc.nat(9).map((n) => n === 0),
  form: fc.oneof(
    { arbitrary: fc.constantFrom(...forms), weight: 9 },
    { arbitrary: fc.constantFrom(...oddForms), weight: 1 },
  ),
  /** Which of the lines is written in that form; all of them beyond the last. */
  at: fc.nat(8),
  added: fc.array(
    fc.constantFrom(
      '# mine',
      '; mine',
      '',
      '  # indented',
      'output = json',
      's3 =\n  addressing_style = path',
      'x',
    ),
    { maxLength: 2 },
  ),
  position: fc.nat(9),
})
const plain = fc.constantFrom(ours, without('region')).map((content) => toLines(content, () => 'K = V'))
const edited = layout.map(({ content, isReversed, isUpperCase, form, at, added, position }) => {
  const inOrder = isReversed ? content.toReversed() : content
  const cased = inOrder.map(([key, value]): Line => [isUpperCase ? key.toUpperCase() : key, value])
  const lines = toLines(cased, (index) => (at >= ours.length || at === index ? form : 'K = V'))
  return lines.toSpliced(position % (lines.length + 1), 0, ...added)
})

const name = fc.constantFrom('dev-mfa', 'dev-mfa', 'dev-mfa', 'prod-mfa', 'default-mfa')
const header = fc.constantFrom(
  '[N]',
  '[N]',
  '[N]',
  '[N]',
  '[N]',
  '[N]',
  '[N]  # since monday',
  '  [N]',
  '[N]# c',
)

/** A header and the lines below it. */
export const sessionSection: fc.Arbitrary<[string, string[]]> = fc
  .tuple(header, name, fc.oneof(plain, edited))
  .map(([form, text, lines]) => [form.replace('N', text), lines])

function toLines(content: readonly Line[], formOf: (index: number) => string): string[] {
  return content.map(([key, value], index) => fill(formOf(index), key, value))
}

/** The form with its K and V replaced. */
export function fill(form: string, key: string, value: string): string {
  return form.replace(/[KV]/g, (letter) => (letter === 'K' ? key : value))
}
