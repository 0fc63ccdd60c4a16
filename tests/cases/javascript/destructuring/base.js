const { a } = x;
