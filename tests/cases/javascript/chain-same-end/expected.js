<<<<<<< ours
x = a().b().c();
||||||| base
x = a().b();
=======
x = a().b().d();
>>>>>>> theirs
