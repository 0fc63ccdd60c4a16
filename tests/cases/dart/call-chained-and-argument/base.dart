var x = a();
