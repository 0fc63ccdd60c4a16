int x = a().b().d();
