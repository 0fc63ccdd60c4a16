int x = a();
