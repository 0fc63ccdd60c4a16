var x = a().b().d();
