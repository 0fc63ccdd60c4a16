x = 'a' + b + 'c';
