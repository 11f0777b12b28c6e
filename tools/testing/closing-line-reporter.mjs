// Prints the one line that a person or a script looks for at the end of a test run. With PERCH_TEST_COUNTS, the path of a file,
// the spec files of the runs before count too, each as it ended last.
import fs from 'node:fs';

export default class ClosingLineReporter {
  onRunComplete(_contexts, { testResults }) {
    const file = process.env.PERCH_TEST_COUNTS;
    const counts = file !== undefined && fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : {};
    for (const spec of testResults) {
      counts[spec.testFilePath] = {
        passed: spec.numPassingTests,
        // One that could not be loaded has no tests to fail.
        failed: spec.numFailingTests + (spec.testExecError === undefined ? 0 : 1),
        skipped: spec.numPendingTests + spec.numTodoTests,
      };
    }
    if (file !== undefined) fs.writeFileSync(file, JSON.stringify(counts));
    const sum = (kind) => Object.values(counts).reduce((total, one) => total + one[kind], 0);
    const tail = sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : '';
    const line = `${sum('passed')} passed, ${sum('failed')} failed${tail}\n`;
    // Behind the summary of the test runner, which comes after all reporters.
    process.once('exit', () => process.stderr.write(line));
  }
}
