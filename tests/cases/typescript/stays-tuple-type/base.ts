type T = [a, b];
