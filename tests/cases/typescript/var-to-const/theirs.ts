var a = f(2);
