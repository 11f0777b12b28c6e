// The kinds of requests that are measured: a name, what is sent, and the status that a good answer has.
const albums = (count) =>
  JSON.stringify(Array.from({ length: count }, (_, at) => ({ title: `Benchmark ${at}`, artist_id: 1 + (at % 100) })));
const json = { 'content-type': 'application/json' };

/** `packet: false`: answered without the database, so that there is no driver loop to compare with. */
export const requests = [
  { kind: 'single row', method: 'GET', path: '/artist?id=eq.42', status: 200 },
  { kind: 'page of 100', method: 'GET', path: '/album?limit=100&order=id', status: 200 },
  { kind: 'two-level embed', method: 'GET', path: '/artist?select=*,album(*,track(*))&limit=10', status: 200 },
  { kind: 'insert one', method: 'POST', path: '/album', headers: json, body: albums(1), status: 201 },
  { kind: 'insert 100', method: 'POST', path: '/album', headers: json, body: albums(100), status: 201 },
  { kind: 'patch', method: 'PATCH', path: '/artist?id=eq.7', headers: json, body: '{"name":"Changed"}', status: 204 },
  { kind: 'rpc', method: 'GET', path: '/rpc/add?a=1&b=2', status: 200 },
  { kind: 'unknown table', method: 'GET', path: '/nothing', status: 404, packet: false },
  { kind: 'OPTIONS', method: 'OPTIONS', path: '/artist', status: 200, packet: false },
];
