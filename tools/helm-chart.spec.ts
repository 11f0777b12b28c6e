/**
 * The chart in deploy/helm/perch: what it renders to is what Kubernetes takes, what the processes read, and what
 * docs/operations.md promises. There is no helm here; `testing/helm` renders the part of its language that the chart keeps to.
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { Deployment } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { Service, ServiceAccount } from 'kubernetes-models/v1';
import { portsFrom } from '@perch/contract';
import { parse, parseAllDocuments } from 'yaml';
import { controlPlaneEnvironment, loadControlPlaneConfig } from '../apps/control-plane/src/config.js';
import { dataPlaneEnvironment, loadDataPlaneConfig } from '../apps/data-plane/src/config.js';
import { loadWorkerConfig, workerEnvironment } from '../apps/worker/src/config.js';
import { chartCases } from './testing/helm/chart-cases.js';
import { findUnknownFields } from './testing/helm/unknown-fields.js';
import { mergeValues, renderChart, type Values } from './testing/helm/render-chart.js';
import type { Value } from './testing/helm/functions.js';

const chart = fileURLToPath(new URL('../deploy/helm/perch', import.meta.url));
const read = (name: string) => fs.readFileSync(path.join(chart, name), 'utf8');
const defaults = parse(read('values.yaml')) as Values;
const schema = JSON.parse(read('values.schema.json')) as { readonly properties: object };

// Manifests are what a case expects them to be; a wrong expectation fails the assertion on it.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Manifest = any;

const models: Readonly<Record<string, new (data: Manifest) => { validate(): void }>> = {
  'apps/v1 Deployment': Deployment,
  'autoscaling/v2 HorizontalPodAutoscaler': HorizontalPodAutoscaler,
  'networking.k8s.io/v1 Ingress': Ingress,
  'policy/v1 PodDisruptionBudget': PodDisruptionBudget,
  'v1 Service': Service,
  'v1 ServiceAccount': ServiceAccount,
};
const processes = {
  'control-plane': { known: controlPlaneEnvironment.shape, load: loadControlPlaneConfig },
  worker: { known: workerEnvironment.shape, load: loadWorkerConfig },
  'data-plane': {
    known: dataPlaneEnvironment.shape,
    load: (env: Record<string, string>) => loadDataPlaneConfig({}, env),
  },
} as const;
const secrets: Readonly<Record<string, string>> = {
  DATABASE_URL: 'postgresql://u:p@db:5432/perch',
  REDIS_URL: 'redis://redis:6379',
  PERCH_MASTER_KEY: 'master key of the specs',
  PERCH_MASTER_KEY_PREVIOUS: 'master key of yesterday',
  PERCH_FLEET_TOKEN: 'fleet-token-of-the-specs',
  PERCH_FLEET_TOKEN_PREVIOUS: 'fleet-token-of-yesterday',
  PERCH_BOOTSTRAP_API_KEY: 'perch_bootstrap_key_of_the_specs',
};

const release = { name: 'r1', namespace: 'apps' };
const files = (values: Value) => renderChart(chart, mergeValues(defaults, values), release);
const manifests = (values: Value): Manifest[] =>
  [...files(values)]
    .filter(([name]) => name.endsWith('.yaml'))
    .flatMap(([, text]) => parseAllDocuments(text).map((document) => document.toJS() as Manifest))
    .filter((manifest) => manifest !== null);
const find = (all: Manifest[], kind: string, part: string): Manifest =>
  all.find((manifest) => manifest.kind === kind && manifest.metadata.name.endsWith(part));
const containersOf = (all: Manifest[]): Manifest[] =>
  all.filter(({ kind }) => kind === 'Deployment').flatMap(({ spec }) => spec.template.spec.containers);
const variable = (container: Manifest, name: string): Manifest =>
  container.env.find((entry: Manifest) => entry.name === name);

test('a name that YAML takes for a number stays a name', () => {
  const ingress = { enabled: true, className: '3', host: 'a.b', domain: 'a.b', tlsSecretName: '4' };
  const all = manifests({
    nameOverride: '1',
    secret: { name: '2', keys: { fleetToken: '5' } },
    controlPlane: { ingress },
    dataPlane: { ingress },
    serviceAccount: { name: '6' },
  });
  expect(all.filter(({ kind }) => kind === 'Ingress')).toHaveLength(2);
  for (const manifest of all) {
    expect(manifest.metadata.labels['app.kubernetes.io/name']).toBe('1');
    if (manifest.kind === 'Ingress') {
      expect([manifest.spec.ingressClassName, manifest.spec.tls[0].secretName]).toEqual(['3', '4']);
    }
    if (manifest.kind === 'Deployment') expect(manifest.spec.template.spec.serviceAccountName).toBe('6');
  }
  const { secretKeyRef } = variable(containersOf(all)[1], 'PERCH_FLEET_TOKEN').valueFrom;
  expect(secretKeyRef).toEqual({ name: '2', key: '5' });
});

describe.each(Object.entries(chartCases))('values: %s', (_name, values) => {
  const all = manifests(values);

  test('fit the schema', () => {
    const ajv = new Ajv({ strict: false });
    expect([ajv.validate(schema, mergeValues(defaults, values)), ajv.errors]).toEqual([true, null]);
  });

  test('make objects that Kubernetes takes, each of its own name', () => {
    expect(all.length).toBeGreaterThanOrEqual(5);
    expect(() => new Deployment({ spec: { replicas: 'two' } } as Manifest).validate()).toThrow();
    for (const manifest of all) {
      const Model = models[`${manifest.apiVersion} ${manifest.kind}`];
      if (Model === undefined) throw new Error(`no model of ${manifest.apiVersion} ${manifest.kind}`);
      expect(() => new Model(manifest).validate()).not.toThrow();
    }
    const names = all.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
  });

  test('give each process the variables that it reads, and a configuration that it starts with', () => {
    for (const [name, { known, load }] of Object.entries(processes)) {
      const container = containersOf(all).find((candidate) => candidate.name === name);
      const extra = ['NODE_EXTRA_CA_CERTS'];
      const unknown = container.env.filter((entry: Manifest) => !(entry.name in known) && !extra.includes(entry.name));
      expect([name, unknown]).toEqual([name, []]);
      const env = Object.fromEntries(
        container.env.map((entry: Manifest) => {
          const ref = entry.valueFrom?.secretKeyRef;
          if (ref !== undefined) expect(ref).toEqual({ name: 'perch', key: entry.name });
          return [entry.name, ref === undefined ? entry.value : secrets[entry.name]];
        }),
      );
      expect(() => load(env)).not.toThrow();
    }
  });

  test('keep secrets in the Secret, and from proxies what is not theirs', () => {
    for (const container of containersOf(all))
      for (const { name, value } of container.env)
        if (name in secrets) expect([name, value]).toEqual([name, undefined]);
    const ofProxy = containersOf(all)
      .find(({ name }) => name === 'data-plane')
      .env.map(({ name }: Manifest) => name);
    for (const name of ['DATABASE_URL', 'PERCH_MASTER_KEY', 'PERCH_BOOTSTRAP_API_KEY'])
      expect(ofProxy).not.toContain(name);
  });

  test('ask for health where the processes listen, and send traffic there', () => {
    const ports = portsFrom(4000);
    expect(
      containersOf(all).map(({ name, ports: open }) => [name, open.map((port: Manifest) => port.containerPort)]),
    ).toEqual([
      ['control-plane', [ports.controlPlane, ports.controlPlaneAdmin]],
      ['data-plane', [ports.dataPlane, ports.dataPlaneAdmin]],
      ['worker', [ports.workerAdmin]],
    ]);
    for (const container of containersOf(all)) {
      expect(container.livenessProbe.httpGet).toEqual({ path: '/live', port: 'admin' });
      expect(container.readinessProbe.httpGet).toEqual({ path: '/ready', port: 'admin' });
      expect(variable(container, 'PERCH_ADMIN_HOST').value).toBe('0.0.0.0');
      expect(container.args[0]).toBe(container.name);
    }
    for (const service of all.filter(({ kind }) => kind === 'Service')) {
      const workload = find(all, 'Deployment', service.metadata.name);
      expect(workload.spec.template.metadata.labels).toMatchObject(service.spec.selector);
      const [{ port, targetPort }] = service.spec.ports;
      const target = workload.spec.template.spec.containers[0].ports.find((open: Manifest) => open.name === targetPort);
      expect(target.containerPort).toBe(port);
    }
  });

  test('run without root, without privileges, on a file system that is read only', () => {
    for (const { spec } of all.filter(({ kind }) => kind === 'Deployment')) {
      expect(spec.selector.matchLabels).toEqual(expect.not.objectContaining({ 'helm.sh/chart': expect.anything() }));
      expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels);
      const pod = spec.template.spec;
      expect(pod).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      for (const { securityContext, volumeMounts, resources } of pod.containers) {
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(volumeMounts.map(({ mountPath }: Manifest) => mountPath)).toEqual(['/data', '/tmp']);
        expect(resources.requests).toBeDefined();
      }
    }
  });
});

test('no object has a field that Kubernetes does not know', () => {
  expect(findUnknownFields([{ apiVersion: 'v1', kind: 'Service', metadata: { nme: 'x' } }])).toHaveLength(1);
  expect(findUnknownFields(Object.values(chartCases).flatMap(manifests))).toEqual([]);
}, 60_000);

test('proxies are scaled, disrupted one at a time, and given the time to drain', () => {
  const all = manifests(chartCases['least']);
  const { spec } = find(all, 'Deployment', '-data-plane');
  expect(spec.replicas).toBeUndefined();
  const target = find(all, 'HorizontalPodAutoscaler', '-data-plane').spec;
  expect(target).toMatchObject({ minReplicas: 2, scaleTargetRef: { kind: 'Deployment', name: 'r1-perch-data-plane' } });
  expect(find(all, 'PodDisruptionBudget', '-data-plane').spec).toEqual({
    maxUnavailable: 1,
    selector: { matchLabels: spec.selector.matchLabels },
  });
  expect(spec.strategy.rollingUpdate).toEqual({ maxSurge: 1, maxUnavailable: 0 });
  const drainDelayMs = Number(variable(spec.template.spec.containers[0], 'PERCH_DRAIN_DELAY_MS').value);
  // A proxy gives running requests 8 s (start-data-plane.ts).
  expect(spec.template.spec.terminationGracePeriodSeconds * 1000).toBeGreaterThan(drainDelayMs + 8_000);
  const bare = manifests(chartCases['bare']);
  expect(find(bare, 'Deployment', 'api-data-plane').spec.replicas).toBe(3);
  expect(bare.map(({ kind }) => kind)).not.toEqual(expect.arrayContaining(['HorizontalPodAutoscaler']));
});

test('Data APIs are below a wildcard host, and their URLs say so', () => {
  const all = manifests(chartCases['public']);
  const { spec } = find(all, 'Ingress', '-data-plane');
  expect(spec.tls).toEqual([{ hosts: ['*.apirest.perch.example.com'], secretName: 'wildcard-tls' }]);
  expect(spec.rules[0].host).toBe('*.apirest.perch.example.com');
  expect(spec.rules[0].http.paths[0].backend.service).toEqual({ name: 'r1-perch-data-plane', port: { name: 'http' } });
  const control = containersOf(all).find(({ name }) => name === 'control-plane');
  expect(variable(control, 'PERCH_DATA_API_URL').value).toBe(
    'https://{endpoint_id}.apirest.perch.example.com/{database}/rest/v1',
  );
  expect(variable(control, 'PERCH_JWKS_ALLOWED_HOSTS').value).toBe('idp.internal,10.0.0.1:8080');
  // What proxies ask of the control plane is nobody's from outside.
  const paths = find(all, 'Ingress', '-control-plane').spec.rules[0].http.paths.map((rule: Manifest) => rule.path);
  expect(paths).toEqual(['/api']);
  const proxy = containersOf(all).find(({ name }) => name === 'data-plane');
  expect(proxy.args).toEqual(['data-plane', '--workers', '4']);
  expect(variable(proxy, 'PERCH_MAX_CONNECTIONS').value).toBe('100000');
  expect(variable(proxy, 'REDIS_URL').valueFrom.secretKeyRef.key).toBe('REDIS_URL');
});

test('the notes say where things are', () => {
  expect(files(chartCases['public']).get('NOTES.txt')).toContain('https://api.perch.example.com/api/v2');
  expect(files(chartCases['least']).get('NOTES.txt')).toContain('svc/r1-perch-control-plane 4000');
});

test('what cannot work is refused, by the schema and by the templates', () => {
  const ajv = new Ajv({ strict: false });
  const fits = (values: Value) => ajv.validate(schema, mergeValues(defaults, mergeValues(chartCases['least'], values)));
  expect(fits({})).toBe(true);
  for (const wrong of [
    { secret: { name: '' } },
    { secert: { name: 'x' } },
    { dataPlane: { replica: 3 } },
    { dataPlane: { ingress: { enabled: true } } },
    { controlPlane: { ingress: { enabled: true } } },
    { dataPlane: { urlTemplate: 'https://x/{database}' } },
    { dataPlane: { ingress: { domain: '*.x.com' } } },
    { worker: { concurrency: 0 } },
    { tracing: { ratio: 2 } },
    { logLevel: 'loud' },
  ])
    expect([wrong, fits(wrong)]).toEqual([wrong, false]);
  expect(() => files({})).toThrow('secret.name: name a Secret');
});

test('every value is in the schema, and the other way round', () => {
  const keysOf = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, keysOf(inner)]))
      : null;
  const ofSchema = (node: Manifest): unknown =>
    node.properties === undefined
      ? null
      : Object.fromEntries(
          Object.entries(node.properties)
            // Helm's own, and what Kubernetes defines.
            .filter(([key]) => key !== 'global' && key !== 'claims')
            .map(([key, inner]) => [key, ['requests', 'limits'].includes(key) ? null : ofSchema(inner)]),
        );
  const shape = JSON.parse(JSON.stringify(keysOf(defaults)), (key, value: unknown) =>
    key === 'requests' || key === 'limits' ? null : value,
  ) as unknown;
  expect(shape).toEqual(ofSchema(schema));
});

test('the chart is of the version of Perch that it starts', () => {
  const meta = parse(read('Chart.yaml')) as { appVersion: string };
  const { version } = JSON.parse(fs.readFileSync(path.join(chart, '../../../package.json'), 'utf8')) as {
    version: string;
  };
  expect(meta.appVersion).toBe(version);
});
