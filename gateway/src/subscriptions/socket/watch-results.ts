/** The same results, and a word once when they end, however they do: `isLeft` when their reader has left. */
export function watchResults<T>(
  results: AsyncGenerator<T, void>,
  onOver: (isLeft: boolean) => void,
): AsyncGenerator<T, void> {
  let isOver = false;
  const over = (isLeft: boolean) => {
    if (isOver) return;
    isOver = true;
    onOver(isLeft);
  };
  return {
    async next() {
      try {
        const next = await results.next();
        if (next.done) over(false);
        return next;
      } catch (error) {
        over(false);
        throw error;
      }
    },
    return() {
      over(true);
      return results.return();
    },
    throw(error) {
      over(true);
      return results.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      over(true);
      await results.return();
    },
  };
}

/** Stands for results that there are not yet: who leaves it leaves what runs. */
export async function* noResults(): AsyncGenerator<never, void> {}
