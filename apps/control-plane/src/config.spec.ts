import { loadControlPlaneConfig } from './config.js';

const needed = {
  DATABASE_URL: 'postgresql://perch@db/perch',
  PERCH_MASTER_KEY: '0123456789abcdef',
  PERCH_FLEET_TOKEN: 'fedcba9876543210',
};

describe('the configuration of the control plane', () => {
  test('has defaults for all but the three that are secrets', () => {
    expect(loadControlPlaneConfig(needed)).toEqual({
      databaseUrl: needed.DATABASE_URL,
      redisUrl: undefined,
      masterKey: needed.PERCH_MASTER_KEY,
      previousMasterKey: undefined,
      fleetToken: needed.PERCH_FLEET_TOKEN,
      previousFleetToken: undefined,
      host: '127.0.0.1',
      port: 4000,
      adminHost: '127.0.0.1',
      adminPort: 4090,
      computePorts: { first: 4300, last: 14_300 },
      dataApiUrl: 'http://127.0.0.1:4100/{endpoint_id}/{database}/rest/v1',
      jwksAllowedHosts: [],
      jwksAllowLoopback: false,
      bootstrapApiKey: undefined,
      logLevel: 'info',
      tracing: { enabled: false, protocol: 'http/protobuf', withStatements: false },
    });
  });

  test('the port base moves every port, and lists are split', () => {
    const config = loadControlPlaneConfig({
      ...needed,
      PERCH_PORT_BASE: '60000',
      PERCH_JWKS_ALLOWED_HOSTS: 'idp.internal, keys.internal:8443,',
    });
    expect(config).toMatchObject({
      port: 60_000,
      adminPort: 60_090,
      computePorts: { first: 60_300, last: 65_535 },
      dataApiUrl: 'http://127.0.0.1:60100/{endpoint_id}/{database}/rest/v1',
      jwksAllowedHosts: ['idp.internal', 'keys.internal:8443'],
    });
  });

  test('a variable set to nothing counts as absent', () => {
    expect(loadControlPlaneConfig({ ...needed, REDIS_URL: '', PERCH_BOOTSTRAP_API_KEY: '' }).redisUrl).toBeUndefined();
  });

  test('every problem is told at once, and no secret with it', () => {
    const load = () =>
      loadControlPlaneConfig({
        DATABASE_URL: 'mysql://user:secret@db/perch',
        REDIS_URL: 'http://redis',
        PERCH_MASTER_KEY: 'short',
        PERCH_PORT_BASE: '80',
        PERCH_DATA_API_URL: 'https://api.example/{database}',
        PERCH_JWKS_ALLOW_LOOPBACK: 'yes',
      });
    expect(load).toThrow(expect.objectContaining({ code: 'config.invalid' }));
    try {
      load();
    } catch (error) {
      const names = [...String(error).matchAll(/- (\w+):/g)].map(([, name]) => name);
      expect(names).toEqual([
        'DATABASE_URL',
        'REDIS_URL',
        'PERCH_MASTER_KEY',
        'PERCH_FLEET_TOKEN',
        'PERCH_PORT_BASE',
        'PERCH_DATA_API_URL',
        'PERCH_JWKS_ALLOW_LOOPBACK',
      ]);
      expect(String(error)).not.toMatch(/secret|short/);
    }
  });
});
