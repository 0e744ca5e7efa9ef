// Two edits of the same few lines put together: what each side added or took away, relative to what both had read.

/** Comparing two stretches of 3,000 lines each costs some milliseconds; longer ones are a conflict. */
const mostPairs = 3000 ** 2

/**
 * The lines of `base` with the changes of both sides; where both added something in one place, `ours` comes first, and what
 * both added comes once. Undefined when both changed the same line, each in its own way, or when there is too much to
 * compare; never where both only added lines.
 *
 *   base      theirs    ours      merged
 *   a b       a b X     a b Y     a b Y X
 *   a b       a N b X   a N b Y   a N b Y X
 *   a b c     a X c     a c       undefined: b was changed by one and removed by the other
 */
export function mergeLines(
  base: readonly string[],
  theirs: readonly string[],
  ours: readonly string[],
): string[] | undefined {
  const [one, other] = [hunksOf(base, ours), hunksOf(base, theirs)]
  if (one === undefined || other === undefined) return undefined
  const merged: string[] = []
  for (let index = 0; index <= base.length; index++) {
    const [mine, its] = [one.starting.get(index), other.starting.get(index)]
    if (isInside(mine, other) || isInside(its, one)) return undefined
    merged.push(...withBothAdditions(mine?.lines ?? [], its?.lines ?? []))
    const [isGone, isGoneToo] = [one.removing.get(index), other.removing.get(index)]
    if (isGone && isGoneToo && !isSame(isGone, isGoneToo)) return undefined
    const line = base[index]
    if (line !== undefined && !isGone && !isGoneToo) merged.push(line)
  }
  return merged
}

/** Both runs of lines, each in its order; what they have in common comes once. */
function withBothAdditions(ours: readonly string[], theirs: readonly string[]): string[] {
  const common = commonLines(ours, theirs) ?? []
  const lines: string[] = []
  let [mine, its] = [0, 0]
  for (const [nextOfMine, nextOfIts] of [...common, [ours.length, theirs.length] as const]) {
    lines.push(
      ...ours.slice(mine, nextOfMine),
      ...theirs.slice(its, nextOfIts),
      ...ours.slice(nextOfMine, nextOfMine + 1),
    )
    mine = nextOfMine + 1
    its = nextOfIts + 1
  }
  return lines
}

/** The lines of `base` from `start` to before `end` became `lines`. */
type Hunk = { start: number; end: number; lines: string[] }
/** `removing`: by the index of each line that it removes. */
type Hunks = { starting: Map<number, Hunk>; removing: Map<number, Hunk> }

/** Does one side add something in the middle of what the other removes? There it would belong to other lines. */
function isInside(added: Hunk | undefined, others: Hunks): boolean {
  if (added === undefined || added.end > added.start) return false
  const around = others.removing.get(added.start)
  return around !== undefined && around.start < added.start
}

function isSame(one: Hunk | undefined, other: Hunk | undefined): boolean {
  if (one === undefined || other === undefined) return one === other
  const areLinesSame =
    one.lines.length === other.lines.length && one.lines.every((line, at) => line === other.lines[at])
  return one.start === other.start && one.end === other.end && areLinesSame
}

function hunksOf(base: readonly string[], changed: readonly string[]): Hunks | undefined {
  const common = commonLines(base, changed)
  if (common === undefined) return undefined
  const hunks: Hunks = { starting: new Map(), removing: new Map() }
  let [start, from] = [0, 0]
  for (const [end, next] of [...common, [base.length, changed.length] as const]) {
    const hunk = { start, end, lines: changed.slice(from, next) }
    if (end > start || next > from) hunks.starting.set(start, hunk)
    for (let index = start; index < end; index++) hunks.removing.set(index, hunk)
    start = end + 1
    from = next + 1
  }
  return hunks
}

/**
 * Pairs of equal lines, in order, as many as there can be: the longest common subsequence. Undefined where that would cost
 * too much. Equal lines at the beginning and the end cost next to nothing.
 */
function commonLines(one: readonly string[], other: readonly string[]): [number, number][] | undefined {
  let start = 0
  while (start < one.length && start < other.length && one[start] === other[start]) start++
  let end = 0
  const mostEnd = Math.min(one.length, other.length) - start
  while (end < mostEnd && one[one.length - 1 - end] === other[other.length - 1 - end]) end++
  const [rows, columns] = [one.length - start - end, other.length - start - end]
  if (rows * columns > mostPairs) return allLines(one, other)
  const lengths = new Uint16Array((rows + 1) * (columns + 1))
  const lengthAt = (row: number, column: number) => lengths[row * (columns + 1) + column] ?? 0
  for (let row = rows - 1; row >= 0; row--) {
    for (let column = columns - 1; column >= 0; column--) {
      const isEqual = one[start + row] === other[start + column]
      lengths[row * (columns + 1) + column] = isEqual
        ? lengthAt(row + 1, column + 1) + 1
        : Math.max(lengthAt(row + 1, column), lengthAt(row, column + 1))
    }
  }
  const pairs = Array.from({ length: start }, (_, index): [number, number] => [index, index])
  for (let row = 0, column = 0; row < rows && column < columns; ) {
    if (one[start + row] === other[start + column]) pairs.push([start + row++, start + column++])
    else if (lengthAt(row + 1, column) >= lengthAt(row, column + 1)) row++
    else column++
  }
  for (let index = end; index > 0; index--) pairs.push([one.length - index, other.length - index])
  return pairs
}

/** Pairs each line with the first equal one after the pair before it; undefined where one has none. */
function allLines(lines: readonly string[], others: readonly string[]): [number, number][] | undefined {
  const pairs: [number, number][] = []
  let next = 0
  for (const [index, line] of lines.entries()) {
    const found = others.indexOf(line, next)
    if (found === -1) return undefined
    pairs.push([index, found])
    next = found + 1
  }
  return pairs
}
