const x = a() + fits(1) + extra();
