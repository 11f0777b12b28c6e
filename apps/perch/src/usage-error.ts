/** What the person at the terminal has to change: shown as it is, without a stack, and the process ends with status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'cli.usage';

  constructor(
    headline: string,
    readonly problems: readonly string[] = [],
    readonly exitCode = 2,
  ) {
    super([headline, ...problems.map((problem) => `  - ${problem}`)].join('\n'));
  }
}
