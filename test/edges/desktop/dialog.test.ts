// The words that programs of the desktop get, by what stands between them and the eye.
import { describe, expect, it } from 'vitest'
import { buttonArguments } from '../../../src/edges/desktop/buttons.ts'
import { parseCapabilities } from '../../../src/edges/desktop/capabilities.ts'
import { dialogArguments } from '../../../src/edges/desktop/dialog.ts'
import {
  alerterArguments,
  canReply,
  macDialogArguments,
  macNotificationArguments,
  readAlerter,
  readMacDialog,
  readMacReply,
  readTerminalNotifier,
  terminalNotifierArguments,
} from '../../../src/edges/desktop/mac-words.ts'
import { wrap } from '../../../src/edges/desktop/markup.ts'

describe('the words of a dialog', () => {
  it.each([
    ['a command substitution', '$(touch x) `y`', '$(touch x) `y`', '$(touch x) `y`'],
    ['quotes', `'a' "b"`, `'a' "b"`, `'a' "b"`],
    ['underscores', '_a__b', '__a____b', '_a__b'],
    ['backslashes', 'a\\nb\\', 'a\\\\nb\\\\', 'a\\\\nb\\\\'],
    ['markup', '<b>x</b> &amp;', '<b>x</b> &amp;', '&lt;b&gt;x&lt;/b&gt; &amp;&amp;amp;'],
    ['an option', '--help', '--help', '--help'],
    ['percent signs', '%s %n', '%s %n', '%s %n'],
    ['control characters', 'a\x1b[31m\0b', 'a\\\\u{1b}[31m\\\\u{0}b', 'a\\\\u{1b}[31m\\\\u{0}b'],
    ['text from right to left', 'a\u202eb', 'a\\\\u{202e}b', 'a\\\\u{202e}b'],
    ['lines', 'a\nb', 'a\nb', 'a<br/>b'],
  ])('show %s as it is', (_, text, zenity, kdialog) => {
    expect(dialogArguments('zenity', text)).toEqual([
      '--entry',
      '--title=mfad',
      `--text=${zenity}`,
      '--ok-label=Log in',
    ])
    expect(dialogArguments('kdialog', text)).toEqual(['--title', 'mfad', '--inputbox', `<qt>${kdialog}</qt>`])
  })

  it('are broken into lines that a screen holds, and cut', () => {
    const [, , text = ''] = dialogArguments('zenity', `${'word '.repeat(40)}\n${'x'.repeat(10_000)}`)
    const lines = text.slice('--text='.length).split('\n')
    expect(lines.every((line) => line.length <= 72)).toBe(true)
    expect(lines.slice(0, 2)).toEqual(['word '.repeat(14).trimEnd(), 'word '.repeat(14).trimEnd()])
    expect(lines.length).toBeLessThan(12)
  })
})

describe('the words of a notification with buttons', () => {
  it.each([
    ['a command substitution', '$(touch x) `y`', '$(touch x) `y`'],
    ['markup', '<b>x</b> &amp;', '&lt;b&gt;x&lt;/b&gt; &amp;amp;'],
    ['backslashes', 'a\\nb', 'a\\\\nb'],
    ['an option', '--help', '--help'],
    ['control characters', 'a\x1b\0b\u202e', 'a\\\\u{1b}\\\\u{0}b\\\\u{202e}'],
    ['lines', 'a\nb', 'a\nb'],
  ])('show %s as it is', (_, text, body) => {
    const words = buttonArguments({ title: text, body: text, isUrgent: false }, [], true)
    expect(words.slice(4)).toEqual([
      '--',
      [...text].map((c) => (c < ' ' || c === '\u202e' ? `\\u{${c.charCodeAt(0).toString(16)}}` : c)).join(''),
      body,
    ])
  })

  it('escape no markup where the service reads none', () => {
    expect(buttonArguments({ title: '', body: '<b>&', isUrgent: false }, [], false).at(-1)).toBe('<b>&')
  })

  it('are cut, at 300 characters a line and ten lines', () => {
    const text = `${'x'.repeat(1000)}\n`.repeat(100)
    const [title = '', body = ''] = buttonArguments(
      { title: text, body: text, isUrgent: false },
      [],
      true,
    ).slice(-2)
    expect([title.length, body.split('\n').length, body.split('\n')[0]?.length]).toEqual([300, 10, 300])
  })
})

describe('lines', () => {
  it.each([
    ['', ''],
    ['a b c', 'a b c'],
    ['aaaa bbbb cc', 'aaaa bbbb\ncc'],
    ['aaaaaaaaaaaa', 'aaaaaaaaaa\naa'],
    ['日本語日本語', '日本語日本\n語'],
    ['a\n\nb', 'a\n\nb'],
  ])('of at most ten columns: %j', (text, wrapped) => {
    expect(wrap(text, 10)).toBe(wrapped)
  })
})

describe('what a notification service can do', () => {
  it.each([
    ['busctl', 'as 2 "actions" "body-markup"\n'],
    ['gdbus', "(['actions', 'body-markup'],)\n"],
    [
      'dbus-send',
      'method return time=1 sender=:1.2\n   array [\n      string "actions"\n      string "body-markup"\n   ]\n',
    ],
  ])('is read from %s', (_, text) => {
    expect(parseCapabilities(text)).toEqual(['actions', 'body-markup'])
  })
})

describe('on macOS', () => {
  it('text is an argument of the script, never part of it', () => {
    const hostile = 'mfad: "\\" & (do shell script "x") $(y)\n--z\x1b'
    const script = (words: string[]) => words.filter((_, index) => words[index - 1] === '-e').join('\n')
    for (const words of [macDialogArguments(hostile), macNotificationArguments('mfad: t', hostile)]) {
      expect(script(words)).not.toContain('shell script')
      expect(words.at(-1)).toBe('mfad: "\\" & (do shell script "x") $(y)\n--z ')
    }
    expect(macDialogArguments('mfad: x').filter((word) => word !== '-e')).toEqual([
      'on run argv',
      'set answer to display dialog (item 1 of argv) with title "mfad" default answer "" buttons {"Cancel", "Snooze", "Log In"} default button "Log In" cancel button "Cancel"',
      'return (button returned of answer) & linefeed & (text returned of answer)',
      'end run',
      'mfad: x',
    ])
  })

  it.each([
    ['Log In\n123456\n', { kind: 'code', typed: '123456' }],
    ['Snooze\n\n', { kind: 'snooze' }],
    ['', { kind: 'dismissed' }],
  ])('a dialog that prints %j', (stdout, answer) => {
    expect(readMacDialog(stdout)).toEqual(answer)
  })

  it.each([
    [
      { activationType: 'replied', activationValue: '123456' },
      { kind: 'code', typed: '123456' },
    ],
    [{ activationType: 'replied', activationValue: ' Snooze' }, { kind: 'snooze' }],
    [{ activationType: 'closed' }, { kind: 'dismissed' }],
    [{ activationType: 'timeout' }, { kind: 'dismissed' }],
    [undefined, { kind: 'dismissed' }],
  ])('a reply %j', (metadata, answer) => {
    expect(readMacReply(metadata)).toEqual(answer)
  })

  const notification = { title: 'mfad: dev expires in 10m', body: '-[x\ty', isUrgent: false }

  it('alerter and terminal-notifier get the text as values, never as options or lists', () => {
    expect(alerterArguments(notification)).toEqual([
      '--title',
      'mfad: dev expires in 10m',
      '--message',
      ' -[x y',
      '--reply',
      'six digits, or: snooze',
      '--timeout',
      '3600',
      '--json',
    ])
    expect(terminalNotifierArguments(notification, 'mfad-1')).toEqual([
      '-title',
      'mfad: dev expires in 10m',
      '-message',
      ' -[x y',
      '-group',
      'mfad-1',
      '-reply',
      '-timeout',
      '3600',
    ])
  })

  it.each([
    ['terminal-notifier 3.1.0.', true],
    ['3.0.0', true],
    ['terminal-notifier 2.0.0.', false],
    ['terminal-notifier 1.7.2.', false],
    ['', false],
  ])('terminal-notifier that says %j has a field to type into: %s', (version, has) => {
    expect(canReply(version)).toBe(has)
  })

  it.each([
    ['123456\n', { kind: 'code', typed: '123456' }],
    ['snooze\n', { kind: 'snooze' }],
    ['@CLOSED\n', { kind: 'dismissed' }],
    ['@TIMEOUT\n', { kind: 'dismissed' }],
    ['', { kind: 'dismissed' }],
  ])('terminal-notifier that prints %j', (stdout, answer) => {
    expect(readTerminalNotifier(stdout)).toEqual(answer)
  })

  it.each([
    ['{"activationType":"replied","activationValue":"123456"}', { kind: 'code', typed: '123456' }],
    ['{"activationType":"closed"}', { kind: 'dismissed' }],
    ['no JSON', { kind: 'dismissed' }],
    ['null', { kind: 'dismissed' }],
  ])('alerter that prints %s', (stdout, answer) => {
    expect(readAlerter(stdout)).toEqual(answer)
  })
})
