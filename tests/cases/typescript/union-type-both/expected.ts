type K = 'a' | 'b' | 'c' | 'd';
