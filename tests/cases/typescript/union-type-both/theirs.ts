type K = 'a' | 'b' | 'd';
