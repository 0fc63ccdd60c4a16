const x = c();
