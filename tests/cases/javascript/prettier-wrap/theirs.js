call(first, other, third);
