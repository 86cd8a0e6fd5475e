export { GraphqlModule, type GraphqlOptions } from './graphql.module.js';
