import type { ExamineDocument } from '../cell/examine-document.ts';
import { answer, readyText } from '../cell/answer.ts';
import type { CellSource, DocumentQuestion } from '../question.ts';
import { createHiveExamining } from './plan-operation.ts';

/** The process in which Hive's planner works, one operation after the other. */
let examine: ExamineDocument | undefined;

process.on('message', (message: CellSource | DocumentQuestion) => {
  if ('sdl' in message) {
    examine = createHiveExamining(message);
    process.send?.(readyText);
  } else if (examine) process.send?.(answer(examine, message));
});
process.on('disconnect', () => process.exit(0));
// The parent stops by emptying and may need plans until its end.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
