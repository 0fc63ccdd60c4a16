type A = 'x' | 'y' | 'z' | 'w';
