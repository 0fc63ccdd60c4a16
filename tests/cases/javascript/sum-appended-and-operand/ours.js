const x = a() + fits() + extra();
