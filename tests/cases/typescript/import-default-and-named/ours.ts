import A, { B } from 'a';
