// Did you mean ...?

/** The name within two edits, the closest first; undefined where none is that near. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  const wanted = name.slice(0, 64).toLowerCase()
  let best: { name: string; distance: number } | undefined
  for (const candidate of names.slice(0, 10_000)) {
    if (Math.abs(candidate.length - wanted.length) > 2) continue
    const distance = editDistance(wanted, candidate.toLowerCase())
    if (distance <= 2 && distance < wanted.length && (best === undefined || distance < best.distance)) {
      best = { name: candidate, distance }
    }
  }
  return best?.name
}

function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let i = 1; i <= left.length; i++) {
    const next = [i]
    for (let j = 1; j <= right.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1)
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[right.length] ?? 0
}
