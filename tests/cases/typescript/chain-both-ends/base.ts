const x = a().b();
