const x = a();
