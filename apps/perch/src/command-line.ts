/** What the command line parser left over: options and words that a subcommand does not know. */
import type { Command } from 'commander';
import { UsageError } from './usage-error.js';

/** One problem per option or word that `command` does not take. */
export function leftovers(command: Command): string[] {
  return command.args.map((word) => (word.startsWith('-') ? `unknown option '${word}'` : `unexpected word '${word}'`));
}

/** @throws UsageError naming everything that `command` does not take. */
export function assertNothingLeft(command: Command): void {
  const problems = leftovers(command);
  if (problems.length > 0) throw usageOf(command, problems);
}

export function usageOf(command: Command, problems: readonly string[]): UsageError {
  return new UsageError(`perch ${command.name()} cannot start (see perch ${command.name()} --help):`, problems);
}
