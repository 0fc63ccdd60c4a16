var x = a().b();
