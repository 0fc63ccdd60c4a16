export { a, c } from './a';
