/** Work that goes on in several lanes, which all end before its error is told. */

/**
 * Shares items among lanes, each of which takes the next one when it is ready. After an error no lane gets another item.
 * @param work of a lane: goes through the items that it gets
 */
export async function inLanes<Item>(
  items: Iterable<Item>,
  lanes: number,
  work: (items: Iterable<Item>) => Promise<void>,
): Promise<void> {
  const waiting = items[Symbol.iterator]();
  let hasFailed = false;
  function* untilFailure(): Generator<Item> {
    while (!hasFailed) {
      const next = waiting.next();
      if (next.done) return;
      yield next.value;
    }
  }
  const lane = async () => {
    try {
      await work(untilFailure());
    } catch (error) {
      hasFailed = true;
      throw error;
    }
  };
  await allEnded(Array.from({ length: lanes }, lane));
}

/** Waits for all: when one fails, nothing goes on behind its error. */
export async function allEnded(works: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(works);
  await Promise.all(works);
}
