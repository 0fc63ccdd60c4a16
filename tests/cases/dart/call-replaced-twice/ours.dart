var x = b();
