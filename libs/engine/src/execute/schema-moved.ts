/** Told to the caller, never to a client: the schema is not what the plan rests on. Nothing ran; read it again and plan anew. */
export class SchemaMovedError extends Error {
  override readonly name = 'SchemaMovedError';

  constructor(options?: ErrorOptions) {
    super('the schema has moved since it was read', options);
  }
}
