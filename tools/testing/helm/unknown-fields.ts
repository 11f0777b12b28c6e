/**
 * Fields of manifests that Kubernetes does not know and would drop or refuse: the models' validation lets them pass, so the
 * compiler is asked, which knows every field of the models' types.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** @returns one sentence per field that is unknown or of a wrong type. */
export function findUnknownFields(manifests: readonly Manifest[]): string[] {
  const source = manifests
    .map(({ apiVersion, kind }, at) => {
      const type = `import('kubernetes-models/${apiVersion}').I${kind}`;
      return `export const manifest${at}: ${type} = ${JSON.stringify(manifests[at])};`;
    })
    .join('\n');
  const file = path.join(fileURLToPath(new URL('.', import.meta.url)), 'manifests.generated.ts');
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.getSourceFile = (name, languageVersion) =>
    name === file
      ? ts.createSourceFile(name, source, languageVersion)
      : getSourceFile.call(host, name, languageVersion);
  host.fileExists = (name) => name === file || fileExists.call(host, name);
  const program = ts.createProgram([file], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}
