/** Picks the port that a local compute keeps for life. */
import { Injectable } from '@nestjs/common';
import { isPortFree } from '@perch/compute';
import { EndpointRepository } from '@perch/database';
import { failure } from '../error/control-plane-error.js';

/** First and last port that may be given. A class, so that Nest hands it over by its type. */
export class ComputePortRange {
  constructor(
    readonly first: number,
    readonly last: number,
  ) {}
}

@Injectable()
export class LocalPorts {
  constructor(
    private readonly range: ComputePortRange,
    private readonly endpoints: EndpointRepository,
  ) {}

  /**
   * The lowest port that no endpoint holds and nobody listens on now. Two callers may get the same one: the database
   * refuses the second, who asks again.
   *
   * @throws project.no-port
   */
  async next(): Promise<number> {
    const taken = new Set(await this.endpoints.localPorts());
    for (let port = this.range.first; port <= this.range.last; port += 1) {
      if (!taken.has(port) && (await isPortFree(port))) return port;
    }
    throw failure('project.no-port', this.range.first, this.range.last);
  }
}
