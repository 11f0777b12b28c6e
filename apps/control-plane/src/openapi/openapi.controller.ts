/** `/openapi.json` and the page that shows it. */
import { Controller, Get, Header } from '@nestjs/common';
import { Public } from '../http/access.js';
import { docsPage, docsPagePolicy } from './docs-page.js';
import { OpenApi } from './openapi.js';

@Controller('api')
@Public()
export class OpenApiController {
  constructor(private readonly openApi: OpenApi) {}

  @Get('v2/openapi.json')
  document() {
    return this.openApi.document;
  }

  @Get('docs')
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', docsPagePolicy)
  @Header('X-Content-Type-Options', 'nosniff')
  page() {
    return docsPage;
  }
}
