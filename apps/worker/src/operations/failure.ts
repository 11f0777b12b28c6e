/** Tells a failure of an operation apart: may another try go through, and what is the user told. */
import { ComputeError, type ComputeErrorCode } from '@perch/compute';
import { CertificateRefusedError, DatabaseUrlError } from '@perch/postgres';
import { mayPass, ProvisioningError } from '@perch/provisioning';

export interface OperationFailure {
  /** For the user. */
  readonly message: string;
  readonly mayPass: boolean;
  /** A mistake of ours: the log gets the stack, the user no more than that. */
  readonly isBug: boolean;
}

/** Thrown where an operation cannot be done, now or later. */
export class OperationRefused extends Error {
  override readonly name = 'OperationRefused';
  readonly code = 'operation.refused';
}

const passing: readonly ComputeErrorCode[] = [
  'start-failed',
  'port-in-use',
  'directory-locked',
  'stop-failed',
  'unreachable',
];

export function classifyFailure(error: unknown): OperationFailure {
  if (error instanceof ProvisioningError) return { message: error.message, mayPass: error.mayPass, isBug: false };
  if (error instanceof ComputeError) {
    return { message: error.message, mayPass: passing.includes(error.code), isBug: false };
  }
  if (error instanceof CertificateRefusedError || error instanceof DatabaseUrlError) {
    return { message: error.message, mayPass: false, isBug: false };
  }
  if (error instanceof OperationRefused) return { message: error.message, mayPass: false, isBug: false };
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code !== undefined && /^[0-9A-Z]{5}$/.test(code)) {
    return { message: messageOf(error), mayPass: mayPass(code), isBug: false };
  }
  if (code !== undefined && /^E[A-Z]+$/.test(code)) return { message: messageOf(error), mayPass: true, isBug: false };
  return { message: 'Something went wrong in Perch itself; its log has the details', mayPass: true, isBug: true };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
