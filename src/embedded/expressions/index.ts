export { compileCondition, compileExpression } from './compile-expression.js';
export type { Evaluation, Expression, ExpressionVariables } from './expression.js';
export { ExpressionSyntaxError } from './expression-syntax.error.js';
export { asCondition, asGroup, asKey, asPriority, type Key } from './readings.js';
