/** The management API as a Nest module: controllers and services, over the few things that start-control-plane.ts makes. */
import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, Reflector } from '@nestjs/core';
import {
  ApiKeyRepository,
  AuditRepository,
  BranchContentsRepository,
  BranchDatabaseRepository,
  BranchLifecycleRepository,
  BranchRepository,
  DataApiLoginRepository,
  DataApiRepository,
  EndpointRepository,
  OperationRepository,
  ProjectJwksRepository,
  ProjectRepository,
  RoleRepository,
  TenantRepository,
  type Database,
} from '@perch/database';
import type { Observer, Tracer } from '@perch/observability';
import { AdvisorsController } from './advisors/advisors.controller.js';
import { AdvisorsService } from './advisors/advisors.service.js';
import { ApiKeysController } from './api-keys/api-keys.controller.js';
import { ApiKeysService } from './api-keys/api-keys.service.js';
import { AuditController } from './audit/audit.controller.js';
import { AuditInterceptor } from './audit/audit.interceptor.js';
import { AuditService } from './audit/audit.service.js';
import { BranchesController } from './branches/branches.controller.js';
import { ConnectionReplacement } from './branches/connection-replacement.js';
import { BranchChangesService } from './branches/branch-changes.service.js';
import { BranchesService } from './branches/branches.service.js';
import { DataApiController } from './data-api/data-api.controller.js';
import { DataApiService } from './data-api/data-api.service.js';
import { DataApiUrls } from './data-api/data-api-urls.js';
import { ExposureReader } from './data-api/exposure-reader.js';
import { DatabasesController } from './databases/databases.controller.js';
import { DatabasesService } from './databases/databases.service.js';
import { OwnerUrls } from './databases/owner-urls.js';
import { EndpointChangesService } from './endpoints/endpoint-changes.service.js';
import { EndpointWaker } from './endpoints/endpoint-waker.js';
import { EndpointsController } from './endpoints/endpoints.controller.js';
import { EndpointsService } from './endpoints/endpoints.service.js';
import { FeedConnections } from './fleet/feed-connections.js';
import { FleetController } from './fleet/fleet.controller.js';
import { TenantsService } from './fleet/tenants.service.js';
import { HealthController } from './health/health.controller.js';
import { AuthGuard } from './http/auth.guard.js';
import { ErrorFilter } from './http/error.filter.js';
import { FleetToken } from './http/fleet-token.js';
import { UnreadableBodyInterceptor } from './http/unreadable-body.interceptor.js';
import { JwksController } from './jwks/jwks.controller.js';
import { JwksService } from './jwks/jwks.service.js';
import { JwksRefresher } from './jwks/jwks-refresher.js';
import { JwksSource } from './jwks/jwks-source.js';
import { ContentOperations } from './operations/content-operations.js';
import { buildOpenApi } from './openapi/openapi-document.js';
import { OpenApi } from './openapi/openapi.js';
import { OpenApiController } from './openapi/openapi.controller.js';
import { listRoutes } from './openapi/route-inventory.js';
import { OperationRunner } from './operations/operation-runner.js';
import { OperationsController } from './operations/operations.controller.js';
import { OperationsService } from './operations/operations.service.js';
import { OrganizationsController } from './organizations/organizations.controller.js';
import { ConnectionUris } from './projects/connection-uris.js';
import { ComputePortRange, LocalPorts } from './projects/local-ports.js';
import { ProjectAccess } from './projects/project-access.js';
import { ProjectsController } from './projects/projects.controller.js';
import { ProjectsService } from './projects/projects.service.js';
import { RegionsController } from './regions/regions.controller.js';
import { RolesController } from './roles/roles.controller.js';
import { RolesService } from './roles/roles.service.js';
import { SchemasController } from './schemas/schemas.controller.js';
import { SchemasService } from './schemas/schemas.service.js';
import { UsersController } from './users/users.controller.js';

/** What is made outside of Nest, because it is opened and closed with the process. */
export interface AppParts {
  readonly database: Database;
  readonly observer: Observer;
  readonly tracer: Tracer | undefined;
  readonly operationRunner: OperationRunner;
  readonly jwksSource: JwksSource;
  readonly jwksRefresher: JwksRefresher;
  readonly feedConnections: FeedConnections;
  readonly dataApiUrls: DataApiUrls;
  readonly fleetToken: FleetToken;
  readonly computePorts: ComputePortRange;
}

const controllers = [
  AdvisorsController,
  ApiKeysController,
  AuditController,
  BranchesController,
  DataApiController,
  DatabasesController,
  EndpointsController,
  FleetController,
  HealthController,
  JwksController,
  OpenApiController,
  OperationsController,
  OrganizationsController,
  ProjectsController,
  RegionsController,
  RolesController,
  SchemasController,
  UsersController,
];

const services = [
  AdvisorsService,
  ApiKeysService,
  AuditService,
  BranchChangesService,
  ConnectionReplacement,
  BranchesService,
  ConnectionUris,
  ContentOperations,
  DataApiService,
  DatabasesService,
  EndpointChangesService,
  EndpointsService,
  EndpointWaker,
  ExposureReader,
  JwksService,
  LocalPorts,
  OperationsService,
  OwnerUrls,
  ProjectAccess,
  ProjectsService,
  RolesService,
  SchemasService,
  TenantsService,
];

@Module({})
export class AppModule {
  static from(parts: AppParts): DynamicModule {
    return {
      module: AppModule,
      controllers,
      providers: [
        ...services,
        ...repositories(parts.database),
        { provide: OpenApi, useValue: new OpenApi(buildOpenApi(listRoutes(controllers))) },
        { provide: OperationRunner, useValue: parts.operationRunner },
        { provide: JwksSource, useValue: parts.jwksSource },
        { provide: JwksRefresher, useValue: parts.jwksRefresher },
        { provide: FeedConnections, useValue: parts.feedConnections },
        { provide: DataApiUrls, useValue: parts.dataApiUrls },
        { provide: FleetToken, useValue: parts.fleetToken },
        { provide: ComputePortRange, useValue: parts.computePorts },
        { provide: APP_GUARD, useClass: AuthGuard },
        {
          provide: APP_INTERCEPTOR,
          useFactory: (reflector: Reflector) => new AuditInterceptor(parts.database.audit, reflector, parts.observer),
          inject: [Reflector],
        },
        { provide: APP_INTERCEPTOR, useClass: UnreadableBodyInterceptor },
        { provide: APP_FILTER, useValue: new ErrorFilter(parts.observer) },
      ],
    };
  }
}

function repositories(database: Database): readonly Provider[] {
  return [
    { provide: ApiKeyRepository, useValue: database.apiKeys },
    { provide: AuditRepository, useValue: database.audit },
    { provide: BranchContentsRepository, useValue: database.contents },
    { provide: BranchDatabaseRepository, useValue: database.databases },
    { provide: BranchLifecycleRepository, useValue: database.branchLifecycles },
    { provide: BranchRepository, useValue: database.branches },
    { provide: DataApiRepository, useValue: database.dataApis },
    { provide: DataApiLoginRepository, useValue: database.dataApiLogins },
    { provide: EndpointRepository, useValue: database.endpoints },
    { provide: OperationRepository, useValue: database.operations },
    { provide: ProjectJwksRepository, useValue: database.jwks },
    { provide: ProjectRepository, useValue: database.projects },
    { provide: RoleRepository, useValue: database.roles },
    { provide: TenantRepository, useValue: database.tenants },
  ];
}
