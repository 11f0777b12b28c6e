/** The environment does not fit: every problem in one message. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'config.invalid';

  constructor(readonly problems: readonly string[]) {
    super(['The environment has values that do not fit:', ...problems.map((text) => `  - ${text}`)].join('\n'));
  }
}
