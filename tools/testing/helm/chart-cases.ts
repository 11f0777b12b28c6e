/** Values that the chart is rendered with in specs: each as somebody would write them. */
import type { Values } from './render-chart.js';

export const chartCases: Readonly<Record<string, Values>> = {
  least: { secret: { name: 'perch' } },
  public: {
    image: { repository: 'registry.example.com/perch', tag: '1.2.3', pullPolicy: 'Always' },
    imagePullSecrets: [{ name: 'registry' }],
    secret: {
      name: 'perch',
      keys: {
        redisUrl: 'REDIS_URL',
        bootstrapApiKey: '',
        previousFleetToken: 'PERCH_FLEET_TOKEN_PREVIOUS',
        previousMasterKey: 'PERCH_MASTER_KEY_PREVIOUS',
      },
    },
    tracing: { endpoint: 'http://collector:4318', ratio: 0.01 },
    controlPlane: {
      replicas: 2,
      jwksAllowedHosts: ['idp.internal', '10.0.0.1:8080'],
      ingress: { enabled: true, className: 'nginx', host: 'api.perch.example.com', tlsSecretName: 'api-tls' },
    },
    worker: { concurrency: 16, nodeSelector: { 'kubernetes.io/arch': 'amd64' } },
    dataPlane: {
      workers: 4,
      maxConnections: 100_000,
      podAnnotations: { 'example.com/note': 'on' },
      ingress: {
        enabled: true,
        className: 'nginx',
        domain: 'apirest.perch.example.com',
        tlsSecretName: 'wildcard-tls',
        annotations: { 'nginx.ingress.kubernetes.io/proxy-body-size': '10m' },
      },
      extraEnv: [{ name: 'NODE_EXTRA_CA_CERTS', value: '/etc/ca.pem' }],
      tolerations: [{ key: 'dedicated', operator: 'Exists', effect: 'NoSchedule' }],
    },
    serviceAccount: { annotations: { 'example.com/role': 'perch' } },
  },
  bare: {
    fullnameOverride: 'api',
    secret: { name: 'perch' },
    metrics: { podAnnotations: false },
    dataPlane: {
      replicas: 3,
      autoscaling: { enabled: false },
      podDisruptionBudget: { enabled: false },
      urlTemplate: 'https://data.example.com/{endpoint_id}/{database}/rest/v1',
      service: { type: 'LoadBalancer' },
    },
    serviceAccount: { name: 'existing' },
  },
};
