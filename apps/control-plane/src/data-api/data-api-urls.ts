/** The URL a data API answers on, from the operator's template. */
export class DataApiUrls {
  /** @param template with {endpoint_id} and {database} */
  constructor(private readonly template: string) {}

  urlOf(dataApi: { readonly endpointId: string; readonly databaseName: string }): string {
    return this.template
      .replaceAll('{endpoint_id}', encodeURIComponent(dataApi.endpointId))
      .replaceAll('{database}', encodeURIComponent(dataApi.databaseName));
  }
}
