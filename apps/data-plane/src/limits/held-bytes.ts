/**
 * What the requests of a data API hold in this process at the same time: bodies on their way in and being worked on, and
 * answers that their clients do not read. Keys and bytes in, a refusal out where one data API would take the memory of all:
 * a body has `max_body_bytes`, but a thousand of them have a thousand times as much.
 */
import { totalmem } from 'node:os';
import { edgeError } from '../edge-catalogue.js';
import type { Share } from '../workers/share.js';

export interface HeldLimits {
  /** Bytes of all data APIs; above it those that hold little go on. */
  readonly total: number;
  /** Bytes of one. */
  readonly perTenant: number;
}

interface UnreadAnswer {
  readonly bytes: number;
  /** Milliseconds of the clock given. */
  readonly since: number;
  /** Ends its connection. */
  readonly drop: () => void;
}

interface Held {
  bytes: number;
  /** The oldest first. */
  readonly unread: Set<UnreadAnswer>;
}

const nothing = { bytes: 0 };
const MEBIBYTE = 1024 * 1024;
const tenantsToFill = 4;
/** Of all: a data API that holds less is not refused because of others. */
const littlePart = 1 / 64;
/** Milliseconds that an answer may be unread, whatever else there is. */
const patienceMs = 30_000;

/** An eighth of the memory, since a body or an answer exists in several forms for a while. */
export function heldLimits(share: Share, memoryBytes = memoryOfProcess()): HeldLimits {
  const total = share(Math.min(1024 * MEBIBYTE, Math.max(256 * MEBIBYTE, memoryBytes / 8)));
  return { total, perTenant: Math.floor(total / tenantsToFill) };
}

export class HeldBytes {
  readonly #tenants = new Map<string, Held>();
  #total = 0;

  /** @param now milliseconds of a clock that never goes back. */
  constructor(
    readonly limits: HeldLimits,
    private readonly now: () => number,
  ) {}

  /**
   * A request begins. Where its data API holds too much, answers that nobody reads are given up first.
   * @throws EngineError PERCH007
   */
  admit(key: string): void {
    const held = this.#tenants.get(key);
    if (held === undefined || !this.#isTooMuch(held, 0)) return;
    this.#giveUp(key, held, 0, this.now() - patienceMs);
    if (this.#isTooMuch(held, 0)) throw edgeError('PERCH007');
  }

  /** @throws EngineError PERCH007, and nothing is taken; else `give` has to follow */
  take(key: string, bytes: number): void {
    if (this.#isTooMuch(this.#tenants.get(key) ?? nothing, bytes)) throw edgeError('PERCH007');
    this.#add(key, this.#of(key), bytes);
  }

  give(key: string, bytes: number): void {
    const held = this.#tenants.get(key);
    if (held !== undefined) this.#add(key, held, -bytes);
  }

  /**
   * An answer that is made already, so it is not refused. Those of requests that were let in together may come to twice
   * the limit; beyond that the oldest are given up however young they are.
   * @param drop ends the connection it is written to.
   * @returns to be called when it is read, or will never be; more than once does no harm.
   */
  unread(key: string, bytes: number, drop: () => void): () => void {
    const held = this.#of(key);
    const answer = { bytes, since: this.now(), drop };
    held.unread.add(answer);
    this.#add(key, held, bytes);
    this.#giveUp(key, held, -Math.min(held.bytes, this.limits.perTenant), Infinity);
    return () => this.#forget(key, held, answer);
  }

  /** All but the youngest, which may be larger than any limit. @param since gives up what is at least as old. */
  #giveUp(key: string, held: Held, more: number, since: number): void {
    for (const answer of held.unread) {
      const isLast = held.unread.size === 1;
      if (isLast || answer.since > since || !this.#isTooMuch(held, more)) return;
      this.#forget(key, held, answer);
      answer.drop();
    }
  }

  #isTooMuch({ bytes }: Pick<Held, 'bytes'>, more: number): boolean {
    const { total, perTenant } = this.limits;
    return bytes + more > perTenant || (this.#total + more > total && bytes + more > total * littlePart);
  }

  #of(key: string): Held {
    let held = this.#tenants.get(key);
    if (held === undefined) {
      held = { bytes: 0, unread: new Set() };
      this.#tenants.set(key, held);
    }
    return held;
  }

  #forget(key: string, held: Held, answer: UnreadAnswer): void {
    if (held.unread.delete(answer)) this.#add(key, held, -answer.bytes);
  }

  #add(key: string, held: Held, bytes: number): void {
    held.bytes += bytes;
    this.#total += bytes;
    if (held.bytes === 0 && held.unread.size === 0) this.#tenants.delete(key);
  }
}

/** What the system lets this process have: of a container its limit. */
function memoryOfProcess(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
