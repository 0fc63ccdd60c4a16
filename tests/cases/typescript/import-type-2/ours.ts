import { A, A2 } from './a';
import { B } from './b';
