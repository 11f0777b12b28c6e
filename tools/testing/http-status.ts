/** Status of a GET on any port: fetch refuses some, 4190 among them (Fetch standard, port blocking). */
import http from 'node:http';

/** @throws the socket's error when nobody answers */
export function httpStatus(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    http
      .get(url, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
      .once('error', reject);
  });
}
