x = 'a' + b + 'd';
