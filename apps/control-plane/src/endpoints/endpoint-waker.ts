/** Wakes computes: whoever asks for the same one at the same time waits for the same start. */
import { Injectable } from '@nestjs/common';
import { EndpointRepository, type Endpoint } from '@perch/database';
import { failure, present } from '../error/control-plane-error.js';
import { OperationRunner } from '../operations/operation-runner.js';

/** Milliseconds that the caller is kept waiting; a start takes a fraction of a second unless the machine is busy. */
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
   * For the fleet: resolves when the compute answers. One that its row calls active is started too: its process may have
   * been killed.
   *
   * @throws endpoint.not-found unless it is a local one, endpoint.disabled, endpoint.not-woken
   */
  async wake(id: string): Promise<void> {
    return this.join(id, async () => {
      const endpoint: Endpoint | undefined = await this.endpoints.findEvenDeleted(id);
      const isOurs = endpoint !== undefined && endpoint.localPort !== null && !endpoint.hidden;
      const local = present(isOurs ? endpoint : undefined, 'endpoint.not-found', id);
      if (!hasJustStarted(local)) await this.start(local);
    });
  }

  /**
   * For whoever reads a branch's database, also through an endpoint that only keeps its data. It sleeps again when idle.
   *
   * @throws endpoint.disabled, endpoint.not-woken
   */
  async wakeToRead(endpoint: Endpoint): Promise<void> {
    if (endpoint.localPort === null || endpoint.currentState === 'active') return;
    return this.join(endpoint.id, () => this.start(endpoint));
  }

  private join(id: string, start: () => Promise<void>): Promise<void> {
    const known = this.flights.get(id);
    if (known !== undefined) return known;
    const flight = start().finally(() => this.flights.delete(id));
    this.flights.set(id, flight);
    return flight;
  }

  private async start(endpoint: Endpoint): Promise<void> {
    if (endpoint.disabled) throw failure('endpoint.disabled', endpoint.id);
    const operation = await this.endpoints.wake(endpoint);
    await this.operations.dispatch([operation]);
    const [settled] = await this.operations.settle([operation], WAKE_WAIT_MS);
    if (settled?.status !== 'finished') throw failure('endpoint.not-woken', endpoint.id);
  }
}

function hasJustStarted({ currentState, pendingState, startedAt }: Endpoint): boolean {
  if (currentState !== 'active' || pendingState !== null || startedAt === null) return false;
  return Date.now() - startedAt.getTime() < JUST_STARTED_MS;
}
