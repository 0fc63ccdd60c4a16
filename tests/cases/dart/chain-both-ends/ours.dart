var x = a().b().c();
