import { A } from './a';
import { B, B2 } from './b';
