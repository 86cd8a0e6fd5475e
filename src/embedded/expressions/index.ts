export { compileCondition, compileExpression, compileSearch } from './compile-expression.js';
export { Budget, MAX_STEPS, SHARED_STEPS, SharedBudget } from './cost.js';
export { valueAt, type Equality } from './equalities.js';
export type { Evaluation, Expression, ExpressionVariables } from './expression.js';
export { ExpressionSyntaxError } from './expression-syntax.error.js';
export { asCondition, asGroup, asKey, asPriority, type Key } from './expression-results.js';
export { TooCostlyError } from './too-costly.error.js';
