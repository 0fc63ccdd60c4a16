var x = a(1);
