import { a, c } from './x';
