// How many processes are started meanwhile: Node announces each.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'

export async function processesStartedBy(act: () => Promise<unknown>): Promise<number> {
  let count = 0
  const note = () => {
    count += 1
  }
  subscribe('child_process', note)
  try {
    await act()
  } finally {
    unsubscribe('child_process', note)
  }
  return count
}
