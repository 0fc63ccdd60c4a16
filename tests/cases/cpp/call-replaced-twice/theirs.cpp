int x = c();
