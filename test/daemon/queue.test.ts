import { expect, it } from 'vitest'
import { createQueue } from '../../src/daemon/queue.ts'

it('jobs run one after another, and one that fails holds up no other', async () => {
  const queue = createQueue()
  const order: string[] = []
  const job = (name: string, isFailing = false) =>
    queue.add(async () => {
      order.push(`${name} begins`)
      await new Promise((resolve) => setImmediate(resolve))
      order.push(`${name} ends`)
      if (isFailing) throw new Error(name)
      return name
    })
  const first = job('first', true)
  const second = job('second')
  expect(queue.isIdle()).toBe(false)
  await expect(first).rejects.toThrow('first')
  expect(await second).toBe('second')
  await queue.idle()
  expect(queue.isIdle()).toBe(true)
  expect(order).toEqual(['first begins', 'first ends', 'second begins', 'second ends'])
})
