int x = a().b();
