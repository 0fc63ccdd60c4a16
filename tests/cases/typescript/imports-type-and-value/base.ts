import { A } from './a';
import { B } from './b';

new A(B);
