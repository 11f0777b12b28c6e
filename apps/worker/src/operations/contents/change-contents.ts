/** Operations that make, change or drop one role or database of a branch. The rows follow what the server did. */
import { randomBytes } from 'node:crypto';
import type { ContentChange } from '@perch/database';
import { OperationRefused } from '../failure.js';
import { findCompute } from '../find-compute.js';
import type { HandlerContext } from '../operation-handler.js';
import {
  alterDatabase,
  assertNameFree,
  createDatabase,
  createRole,
  dropDatabase,
  dropRole,
  setPassword,
  type ServerAccess,
} from './server-contents.js';

const PASSWORD_BYTES = 24;

export async function changeContents(context: HandlerContext, change: ContentChange): Promise<void> {
  const { steps, database } = context;
  const { access, branchId } = await openServer(context);
  switch (change.kind) {
    case 'create-database':
      await nameFree(context, access, 'database', change.name);
      return steps.run(change.kind, () => createDatabase(access, change.name, change.owner_name));
    case 'alter-database': {
      const wanted = { newName: change.new_name, owner: change.owner_name };
      await steps.run(change.kind, () => alterDatabase(access, change.name, wanted));
      const row = { name: change.new_name, ownerName: change.owner_name };
      return steps.run('record-state', () => database.contents.recordDatabase(branchId, change.name, row));
    }
    case 'drop-database':
      await steps.run(change.kind, () => dropDatabase(access, change.name));
      return steps.run('record-state', () => database.contents.forgetDatabase(branchId, change.name));
    case 'create-role': {
      await nameFree(context, access, 'role', change.name);
      const password = await database.roles.password(branchId, change.name);
      const row = await database.roles.find(branchId, change.name);
      if (row === undefined) throw new OperationRefused(`The role '${change.name}' is gone`);
      return steps.run(change.kind, () => createRole(access, { ...row, password }));
    }
    case 'reset-password': {
      const password = randomBytes(PASSWORD_BYTES).toString('base64url');
      await steps.run(change.kind, () => setPassword(access, change.name, password));
      return steps.run('record-state', () => database.contents.recordPassword(branchId, change.name, password));
    }
    case 'drop-role': {
      const successorOf = await successors(context, branchId, change.name);
      await steps.run(change.kind, () => dropRole(access, change.name, successorOf));
      return steps.run('record-state', () => database.contents.forgetRole(branchId, change.name));
    }
    default:
      return change satisfies never;
  }
}

/** What could not be made must not stay in the rows. */
export async function giveUpChange({ operation, database }: HandlerContext, change: ContentChange): Promise<void> {
  const { branchId } = operation;
  if (branchId === null) return;
  if (change.kind === 'create-database') await database.contents.forgetDatabase(branchId, change.name);
  if (change.kind === 'create-role') await database.contents.forgetRole(branchId, change.name);
}

/** Looked at once: after a crash the name may be taken by this very operation. */
async function nameFree(
  { steps }: HandlerContext,
  access: ServerAccess,
  what: 'role' | 'database',
  name: string,
): Promise<void> {
  if (!steps.isFinished('check-name')) await steps.run('check-name', () => assertNameFree(access, what, name));
}

async function openServer({ operation, database, computes, steps }: HandlerContext) {
  const { branchId } = operation;
  const found = branchId === null ? undefined : await findCompute(database, branchId, operation.endpointId);
  if (found === undefined || branchId === null) throw new OperationRefused('The branch or its endpoint is gone');
  const { compute } = found;
  const adapter = computes.open(compute);
  await steps.run('start-compute', () => adapter.start());
  const access: ServerAccess = {
    kind: compute.kind,
    urlOf(name) {
      if (compute.kind === 'attached') return name === undefined ? compute.connectionUrl : adapter.ownerUrl(name);
      return adapter.superuserUrl(name ?? 'postgres') ?? adapter.ownerUrl(name ?? 'postgres');
    },
  };
  return { access, branchId };
}

/** The owner by the rows, who is a user's own role, or else the branch's first other role. */
async function successors({ database }: HandlerContext, branchId: string, leaving: string) {
  const databases = await database.databases.listOfBranch(branchId);
  const heir = (await database.roles.listOfBranch(branchId)).find(({ name }) => name !== leaving);
  if (heir === undefined) throw new OperationRefused(`'${leaving}' is the last role of the branch`);
  return (name: string) => {
    const owner = databases.find((one) => one.name === name)?.ownerName;
    return owner === undefined || owner === leaving ? heir.name : owner;
  };
}
