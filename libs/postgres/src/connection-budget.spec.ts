import { ConnectionBudget, type BudgetedPool } from './connection-budget.js';

/** A pool that waits for its first connection, or does not any more. */
class Pool implements BudgetedPool {
  has = 0;
  wants = true;
  constructor(private readonly budget: ConnectionBudget) {}
  grow() {
    if (this.wants && this.budget.tryTake(this, true)) {
      this.has += 1;
      this.wants = false;
    }
  }
}

describe('the budget of connections', () => {
  it('passes a place on from who does not need it any more to who does', () => {
    const budget = new ConnectionBudget(1, () => undefined);
    const [holder, served, waiting, last] = Array.from({ length: 4 }, () => new Pool(budget));
    for (const pool of [holder, served, waiting, last]) pool?.grow();
    if (served !== undefined) served.wants = false;
    budget.give();
    expect([holder, served, waiting, last].map((pool) => pool?.has)).toEqual([1, 0, 1, 0]);
    expect([budget.size, budget.contended]).toEqual([1, true]);
    budget.give();
    expect(last?.has).toBe(1);
    expect([budget.size, budget.contended]).toEqual([1, false]);
  });
});
