import { A, A2 } from './a';
import { B, B2 } from './b';
