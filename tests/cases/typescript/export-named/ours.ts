export { a, b } from './a';
