const x = a() + fits();
