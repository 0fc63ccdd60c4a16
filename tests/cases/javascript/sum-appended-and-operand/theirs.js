const x = a() + fits(1);
