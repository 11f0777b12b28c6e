/**
 * The document against the server: every route is in it, and requests made from it, sound and spoiled, meet neither an
 * undocumented status nor a 5xx nor a body of another shape.
 */
import fc from 'fast-check';
import { startTestControlPlane, type TestControlPlane } from '../../test/test-control-plane.js';
import { answers } from './answers.js';
import type { OpenApiDocument, OpenApiOperation } from './openapi-document.js';
import { errorBody } from './resources.js';

/** Requests for each operation of the document. */
const RUNS = 4;

type Json = Readonly<Record<string, unknown>>;
const junk = fc.oneof(fc.string({ maxLength: 12 }), fc.integer(), fc.boolean(), fc.constant(null), fc.constant([]));

/** Values of a schema, and now and then something else. */
function valueOf(schema: Json, depth = 0): fc.Arbitrary<unknown> {
  const sound = soundValueOf(schema, depth);
  return fc.oneof({ weight: 9, arbitrary: sound }, { weight: 1, arbitrary: junk });
}

function soundValueOf(schema: Json, depth: number): fc.Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema['const']);
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...schema['enum']);
  const union = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(union)) return fc.oneof(...union.map((one: Json) => valueOf(one, depth)));
  switch (schema['type']) {
    case 'object': {
      const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Json>);
      const required = Array.isArray(schema['required']) ? schema['required'] : [];
      if (depth > 5 || properties.length === 0) return fc.constantFrom({}, { a: 1 });
      return fc.record(Object.fromEntries(properties.map(([name, one]) => [name, valueOf(one, depth + 1)])), {
        requiredKeys: required,
      });
    }
    case 'array':
      return fc.array(valueOf((schema['items'] ?? {}) as Json, depth + 1), { maxLength: 2 });
    case 'integer':
    case 'number':
      return fc.oneof(fc.integer({ min: 1, max: 50 }), fc.constantFrom(0, -1, 1e20));
    case 'boolean':
      return fc.boolean();
    case 'string':
      return schema['format'] === 'uri'
        ? fc.constantFrom('https://10.0.0.1/jwks', 'http://127.0.0.1:1/', 'file:///etc/passwd')
        : fc.oneof(
            fc.string({ minLength: 1, maxLength: 12 }),
            fc.constantFrom('appdb', 'appdb_owner', 'é"\\', '\u0000'),
          );
    default:
      return junk;
  }
}

describe('the OpenAPI document', () => {
  let perch: TestControlPlane;
  let api: OpenApiDocument;
  let known: Readonly<Record<string, string>>;

  const operations = (): readonly { path: string; method: string; operation: OpenApiOperation }[] =>
    Object.entries(api.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );
  const newProject = async () => {
    const { body } = await perch.call('POST', '/api/v2/projects', { body: { project: {} } });
    known = {
      project_id: body.project.id,
      branch_id: body.branch.id,
      endpoint_id: body.endpoints[0].id,
      operation_id: body.operations[0].id,
      database_name: 'appdb',
      role_name: 'appdb_owner',
      jwks_id: body.operations[0].id,
      id: '999',
    };
  };

  beforeAll(async () => {
    perch = await startTestControlPlane();
    await perch.startWorker();
    api = (await perch.call('GET', '/api/v2/openapi.json')).body;
    await newProject();
  });
  afterAll(() => perch.stop());

  test('is there without a key, and so is its page, which loads nothing from elsewhere', async () => {
    const document = await fetch(`${perch.url}/api/v2/openapi.json`);
    expect([document.status, api.openapi]).toEqual([200, '3.1.0']);
    const page = await fetch(`${perch.url}/api/docs`);
    const html = await page.text();
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(html).not.toMatch(/https?:\/\//);
  });

  test('has every route, each with what it answers', () => {
    const routes = operations().map(({ method, path }) => `${method} ${path}`);
    expect(routes.length).toBeGreaterThan(40);
    expect(routes.filter((route) => answers[route] === undefined)).toEqual([]);
  });

  test('describes a request by the schema that checks it', () => {
    const create = api.paths['/projects/{project_id}/branches/{branch_id}/roles']?.['post'];
    expect(create?.requestBody?.content['application/json'].schema).toMatchObject({
      type: 'object',
      properties: { role: { required: ['name'], properties: { name: { maxLength: 63 } } } },
    });
    const list = api.paths['/projects']?.['get'];
    expect(list?.parameters.map(({ name }) => name)).toEqual(['cursor', 'limit', 'search', 'org_id', 'recoverable']);
  });

  test('no request made from it meets an undocumented answer', async () => {
    const met: string[] = [];
    for (const { path, method, operation } of operations()) {
      const parts = operation.parameters.map(({ name, in: place, required, schema }) => ({
        name,
        place,
        value:
          place === 'path'
            ? fc.oneof(
                { weight: 4, arbitrary: fc.constant(known[name] ?? 'x') },
                { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' }) },
              )
            : fc.option(valueOf(schema), { freq: required ? 9 : 1, nil: undefined }),
      }));
      const schema = operation.requestBody?.content['application/json'].schema;
      const request = fc.record({
        values: fc.tuple(...parts.map(({ value }) => value)),
        body: schema === undefined ? fc.constant(undefined) : valueOf(schema),
      });
      const check = fc.asyncProperty(request, async ({ values, body }) => {
        let url = `/api/v2${path}`;
        const query = new URLSearchParams();
        parts.forEach(({ name, place }, at) => {
          if (place === 'path') url = url.replace(`{${name}}`, () => encodeURIComponent(String(values[at])));
          else if (values[at] !== undefined) query.set(name, String(values[at]));
        });
        // '.' and '..' are taken out of a path by every client.
        if (/\/\.{1,2}(\/|$)/.test(url)) return;
        const answer = await perch.call(method.toUpperCase(), `${url}?${query.toString()}`, { body });
        const { status } = answer;
        met.push(`${method} ${path} ${status}`);
        expect([method, url, body, status, answer.body, operation.responses[status] !== undefined]).toEqual([
          method,
          url,
          body,
          status,
          answer.body,
          true,
        ]);
        expect(status).toBeLessThan(500);
        if (status >= 400) errorBody.strict().parse(answer.body);
        else if (status !== 204) answers[`${method} ${path}`]?.body.parse(answer.body);
        if (method === 'delete' && path === '/projects/{project_id}' && status === 200) await newProject();
        if (method === 'delete' && status === 200 && path.endsWith('}')) await newProject();
      });
      await fc.assert(check, { numRuns: RUNS, endOnFailure: true });
    }
    expect(met.length).toBeGreaterThan(operations().length * 2);
    expect(met.filter((one) => / 2\d\d$/.test(one)).length).toBeGreaterThan(operations().length / 3);
  }, 180_000);
});
