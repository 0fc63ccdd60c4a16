export { a, b, c } from './a';
