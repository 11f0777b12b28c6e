/** One request through the rooms, in order. Every step returns a value or throws; `server.ts` renders either. */
