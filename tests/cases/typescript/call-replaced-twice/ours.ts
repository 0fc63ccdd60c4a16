const x = b();
