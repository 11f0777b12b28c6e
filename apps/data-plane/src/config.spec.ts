import os from 'node:os';
import path from 'node:path';
import { DataPlaneConfigError, loadDataPlaneConfig } from './config.js';

const problemsOf = (...args: Parameters<typeof loadDataPlaneConfig>): readonly string[] => {
  try {
    loadDataPlaneConfig(...args);
    return [];
  } catch (error) {
    return error instanceof DataPlaneConfigError ? error.problems : [String(error)];
  }
};
const PERCH_FLEET_TOKEN = 'a-fleet-token-of-sixteen';

describe('loadDataPlaneConfig', () => {
  it('derives ports, control plane and copies from base and home', () => {
    expect(loadDataPlaneConfig({}, { PERCH_FLEET_TOKEN, PERCH_PORT_BASE: '5000', PERCH_HOME: '/h' })).toEqual({
      host: '127.0.0.1',
      port: 5100,
      adminHost: '127.0.0.1',
      adminPort: 5190,
      logLevel: 'info',
      metricsTenants: 100,
      drainDelayMs: 0,
      maxConnections: 400,
      redisUrl: undefined,
      role: { kind: 'alone' },
      source: {
        kind: 'control-plane',
        url: 'http://127.0.0.1:5000',
        fleetToken: PERCH_FLEET_TOKEN,
        copies: '/h/data-plane',
      },
      tracing: { enabled: false, protocol: 'http/protobuf', withStatements: false },
    });
  });

  it('traces where the environment names an exporter or an endpoint', () => {
    const tracing = (env: Record<string, string>) => loadDataPlaneConfig({ tenantsFile: 't' }, env).tracing;
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };
    expect(tracing({ OTEL_TRACES_EXPORTER: 'otlp' })).toMatchObject({ enabled: true });
    expect(tracing(endpoint)).toMatchObject({ enabled: true, protocol: 'http/protobuf' });
    expect(tracing({ ...endpoint, OTEL_TRACES_EXPORTER: 'none' })).toMatchObject({ enabled: false });
    expect(tracing({ ...endpoint, OTEL_SDK_DISABLED: 'true' })).toMatchObject({ enabled: false });
    expect(tracing({ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' })).toMatchObject({ protocol: 'http/json' });
    expect(
      problemsOf({ tenantsFile: 't' }, { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_TRACES_SAMPLER_ARG: '2' }),
    ).toEqual([
      "OTEL_EXPORTER_OTLP_PROTOCOL: must be 'http/protobuf' or 'http/json'",
      expect.stringContaining('OTEL_TRACES_SAMPLER_ARG: '),
    ]);
  });

  it('needs no fleet token for a tenants file, and takes its port from the option', () => {
    expect(
      loadDataPlaneConfig(
        { tenantsFile: 't.json', port: '8080' },
        { PERCH_JWKS_ALLOWED_HOSTS: 'idp.internal, 10.0.0.1:8080,', PERCH_HOST: '0.0.0.0' },
      ),
    ).toMatchObject({
      host: '0.0.0.0',
      port: 8080,
      adminPort: 4190,
      source: {
        kind: 'file',
        path: path.resolve('t.json'),
        copies: undefined,
        jwks: { allowedHosts: ['idp.internal', '10.0.0.1:8080'], allowLoopback: false },
      },
    });
    expect(loadDataPlaneConfig({ tenantsFile: 't.json' }, { PERCH_HOME: '/h' })).toMatchObject({
      source: { copies: '/h/data-plane' },
    });
  });

  it.each([
    [{}, { kind: 'alone' }],
    [{ workers: '1' }, { kind: 'alone' }],
    [{ workers: '3' }, { kind: 'supervisor', workers: 3 }],
    [
      { workers: '3', workerSlot: '2' },
      { kind: 'worker', slot: 2, workers: 3 },
    ],
  ])('knows from %j what it is to others', (options, role) => {
    expect(loadDataPlaneConfig({ tenantsFile: 't', ...options }, {}).role).toEqual(role);
  });

  it('takes as many workers as there are cores', () => {
    const { role } = loadDataPlaneConfig({ tenantsFile: 't', workers: 'auto' }, {});
    const cores = os.availableParallelism();
    expect(role).toEqual(cores === 1 ? { kind: 'alone' } : { kind: 'supervisor', workers: cores });
  });

  it('takes a variable set to nothing for absent', () => {
    expect(loadDataPlaneConfig({ tenantsFile: 't' }, { PERCH_PORT_BASE: '', PERCH_HOST: '' })).toMatchObject({
      port: 4100,
      host: '127.0.0.1',
    });
  });

  it('names every problem at once, and shows no token', () => {
    const problems = problemsOf(
      { port: '8o80', tenantsFile: undefined },
      {
        PERCH_PORT_BASE: 'x',
        PERCH_CONTROL_PLANE_URL: 'ftp://a',
        PERCH_FLEET_TOKEN: 'hush',
        PERCH_LOG_LEVEL: 'loud',
        PERCH_DRAIN_DELAY_MS: '-1',
      },
    );
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'PERCH_PORT_BASE',
      'PERCH_CONTROL_PLANE_URL',
      'PERCH_FLEET_TOKEN',
      'PERCH_LOG_LEVEL',
      'PERCH_DRAIN_DELAY_MS',
      '--port',
    ]);
    expect(problems.join()).not.toContain('hush');
  });

  it('refuses a fleet token that no header can carry', () => {
    expect(problemsOf({}, { PERCH_FLEET_TOKEN: 'a fleet token of sixteen' })).toEqual([
      'PERCH_FLEET_TOKEN: must be visible ASCII without spaces',
    ]);
  });

  it.each([
    [{}, ['PERCH_FLEET_TOKEN: is needed to ask the control plane (or serve a file with --tenants)']],
    [{ tenantsFile: '' }, ['--tenants: a file name is needed']],
    [{ tenantsFile: 'x', port: '' }, ["--port: '' is not a port (0 to 65535)"]],
    [{ tenantsFile: 'x', workers: '0' }, ["--workers: '0' is neither 'auto' nor 1 to 256"]],
    [{ tenantsFile: 'x', workers: 'all' }, ["--workers: 'all' is neither 'auto' nor 1 to 256"]],
    [{ tenantsFile: 'x', port: '70000' }, ["--port: '70000' is not a port (0 to 65535)"]],
  ])('refuses %j', (options, expected) => {
    expect(problemsOf(options, {})).toEqual(expected);
  });
});
