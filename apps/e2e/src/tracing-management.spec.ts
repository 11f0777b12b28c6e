/** One management call in one trace, through three processes' worth of work: request, operation, step, statement. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { startIssuer, type Issuer } from './harness/issuer.js';
import { createProject, type TestProject } from './harness/management.js';
import { eventually, findPortBase, makeHome, startPerch, type PerchProcess } from './harness/perch-process.js';
import { startTraceReceiver, type ReceivedSpan, type TraceReceiver } from './harness/trace-receiver.js';

describe('traces of the control plane and the worker', () => {
  let home: string;
  let receiver: TraceReceiver;
  let perch: PerchProcess;
  let project: TestProject;
  let issuer: Issuer;

  beforeAll(async () => {
    home = makeHome();
    issuer = await startIssuer('ES256');
    receiver = await startTraceReceiver();
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    };
    perch = await startPerch({ home, portBase: await findPortBase(), env });
    project = await createProject(perch.up, 'traced');
  }, 120_000);
  afterAll(async () => {
    await perch?.stop();
    await receiver.stop();
    await issuer.close();
    fs.rmSync(home, { recursive: true, force: true });
  }, 60_000);

  const called = (spans: readonly ReceivedSpan[], name: string) => spans.find((span) => span.name === name);

  test('enabling a Data API is one trace down to its statements', async () => {
    const traceId = randomBytes(16).toString('hex');
    const enabled = await fetch(`${perch.up.api_url}/projects/${project.id}/branches/${project.branchId}/data-api`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${perch.up.api_key}`,
        'content-type': 'application/json',
        traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01`,
      },
      body: JSON.stringify({ jwks_url: issuer.jwksUrl }),
    });
    expect([enabled.status, await enabled.text()]).toEqual([201, expect.any(String)]);
    const spans = await eventually('the operation and the request to end', async () => {
      const ofTrace = receiver.spans.filter((span) => span.traceId === traceId);
      const names = ofTrace.map(({ kind }) => kind);
      return names.includes(2) && names.includes(5) ? ofTrace : undefined;
    });
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    const parentOf = (span: ReceivedSpan | undefined) => byId.get(span?.parentSpanId ?? '');

    const request = spans.find(({ kind }) => kind === 2);
    expect(request?.name).toMatch(/^POST \/api\/v2\/projects\/[:{]\w+}?\/branches\/[:{]\w+}?\/data-api$/);
    expect(request?.resource).toMatchObject({ 'service.name': 'perch-control-plane' });
    expect(request?.attributes['http.response.status_code']).toBe(enabled.status);

    const operation = spans.find(({ kind }) => kind === 5);
    expect(operation?.resource).toMatchObject({ 'service.name': 'perch-worker' });
    expect(operation?.attributes).toMatchObject({
      'perch.project.id': project.id,
      'perch.branch.id': project.branchId,
    });
    expect(parentOf(operation)).toBe(request);

    const step = called(spans, 'create-login-role');
    expect(parentOf(step)).toBe(operation);
    expect(parentOf(called(spans, 'publish-snapshot'))).toBe(operation);
    const statement = called(spans, 'CREATE ROLE');
    expect(statement?.kind).toBe(3);
    expect(statement?.attributes).toMatchObject({ 'db.system.name': 'postgresql', 'db.query.summary': 'CREATE ROLE' });
    expect(parentOf(parentOf(statement))).toBe(operation);
  }, 60_000);

  test('nothing secret was sent', () => {
    const secrets = JSON.parse(fs.readFileSync(path.join(home, 'secrets.json'), 'utf8')) as Record<string, string>;
    const uri = new URL(project.connectionUri);
    const hidden = { ...secrets, api_key: perch.up.api_key, password: decodeURIComponent(uri.password) };
    expect(Object.keys(hidden).length).toBeGreaterThan(4);
    const sent = receiver.text();
    expect(Object.entries(hidden).filter(([, secret]) => sent.includes(secret))).toEqual([]);
    expect(sent).not.toContain('SCRAM-SHA-256');
    expect(sent).not.toContain('postgresql://');
  });
});
