/** Wakes computes for the fleet: whoever asks for the same one at the same time waits for the same start. */
import { Injectable } from '@nestjs/common';
import { EndpointRepository, type Endpoint } from '@perch/database';
import { failure, present } from '../error/control-plane-error.js';
import { OperationRunner } from '../operations/operation-runner.js';

/** Milliseconds that the fleet is kept waiting; a start takes a fraction of a second unless the machine is busy. */
const WAKE_WAIT_MS = 8_000;
/** Milliseconds in which a start is still news to somebody who asked for it before. */
const JUST_STARTED_MS = 2_000;

@Injectable()
export class EndpointWaker {
  private readonly flights = new Map<string, Promise<void>>();

  constructor(
    private readonly endpoints: EndpointRepository,
    private readonly operations: OperationRunner,
  ) {}

  /**
   * Resolves when the compute answers. One that its row calls active is started too: its process may have been killed.
   *
   * @throws endpoint.not-found unless it is a local one, endpoint.disabled, endpoint.not-woken
   */
  async wake(id: string): Promise<void> {
    const known = this.flights.get(id);
    if (known !== undefined) return known;
    const flight = this.start(id).finally(() => this.flights.delete(id));
    this.flights.set(id, flight);
    return flight;
  }

  private async start(id: string): Promise<void> {
    const endpoint: Endpoint | undefined = await this.endpoints.findEvenDeleted(id);
    const isOurs = endpoint !== undefined && endpoint.localPort !== null && !endpoint.hidden;
    const local = present(isOurs ? endpoint : undefined, 'endpoint.not-found', id);
    if (local.disabled) throw failure('endpoint.disabled', id);
    if (hasJustStarted(local)) return;
    const operation = await this.endpoints.wake(local);
    await this.operations.dispatch([operation]);
    const [settled] = await this.operations.settle([operation], WAKE_WAIT_MS);
    if (settled?.status !== 'finished') throw failure('endpoint.not-woken', id);
  }
}

function hasJustStarted({ currentState, pendingState, startedAt }: Endpoint): boolean {
  if (currentState !== 'active' || pendingState !== null || startedAt === null) return false;
  return Date.now() - startedAt.getTime() < JUST_STARTED_MS;
}
