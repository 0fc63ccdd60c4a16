call(first, second, third);
