/** Whether work in this process lets others have their turn: a promise of it in, how often they had one meanwhile out. */
export async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let isDone = false;
  const turn = () => {
    turns += 1;
    if (!isDone) setImmediate(turn);
  };
  setImmediate(turn);
  await work.finally(() => (isDone = true));
  return turns;
}
