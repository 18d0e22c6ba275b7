import type { FullResult, Reporter, TestCase, TestResult } from '@playwright/test/reporter';
import { relative } from 'node:path';

/** After a failure: where its trace and screenshots are, and how to open them. */
export default class WhereItFailed implements Reporter {
  private readonly lines: string[] = [];

  onTestEnd(test: TestCase, result: TestResult): void {
    if (result.status === test.expectedStatus) return;
    for (const { name, path } of result.attachments) {
      if (path) this.lines.push(`  ${test.title}: ${name}: e2e/${relative(import.meta.dirname, path)}`);
    }
  }

  onEnd(result: FullResult): void {
    if (result.status === 'passed' || this.lines.length === 0) return;
    console.log(['', 'What was seen when it failed:', ...this.lines, '  open a trace with: npx playwright show-trace FILE', ''].join('\n'));
  }
}
