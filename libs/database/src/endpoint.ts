/** What an endpoint is to its callers: its row without secrets, what a new one comes with, and what can be asked of it. */
import type { EndpointModel } from './generated/models.js';
import type { Operation, OperationInput } from './operation.js';

export type Endpoint = Readonly<Omit<EndpointModel, 'superuserPasswordSealed'>>;

export interface NewEndpoint {
  readonly id: string;
  readonly projectId: string;
  readonly branchId: string;
  readonly type: Endpoint['type'];
  readonly host: string;
  readonly port: number;
  /** A local endpoint keeps `port` for life; an attached one shares its own with whoever it likes. */
  readonly isLocal: boolean;
  readonly superuserPassword?: string;
  readonly suspendTimeoutSeconds: number;
  readonly currentState: Endpoint['currentState'];
  readonly pendingState?: Endpoint['currentState'];
  /** Only keeps the branch's data until somebody asks for an endpoint. */
  readonly hidden?: boolean;
  readonly settings?: object;
}

export interface EndpointSettings {
  readonly name?: string;
  readonly settings?: object;
  readonly disabled?: boolean;
  readonly suspendTimeoutSeconds?: number;
}

export interface EndpointRequest {
  /** In this order, one after the other. */
  readonly actions: readonly ('start_compute' | 'suspend_compute')[];
  readonly pendingState: Endpoint['currentState'];
  readonly change?: EndpointSettings;
  readonly input?: OperationInput;
}

export interface RequestedEndpoint {
  readonly endpoint: Endpoint;
  readonly operations: readonly Operation[];
}
