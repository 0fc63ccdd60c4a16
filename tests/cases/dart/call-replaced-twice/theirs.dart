var x = c();
