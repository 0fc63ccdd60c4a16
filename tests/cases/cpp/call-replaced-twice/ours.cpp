int x = b();
