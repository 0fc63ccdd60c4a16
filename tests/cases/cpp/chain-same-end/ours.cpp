int x = a().b().c();
