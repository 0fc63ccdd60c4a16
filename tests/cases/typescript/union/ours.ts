type A = 'x' | 'y' | 'z';
