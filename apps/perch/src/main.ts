/**
 * The `perch` command: reads the command line, hands over to one subcommand, and turns what goes wrong into one message
 * and an exit status. Planes are loaded on demand, so that a proxy process never loads what only the control plane needs.
 */
import { Command, Option } from 'commander';
import { acceptRestoreCommand } from './commands/accept-restore.command.js';
import { demoCommand } from './commands/demo.command.js';
import { controlPlaneCommand, dataPlaneCommand, workerCommand } from './commands/plane.commands.js';
import { statusCommand, type StatusOptions } from './commands/status.command.js';
import { upCommand } from './commands/up.command.js';
import { assertNothingLeft } from './command-line.js';
import { UsageError } from './usage-error.js';

const ENVIRONMENT_HELP = `
Environment (all of it: docs/configuration.md):
  PERCH_HOME        where all state lives (default .perch)
  PERCH_PORT_BASE   moves every port (default 4000: control plane 4000, data plane 4100, admin ports 4090, 4091, 4190)
`;

function program(): Command {
  const perch = new Command('perch')
    .description('A ready REST API for every Postgres branch')
    .addHelpText('after', ENVIRONMENT_HELP)
    // Unknown options are collected, so that one message can name every problem.
    .allowUnknownOption()
    .allowExcessArguments();
  const subcommand = (name: string, description: string) =>
    perch.command(name).description(description).allowUnknownOption().allowExcessArguments();

  subcommand('up', 'run everything on this machine, with embedded PostgreSQL').action((_options, command: Command) => {
    assertNothingLeft(command);
    return upCommand();
  });
  subcommand('control-plane', 'run the management API').action((_options, command: Command) =>
    controlPlaneCommand(command),
  );
  subcommand('worker', 'run the processor of queued operations').action((_options, command: Command) =>
    workerCommand(command),
  );
  subcommand('data-plane', 'run one proxy process of the fleet')
    .option(
      '--tenants <file>',
      'serve the tenants of this JSON file, without a control plane; read again when it changes',
    )
    .option('--port <number>', 'port to listen on (default: PERCH_PORT_BASE + 100)')
    .option('--workers <number>', "processes that share the port; 'auto' is one per core (default: 1)")
    .addOption(new Option('--worker-slot <number>', 'which of the workers this is').hideHelp())
    .action((_options, command: Command) => dataPlaneCommand(command));
  subcommand(
    'accept-restore',
    'after a restore of the metadata database: what it holds counts, also where proxies know newer',
  )
    .addHelpText('after', '\nEnvironment: DATABASE_URL, the metadata database. The planes may run.')
    .action((_options, command: Command) => {
      assertNothingLeft(command);
      return acceptRestoreCommand();
    });
  subcommand('demo', 'seed the demo project again').action((_options, command: Command) => {
    assertNothingLeft(command);
    return demoCommand();
  });
  subcommand('status', 'tell how the processes of this Perch are (exit status 1 unless all are ready)')
    .option('--json', 'as JSON')
    .option('--admin <host:port...>', 'admin ports to ask, instead of those of this machine')
    .action(async (options: StatusOptions, command: Command) => {
      assertNothingLeft(command);
      process.exitCode = await statusCommand(options);
    });
  perch.action((_options, command: Command) => {
    if (command.args.length > 0) throw new UsageError(`perch has no '${command.args[0]}'. See perch --help.`);
    perch.outputHelp();
  });
  return perch;
}

try {
  await program().parseAsync();
  process.exit();
} catch (error) {
  process.stderr.write(`${describe(error)}\n`);
  process.exit(error instanceof UsageError ? error.exitCode : 1);
}

/** Errors with a code are written for people; anything else is a bug and shows where it happened. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isForPeople = 'code' in error && typeof error.code === 'string' && error.message !== '';
  return isForPeople ? error.message : (error.stack ?? error.message);
}
