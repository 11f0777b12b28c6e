/** The document, made once. A class, so that Nest hands it over by its type. */
import type { OpenApiDocument } from './openapi-document.js';

export class OpenApi {
  constructor(readonly document: OpenApiDocument) {}
}
