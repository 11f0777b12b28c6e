// Prints the one line that a person or a script looks for at the end of a test run.
export default class ClosingLineReporter {
  onRunComplete(_contexts, results) {
    const skipped = results.numPendingTests + results.numTodoTests;
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const tail = skipped > 0 ? `, ${skipped} skipped` : '';
    process.stderr.write(`${results.numPassedTests} passed, ${failed} failed${tail}\n`);
  }
}
